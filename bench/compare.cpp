#include "bench/compare.hpp"

#include "bench/bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace bench {

namespace {

/// One side: its figures, and its repeats drawn again and again.
class Side {
public:
    Side(const BenchResult& result, std::uint64_t seed)
        : figures{all_figures(result)}, repeats{result.repeats.size()}, resampler_{result, seed} {
        for (auto& figure : figures)
            if (is_count(figure) && figure.value) *figure.value /= static_cast<double>(repeats);
    }
    [[nodiscard]] std::vector<double> values(const Told& figure) {
        auto out = resampler_.values(figure.recipe);
        if (is_count(figure))
            for (auto& value : out) value /= static_cast<double>(repeats);
        return out;
    }
    std::vector<Told> figures;
    std::size_t repeats;

private:
    [[nodiscard]] static bool is_count(const Told& figure) {
        return !figure.recipe.statistic && figure.recipe.pool == Pool::sum;
    }
    Resampler resampler_;
};

/// A change up to this can be the instruments': both clocks, both histograms.
double could_be_the_instruments(const Told& before, const Told& after) {
    constexpr double resolution = 0.001;  // of a histogram's values
    const double read = before.recipe.statistic ? resolution * (std::abs(*before.value) + std::abs(*after.value)) : 0;
    return before.bound + after.bound + read;
}

Verdict verdict_on(const Difference& difference) {
    const auto& interval = difference.interval;
    if (!interval) return Verdict::too_few;
    const bool stands_out = interval->low > 0 || interval->high < 0;
    if (!stands_out || std::abs(difference.change) <= could_be_the_instruments(difference.before, difference.after))
        return Verdict::noise;
    if (difference.after.better == Better::neither) return Verdict::changed;
    return (difference.change < 0) == (difference.after.better == Better::less) ? Verdict::better : Verdict::worse;
}

Difference difference_of(Side& before, const Told& was, Side& after, const Told& is) {
    Difference out{was, is};
    if (!was.value || !is.value) return out;
    out.change = *is.value - *was.value;
    if (std::min(before.repeats, after.repeats) >= least_repeats) {
        auto changes = after.values(is);
        const auto old = before.values(was);
        for (std::size_t i = 0; i < changes.size(); ++i) changes[i] -= old[i];
        const auto interval = middle_95(std::move(changes));
        if (std::isfinite(interval.low)) out.interval = interval;
    }
    out.verdict = verdict_on(out);
    return out;
}

void warn_of_settings(std::vector<std::string>& warnings, std::string_view what,
                      const std::map<std::string, std::string>& before,
                      const std::map<std::string, std::string>& after) {
    std::set<std::string> keys;
    for (const auto& side : {before, after})
        for (const auto& [key, value] : side) keys.insert(key);
    const auto value_in = [](const std::map<std::string, std::string>& side, const std::string& key) {
        const auto found = side.find(key);
        return found == side.end() ? std::string{"nothing"} : found->second;
    };
    for (const auto& key : keys)
        if (value_in(before, key) != value_in(after, key))
            warnings.push_back(fmt::format("{} {}: {} → {}", what, key, value_in(before, key), value_in(after, key)));
}

std::vector<std::string> warnings_of(const BenchResult& before, const BenchResult& after) {
    std::vector<std::string> out;
    const auto differs = [&](std::string_view what, const std::string& was, const std::string& is) {
        if (was != is) out.push_back(fmt::format("{}: {} → {}", what, was, is));
    };
    if (before.house.machine != after.house.machine)
        out.push_back(fmt::format("different machines, so that most of this may be theirs: {} → {}",
                                  before.house.machine, after.house.machine));
    differs("contender", before.contender, after.contender);
    differs("commit", before.house.commit, after.house.commit);
    differs("judge", before.judge, after.judge);
    differs("presented by", before.presented_by, after.presented_by);
    differs("grid", before.grid, after.grid);
    differs("motion", fmt::format("{} cm/s", before.motion_cm_per_s), fmt::format("{} cm/s", after.motion_cm_per_s));
    warn_of_settings(out, "setting", before.settings, after.settings);
    warn_of_settings(out, "version of", before.versions, after.versions);
    return out;
}

std::string stream_words(const BenchResult& result) {
    std::string out;
    for (const auto& stream : result.streams)
        out += fmt::format("{}{} every {} µs", out.empty() ? "" : ", ", stream.name, stream.period.count());
    return out.empty() ? "none" : out;
}

std::string change_text(const Difference& difference) {
    if (difference.verdict == Verdict::untold) return {};
    std::string out = fmt::format("{:+.2f}", difference.change);
    if (*difference.before.value != 0)
        out += fmt::format(" ({:+.1f} %)", 100 * difference.change / std::abs(*difference.before.value));
    if (difference.interval)
        out += fmt::format(" [{:+.2f}, {:+.2f}]", difference.interval->low, difference.interval->high);
    return out;
}

}  // namespace

std::string_view name(Verdict verdict) {
    static constexpr std::array<std::string_view, 6> names{
        "better",  "worse", "changed", "no difference that stands out of the noise", "too few repeats to tell",
        "not told"};
    return names.at(static_cast<std::size_t>(verdict));
}

std::string why_not_comparable(const BenchResult& before, const BenchResult& after) {
    if (before.scenario != after.scenario)
        return fmt::format("scenario {} is not scenario {}", before.scenario, after.scenario);
    if (stream_words(before) != stream_words(after))
        return fmt::format("other streams: {}; {}", stream_words(before), stream_words(after));
    return {};
}

Comparison compare(const BenchResult& before, const BenchResult& after, bool all) {
    Comparison out;
    out.warnings = warnings_of(before, after);
    // Two seeds, for the two are drawn apart.
    Side old{before, before.seed};
    Side now{after, after.seed + 1};
    for (const auto& is : now.figures) {
        const auto was = std::ranges::find(old.figures, is.name, &Told::name);
        if (was == old.figures.end() || (!was->value && !is.value) || !(all || is.headline)) continue;
        out.differences.push_back(difference_of(old, *was, now, is));
    }
    return out;
}

std::string to_table(const Comparison& comparison) {
    std::string out;
    for (const auto& warning : comparison.warnings) out += fmt::format("note: {}\n", warning);
    std::size_t widest = 0;
    std::size_t judged = 0;
    for (const auto& one : comparison.differences) {
        widest = std::max(widest, one.after.name.size());
        judged += one.interval ? 1 : 0;
    }
    for (const auto& one : comparison.differences)
        out += fmt::format("{:<{}}  {:>17} → {:>17}  {:<36}  {}\n", one.after.name, widest, value_text(one.before),
                           value_text(one.after), change_text(one), name(one.verdict));
    return out + fmt::format(
                     "\nchange, [95 % interval over repeats]; counts per repeat. Of {} figures that were judged, about "
                     "{:.0f} would stand out by chance alone.\n",
                     judged, std::ceil(static_cast<double>(judged) * 0.05));
}

}  // namespace bench
