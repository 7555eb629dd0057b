// What can be done with results once they are measured: `scialytic bench compare` and `scialytic bench check`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

[[nodiscard]] std::string_view compare_help();
[[nodiscard]] std::string_view check_help();

/// `words` after "compare". 0, or 1 when something is worse and --fail-on-worse is given. Throws transport::UsageError
/// with one line, also for a file that is no result.
int run_compare(const std::vector<std::string>& words);
/// `words` after "check". 0, or 1 when a condition is not met. Throws as above; std::runtime_error naming the file of
/// --junit that cannot be written.
int run_check(const std::vector<std::string>& words);

}  // namespace bench
