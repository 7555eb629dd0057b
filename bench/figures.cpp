#include "bench/figures.hpp"

#include "bench/bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bench {

using transport::Microseconds;

namespace {

double bound_in_ms(Microseconds bound) {
    return static_cast<double>(bound.count()) / 1000;
}

/// All repeats' distributions of one key together, but for the values.
struct Trust {
    bool measured = false;  ///< by one of them
    std::uint64_t count = 0;
    std::uint64_t unknown = 0;
    Microseconds bound{0};
    Microseconds worst_bound{0};
};

Trust trust_in(const Sample& sample, const std::string& key) {
    Trust out;
    for (const auto* repeat : sample) {
        const auto found = repeat->distributions.find(key);
        if (found == repeat->distributions.end()) continue;
        out.measured = true;
        out.count += found->second.count();
        out.unknown += found->second.unknown;
        out.bound = std::max(out.bound, found->second.bound);
        out.worst_bound = std::max(out.worst_bound, found->second.worst_bound);
    }
    return out;
}

/// Why a statistic must not be told; empty when it may be.
std::string why_not(const Trust& trust, Statistic statistic) {
    if (!trust.measured) return "nobody measured it";
    if (trust.count + trust.unknown == 0) return "there was nothing to measure";
    if (trust.count < trust.unknown) {
        if (trust.worst_bound == no_clock) return "the clock between the two ends is unknown";
        if (trust.worst_bound > Microseconds{0})
            return fmt::format("clock not good enough: ± {:.1f} ms is more than half a frame",
                               bound_in_ms(trust.worst_bound));
        return fmt::format("a mark is missing in {} of {} frames", trust.unknown, trust.count + trust.unknown);
    }
    if (percent(statistic) == 0 || render::trustworthy(trust.count, percent(statistic))) return {};
    return fmt::format("too few: {} values, {:.0f} needed", trust.count,
                       std::ceil(10'000 / std::round(1000 - percent(statistic) * 10)));
}

bool is_headline(const DurationKind& kind, Statistic statistic) {
    return kind.headline && (statistic == Statistic::p50 || statistic == Statistic::p99);
}

bool told_as_motion(const DurationKind& kind, Statistic statistic) {
    return kind.motion && (is_headline(kind, statistic) || statistic == Statistic::max);
}

/// The figures of one distribution.
class DurationFigures {
public:
    DurationFigures(const BenchResult& result, const DurationKind& kind, const std::string& stream)
        : kind_{kind}, stream_{stream}, key_{figure_key(kind.what, stream)} {
        all_ = look_at(whole(result));
        for (const auto& repeat : result.repeats) each_.push_back(look_at({&repeat}));
    }
    [[nodiscard]] Told told(Statistic statistic, std::string_view unit, double per_ms) const {
        const auto suffix = unit == "ms" ? std::string{name(statistic)} : fmt::format("{}_{}", name(statistic), unit);
        Told out;
        out.name = figure_key(kind_.what, stream_, suffix);
        out.worst_name = figure_key(kind_.what, "", suffix);
        out.unit = unit;
        out.headline = unit == "ms" && is_headline(kind_, statistic);
        out.recipe = {key_, statistic, per_ms};
        out.bound = bound_in_ms(all_.trust.bound) * per_ms;
        out.samples = all_.trust.count;
        out.unknown = all_.trust.unknown;
        out.why = why_not(all_.trust, statistic);
        out.value = value(all_, statistic, per_ms);
        for (const auto& one : each_) out.each.push_back(value(one, statistic, per_ms));
        return out;
    }

private:
    struct Look {
        Trust trust;
        Statistics statistics{};
    };
    [[nodiscard]] Look look_at(const Sample& sample) const {
        return {trust_in(sample, key_), statistics_of(sample, key_)};
    }
    [[nodiscard]] static std::optional<double> value(const Look& look, Statistic statistic, double per_ms) {
        if (!why_not(look.trust, statistic).empty()) return std::nullopt;
        return look.statistics[static_cast<std::size_t>(statistic)] * per_ms;
    }

    const DurationKind& kind_;
    const std::string& stream_;
    std::string key_;
    Look all_;
    std::vector<Look> each_;
};

Told told_number(const BenchResult& result, const NumberKind& kind, const std::string& stream) {
    Told out;
    out.name = figure_key(kind.what, stream, kind.statistic);
    out.worst_name = figure_key(kind.what, "", kind.statistic);
    out.unit = kind.unit;
    out.better = kind.better;
    out.headline = kind.headline;
    out.recipe = {out.name, std::nullopt, 1, kind.pool};
    const auto value = [&](const Sample& sample) {
        const double number = number_of(sample, out.name, kind.pool);
        return std::isnan(number) ? std::nullopt : std::optional{number};
    };
    out.value = value(whole(result));
    for (const auto& repeat : result.repeats) out.each.push_back(value({&repeat}));
    if (!out.value)
        out.why = std::ranges::any_of(out.each, [](const auto& one) { return one.has_value(); })
                      ? "not measured in every repeat"
                      : "nobody measured it";
    return out;
}

std::vector<std::string> streams_of(const BenchResult& result, bool per_stream) {
    if (!per_stream) return {""};
    std::vector<std::string> out;
    for (const auto& stream : result.streams) out.push_back(stream.name);
    return out;
}

bool is_worse(const Told& one, const Told& other) {
    return one.better == Better::more ? *one.value < *other.value : *one.value > *other.value;
}

}  // namespace

std::vector<Told> all_figures(const BenchResult& result) {
    std::vector<Told> out;
    const double mm_per_ms = result.motion_cm_per_s / 100;
    for (const auto& kind : duration_kinds())
        for (const auto& stream : streams_of(result, kind.per_stream)) {
            const DurationFigures figures{result, kind, stream};
            for (std::size_t i = 0; i < statistic_count; ++i) {
                const auto statistic = static_cast<Statistic>(i);
                out.push_back(figures.told(statistic, "ms", 1));
                if (told_as_motion(kind, statistic)) out.push_back(figures.told(statistic, "mm", mm_per_ms));
            }
        }
    for (const auto& kind : number_kinds())
        for (const auto& stream : streams_of(result, kind.per_stream)) out.push_back(told_number(result, kind, stream));
    return out;
}

std::optional<Told> find_figure(const std::vector<Told>& figures, std::string_view name) {
    std::optional<Told> worst;
    for (const auto& figure : figures) {
        if (figure.name == name) return figure;
        if (figure.worst_name != name || (worst && !worst->value)) continue;
        if (!worst || !figure.value || is_worse(figure, *worst)) worst = figure;
    }
    if (worst && !worst->value) worst->why = fmt::format("{}: {}", worst->name, worst->why);
    return worst;
}

std::vector<std::string> findable_names(const std::vector<Told>& figures) {
    std::vector<std::string> out;
    const auto add = [&](const std::string& name) {
        if (std::ranges::find(out, name) == out.end()) out.push_back(name);
    };
    for (const auto& figure : figures) add(figure.worst_name);
    for (const auto& figure : figures) add(figure.name);
    return out;
}

std::string value_text(const Told& figure) {
    if (!figure.value) return figure.why;
    const auto unit = figure.unit.empty() ? "" : " " + figure.unit;
    if (figure.recipe.statistic) return fmt::format("{:.2f} ± {:.2f}{}", *figure.value, figure.bound, unit);
    return *figure.value == std::round(*figure.value) ? fmt::format("{:.0f}{}", *figure.value, unit)
                                                      : fmt::format("{:.4g}{}", *figure.value, unit);
}

std::vector<Row> headline_rows(const std::vector<Told>& figures) {
    std::vector<Row> rows;
    for (const auto& figure : figures)
        if (figure.headline && figure.value) rows.push_back({figure.name, *figure.value, figure.unit});
    return rows;
}

}  // namespace bench
