// Where is my time? A result in words: what dominates, how far above its floor it is, and which setting would change
// it.
#pragma once

#include "bench/explain_hops.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// A sentence or two each, by stream, what holds for all at the end. A figure that could not be told is said to be
/// unknown, with its reason; a floor or an effect that nobody measured is said not to be measured.
[[nodiscard]] std::vector<std::string> explain(const BenchResult& result, const std::optional<Floors>& floors);

[[nodiscard]] std::string_view explain_help();
/// `words` after "explain". Throws transport::UsageError with one line, also for a file that is no result or holds no
/// floors.
int run_explain(const std::vector<std::string>& words);

}  // namespace bench
