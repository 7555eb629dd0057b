// The figures of a result: values that were told, and why others could not be.
#pragma once

#include "bench/figure_names.hpp"
#include "bench/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

struct Interval {
    double low = 0;
    double high = 0;
};

/// How a figure is made of repeats.
struct Recipe {
    std::string key;                       ///< of the distribution or number
    std::optional<Statistic> statistic{};  ///< of the distribution; nothing: it is a number
    double per_ms = 1;                     ///< what the statistic is multiplied with: mm where it tells a motion
    Pool pool = Pool::mean;                ///< of the number
};

/// One figure of all repeats together.
struct Told {
    std::string name;
    std::string worst_name;  ///< without its stream: of it and its like the worst; the same where there is no stream
    std::string unit;
    Better better = Better::less;
    bool headline = false;
    Recipe recipe;
    std::optional<double> value{};
    double bound = 0;                           ///< of the clock, in the figure's unit: value ± bound
    std::string why{};                          ///< there is no value
    std::uint64_t samples = 0;                  ///< durations: how many
    std::uint64_t unknown = 0;                  ///< durations: how many more there were that could not be told
    std::vector<std::optional<double>> each{};  ///< by repeat
    std::optional<Interval> interval{};         ///< 95 %, over repeats, when asked for and enough of them
};

/// All there can be of this result, told or not, in the order of figure_names.hpp and of the streams; without
/// intervals.
[[nodiscard]] std::vector<Told> all_figures(const BenchResult& result);

/// The figure of that name; of a name without a stream the worst of the streams', untold when one of them is. Nothing
/// for a name that is none.
[[nodiscard]] std::optional<Told> find_figure(const std::vector<Told>& figures, std::string_view name);
/// Every name that find_figure takes, those without a stream first.
[[nodiscard]] std::vector<std::string> findable_names(const std::vector<Told>& figures);

/// "12.40 ± 0.80 ms", "3", or why there is none.
[[nodiscard]] std::string value_text(const Told& figure);

/// The headline figures as rows, as every benchmark of ours has them; those without a value are left out.
[[nodiscard]] std::vector<Row> headline_rows(const std::vector<Told>& figures);

}  // namespace bench
