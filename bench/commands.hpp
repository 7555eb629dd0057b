// `scialytic bench …`: every benchmark by its name; without one, every scenario that comes with the program.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// `words` after "bench". Exit code 0 done, 1 failed; throws transport::UsageError with one line.
int run_bench(const std::vector<std::string>& words);

}  // namespace bench
