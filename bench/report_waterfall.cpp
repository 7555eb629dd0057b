// One frame after the other: where its time went, stage by stage, with what the same picture shows beside it.
#include "bench/report_stages.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

namespace {

constexpr double waterfall_left = 210;
constexpr double waterfall_right = 990;
constexpr double lane_values = 1070;  // the first lane's, in ms

/// From the first mark of any lane to the last, ms since this frame was captured.
Scale waterfall_scale(const std::vector<const PickedFrame*>& picks) {
    double low = 0;
    double high = 1;
    for (const auto* pick : picks) {
        high = std::max(high, ms_of(pick->frame.latency_us()));
        for (const auto& lane : pick->lanes)
            for (const auto& span : lane.spans) {
                low = std::min(low, ms_of(span.from_us - pick->frame.captured_us));
                high = std::max(high, ms_of(span.to_us - pick->frame.captured_us));
            }
    }
    return {low, high * 1.01, waterfall_left, waterfall_right};
}

void draw_axis(Svg& svg, const Scale& ms, double bottom) {
    draw_columns(svg, ms, 4, bottom, 8);
    svg.text({waterfall_right + 12, bottom + 16}, "ms since captured", "tick");
}

/// A row for each stage, a bar in it for each lane.
std::string typical_waterfall(const PickedFrame& pick, const std::string& title) {
    constexpr double row = 24;
    const auto ms = waterfall_scale({&pick});
    std::vector<transport::Stage> stages;
    for (std::size_t i = 0; i < transport::stage_count; ++i)
        for (const auto& lane : pick.lanes)
            if (std::ranges::count(lane.spans, static_cast<transport::Stage>(i), &StageSpan::stage) > 0) {
                stages.push_back(static_cast<transport::Stage>(i));
                break;
            }
    const double bottom = 24 + row * static_cast<double>(stages.size());
    Svg svg{1160, bottom + 28, title};
    draw_axis(svg, ms, bottom);
    for (std::size_t j = 0; j < pick.lanes.size(); ++j) {
        const double x = waterfall_left + 240 * static_cast<double>(j);
        svg.rect({x, 4}, 10, 10, fmt::format("fill lane{}", j % 2));
        svg.text({x + 16, 13}, fmt::format("{} {}", pick.lanes[j].stream, pick.lanes[j].sequence), "label small");
        svg.text({lane_values + 70 * static_cast<double>(j), 13}, "ms", "tick", Anchor::end);
    }
    const double thick = (row - 6) / static_cast<double>(std::max<std::size_t>(pick.lanes.size(), 1));
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const double top = 22 + row * static_cast<double>(i);
        svg.text({waterfall_left - 10, top + row / 2 + 2}, transport::name(stages[i]), "label", Anchor::end);
        for (std::size_t j = 0; j < pick.lanes.size(); ++j) {
            const auto& lane = pick.lanes[j];
            const auto span = std::ranges::find(lane.spans, stages[i], &StageSpan::stage);
            if (span == lane.spans.end()) continue;
            const double from = ms.at(ms_of(span->from_us - pick.frame.captured_us));
            const double to = ms.at(ms_of(span->to_us - pick.frame.captured_us));
            const double y = top + 2 + thick * static_cast<double>(j);
            svg.rect({from, y}, std::max(to - from, 1.0), thick - 1, fmt::format("fill lane{}", j % 2),
                     span_text(lane, *span));
            svg.text({lane_values + 70 * static_cast<double>(j), top + row / 2 + 2},
                     fmt::format("{:.2f}", ms_of(span->us())), fmt::format("small text lane{}", j % 2), Anchor::end);
        }
    }
    return svg.str();
}

/// A row for each frame: its own stages thick, those of its partner thin.
std::string worst_waterfall(const std::vector<const PickedFrame*>& picks, const std::string& title) {
    constexpr double row = 34;
    const auto ms = waterfall_scale(picks);
    const double bottom = 8 + row * static_cast<double>(picks.size());
    Svg svg{1160, bottom + 28, title};
    draw_axis(svg, ms, bottom);
    for (std::size_t i = 0; i < picks.size(); ++i) {
        const auto& pick = *picks[i];
        const double top = 8 + row * static_cast<double>(i);
        const auto x = [&](std::int64_t us) { return ms.at(ms_of(us - pick.frame.captured_us)); };
        svg.text({waterfall_left - 10, top + 15},
                 fmt::format("{}. {:.2f} ms, frame {}", pick.rank, ms_of(pick.frame.latency_us()), pick.frame.sequence),
                 "label small", Anchor::end);
        if (pick.lanes.empty())
            svg.rect({x(pick.frame.captured_us), top + 4}, x(pick.frame.presented_us) - x(pick.frame.captured_us), 16,
                     "fill unknown", "no timeline");
        for (std::size_t j = 0; j < pick.lanes.size(); ++j)
            for (const auto& span : pick.lanes[j].spans) {
                const double width = x(span.to_us) - x(span.from_us);
                svg.rect({x(span.from_us), j == 0 ? top + 4 : top + 22}, std::max(width, 0.6), j == 0 ? 16.0 : 6.0,
                         "fill edge " + leg_class(span.stage), span_text(pick.lanes[j], span));
                const auto word = transport::name(span.stage);
                if (j == 0 && width > 8 + 6.2 * static_cast<double>(word.size()))
                    svg.text({x(span.from_us) + 4, top + 16}, word, "inside");
            }
    }
    return svg.str();
}

