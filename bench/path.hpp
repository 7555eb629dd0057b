#pragma once
#include <string>
#include <vector>
namespace bench { inline int run(const std::vector<std::string>&) { return 1; } }
