// How far a figure moves by chance: the repeats drawn again and again with replacement (percentile bootstrap).
#pragma once

#include "bench/figures.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace bench {

/// With three against three not even complete separation is rarer than one in twenty (1/10); with four it is (1/35).
inline constexpr std::size_t least_repeats = 4;
inline constexpr std::size_t resample_count = 1000;

/// Repeats of one result, some of them several times.
using Sample = std::vector<const RepeatFigures*>;
[[nodiscard]] Sample whole(const BenchResult& result);

/// The statistics of one distribution in ms, all repeats of the sample together; in the order of Statistic, whether
/// enough values lie beyond them or not. NaN when there are no values.
using Statistics = std::array<double, statistic_count>;
[[nodiscard]] Statistics statistics_of(const Sample& sample, const std::string& key);
/// As `pool` says; NaN when one of the repeats has none.
[[nodiscard]] double number_of(const Sample& sample, const std::string& key, Pool pool);

/// Samples of as many repeats as there are, drawn once for all figures. The same seed draws the same.
class Resampler {
public:
    Resampler(const BenchResult& result, std::uint64_t seed);
    /// The figure in every sample. Figures of one distribution, one after the other, cost one.
    [[nodiscard]] std::vector<double> values(const Recipe& recipe);

private:
    std::vector<Sample> samples_;
    std::string key_;
    std::vector<Statistics> statistics_;  // of that distribution, by sample
};

/// The middle 95 % of them; NaN when there are none.
[[nodiscard]] Interval middle_95(std::vector<double> values);

/// Gives an interval to every figure that has a value, where there are repeats enough.
void add_intervals(std::vector<Told>& figures, const BenchResult& result);

}  // namespace bench
