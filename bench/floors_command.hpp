// `scialytic bench floors`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

[[nodiscard]] std::string_view floors_help();
/// `words` after "floors". Throws transport::UsageError; std::runtime_error when a component fails, or a file cannot be
/// written.
int run_floors(const std::vector<std::string>& words);

}  // namespace bench
