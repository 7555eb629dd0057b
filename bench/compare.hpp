// `scialytic bench compare`: what changed between two results, by how much, and whether that is more than noise.
#pragma once

#include "bench/figures.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class Verdict : unsigned char { better, worse, changed, noise, too_few, untold };
[[nodiscard]] std::string_view name(Verdict verdict);

/// One figure in both. Counts are told per repeat, for there may be more repeats of one.
struct Difference {
    Told before;
    Told after;
    double change = 0;                   ///< after - before, in the figure's unit; 0 when one has no value
    std::optional<Interval> interval{};  ///< 95 %, of the change, over repeats
    Verdict verdict = Verdict::untold;
};

struct Comparison {
    std::vector<std::string> warnings;  ///< what else differs and may be the reason
    std::vector<Difference> differences;
};

/// Why the two should not be compared: another scenario, other streams. Empty when they may be.
[[nodiscard]] std::string why_not_comparable(const BenchResult& before, const BenchResult& after);

/// The headline figures, or all. A difference stands out when zero lies outside its interval, and neither the
/// clocks of both nor the histograms' resolution can explain it; it wants least_repeats of each. A figure that neither
/// has is left out.
[[nodiscard]] Comparison compare(const BenchResult& before, const BenchResult& after, bool all);

[[nodiscard]] std::string to_table(const Comparison& comparison);

}  // namespace bench
