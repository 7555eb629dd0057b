// What a run is asked for: every figure there can be, by name. A name is WHAT.STREAM.STATISTIC, or WHAT.STATISTIC where
// no single stream is meant.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Which way is better.
enum class Better : unsigned char { less, more, neither };
/// How the numbers of several repeats make one.
enum class Pool : unsigned char { sum, mean, most };

/// Of durations: what is told of each distribution, in ms.
enum class Statistic : unsigned char { mean, std, p50, p90, p95, p99, p999, max };
inline constexpr std::size_t statistic_count = 8;
[[nodiscard]] std::string_view name(Statistic statistic);
/// For p50 to p999; 0 for the others.
[[nodiscard]] double percent(Statistic statistic);

struct DurationKind {
    std::string what;  ///< "g2g"
    bool per_stream = true;
    bool motion = false;    ///< also told as mm of moving anatomy
    bool headline = false;  ///< its p50 and p99 are among the figures that are compared first
    std::string meaning;
};
/// In the order in which they are printed.
[[nodiscard]] const std::vector<DurationKind>& duration_kinds();

struct NumberKind {
    std::string what;       ///< "freeze"
    std::string statistic;  ///< "count"
    bool per_stream = true;
    std::string unit;  ///< "ms", "%", "dB", …; nothing for counts
    Better better = Better::less;
    Pool pool = Pool::sum;
    bool headline = false;
    std::string meaning;
};
[[nodiscard]] const std::vector<NumberKind>& number_kinds();

/// The key of a distribution ("g2g.ultrasound", "skew") or of a number ("freeze.ultrasound.count"); an empty stream or
/// statistic is left out.
[[nodiscard]] std::string figure_key(std::string_view what, std::string_view stream, std::string_view statistic = {});

/// A stream's name: 1 to 32 of a-z, 0-9, '_' and '-'.
[[nodiscard]] bool is_stream_name(std::string_view name);

}  // namespace bench
