// Parts of the wireless benchmark by themselves: `scialytic bench crowd`, `scialytic bench attack`.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Exit code; nothing when the first word is none of these. Throws transport::UsageError with one line.
[[nodiscard]] std::optional<int> run_alone(const std::vector<std::string>& words);
[[nodiscard]] std::string alone_help();

}  // namespace bench