/// "decoded took 12.10 ms (p50 1.50), …": the hops that were furthest above their medians.
std::string what_was_late(const ReportedResult& one, const PickedFrame& pick) {
    if (pick.lanes.empty()) return "no timeline tells";
    std::vector<std::pair<double, std::string>> excesses;
    for (const auto& span : pick.lanes.front().spans) {
        const auto* usual =
            one.figure(figure_key(fmt::format("hop.{}", transport::name(span.stage)), pick.frame.stream, "p50"));
        const double median = usual != nullptr && usual->value ? *usual->value : 0;
        if (span.stage == transport::Stage::captured) continue;
        excesses.emplace_back(
            ms_of(span.us()) - median,
            fmt::format("{} took {:.2f} ms{}", transport::name(span.stage), ms_of(span.us()),
                        usual != nullptr && usual->value ? fmt::format(" (p50 {:.2f})", median) : ""));
    }
    std::ranges::sort(excesses, std::greater<>{}, [](const auto& excess) { return excess.first; });
    std::string out;
    for (std::size_t i = 0; i < std::min<std::size_t>(2, excesses.size()); ++i)
        out += (out.empty() ? "" : "; ") + excesses[i].second;
    return out;
}

std::string worst_table(const ReportedResult& one, const std::vector<const PickedFrame*>& picks) {
    std::string out =
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">rank</th><th scope=\"col\">latency, ms</th><th "
        "scope=\"col\">repeat</th><th scope=\"col\">second of it</th><th scope=\"col\">frame</th><th "
        "scope=\"col\">skew, "
        "ms</th><th scope=\"col\" class=\"words\">what was late</th></tr></thead><tbody>\n";
    for (const auto* pick : picks) {
        std::int64_t start_us = pick->frame.presented_us;
        for (const auto& frame : one.frames)
            if (frame.repeat == pick->frame.repeat) start_us = std::min(start_us, frame.presented_us);
        out += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{:.2f}</td><td>{}</td><td>{:.1f}</td><td>{}</td><td>{}</td><td "
            "class=\"words\">{}</td></tr>\n",
            pick->rank, ms_of(pick->frame.latency_us()), pick->frame.repeat,
            ms_of(pick->frame.presented_us - start_us) / 1000, pick->frame.sequence,
            pick->skew_us ? fmt::format("{:.2f}", ms_of(*pick->skew_us)) : "unknown",
            xml_escaped(what_was_late(one, *pick)));
    }
    return out + "</tbody></table></div>\n";
}

std::string stream_waterfalls(const ReportedResult& one, const std::string& stream) {
    std::string out;
    std::vector<const PickedFrame*> worst;
    for (const auto& pick : one.picks) {
        if (pick.frame.stream != stream) continue;
        if (pick.rank > 0) worst.push_back(&pick);
        if (pick.rank > 0 || pick.lanes.empty()) continue;
        const auto title =
            fmt::format("{}, {}: a typical frame, {:.2f} ms", one.label, stream, ms_of(pick.frame.latency_us()));
        out += fmt::format(
            "<figure>{}<figcaption>{}: the frame nearest to the median latency. Each bar runs from the known stage "
            "before to the one that is named; figures are ms.</figcaption></figure>\n",
            typical_waterfall(pick, title), xml_escaped(title));
    }
    if (worst.empty()) return out;
    const auto title = fmt::format("{}, {}: the {} worst frames", one.label, stream, worst.size());
    out += fmt::format(
        "<figure>{}<figcaption>{}. Thick: the frame itself; thin: what the same picture shows beside it. {}"
        "</figcaption></figure>\n",
        worst_waterfall(worst, title), xml_escaped(title), leg_key());
    return out + worst_table(one, worst);
}

}  // namespace

std::string waterfall_part(const ReportedScenario& scenario) {
    std::string out;
    for (const auto* one : scenario.results) {
        if (!one->has_lanes()) continue;
        out += fmt::format("<h4>{}</h4>\n", xml_escaped(one->label));
        for (const auto& stream : scenario.streams) out += stream_waterfalls(*one, stream);
    }
    if (out.empty())
        out =
            "<p class=\"untold\">Not told: none of these results has timelines beside it, which tell the stages of "
            "single frames.</p>\n";
    return "<h3>Single frames, stage by stage</h3>\n" + out;
}

}  // namespace bench
