// `scialytic keys`: words of a shell into keys on a disk.
#pragma once

#include <string>
#include <vector>

namespace transport {

/// `arguments` after "keys". Returns what to print. Throws UsageError with one line naming the word and what is
/// allowed, std::runtime_error naming the file that is wrong. `--help` is the caller's.
[[nodiscard]] std::string run_keys(const std::vector<std::string>& arguments);
[[nodiscard]] std::string keys_help();

}  // namespace transport
