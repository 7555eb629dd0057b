// What each hop and each leg takes, over all frames.
#include "bench/report_stages.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bench {

namespace {

constexpr std::array<std::string_view, 5> hop_statistics{"p50", "p90", "p95", "p99", "max"};

const Told* hop_figure(const ReportedResult& one, const std::string& what, const std::string& stream,
                       std::string_view statistic) {
    const auto* figure = one.figure(figure_key(what, stream, statistic));
    return figure != nullptr && figure->value ? figure : nullptr;
}

/// p50 solid, p99 (or p95) pale.
std::string bar_of(const Told* p50, const Told* high, double most, const std::string& colour) {
    constexpr double width = 200;
    Svg svg{width, 12, "p50 and p99 as a bar"};
    const Scale ms{0, most, 0, width};
    if (high != nullptr) svg.rect({0, 2}, ms.at(*high->value), 8, "fill pale " + colour);
    if (p50 != nullptr) svg.rect({0, 2}, ms.at(*p50->value), 8, "fill " + colour);
    return svg.str();
}

class HopTable {
public:
    HopTable(const ReportedResult& one, const std::string& stream) : one_{one}, stream_{stream} {
        for (std::size_t i = 1; i < transport::stage_count; ++i) reach_to(hop(i));
        for (const auto& leg : reported_legs()) reach_to(std::string{leg.what});
    }
    [[nodiscard]] std::string str() {
        for (std::size_t i = 1; i < transport::stage_count; ++i) {
            const auto stage = static_cast<transport::Stage>(i);
            const auto* max = hop_figure(one_, hop(i), stream_, "max");
            if (max == nullptr || max->samples == 0)
                missing_ += fmt::format("{}{}", missing_.empty() ? "" : ", ", transport::name(stage));
            else
                row(hop(i), std::string{transport::name(stage)}, leg_class(stage));
        }
        if (rows_.empty()) return {};
        for (std::size_t i = 0; i < reported_legs().size(); ++i)
            row(std::string{reported_legs()[i].what}, fmt::format("{} (leg)", reported_legs()[i].what),
                fmt::format("leg{}", i), " class=\"leg\"");
        return fmt::format(
                   "<div class=\"wide\"><table><caption>{}, {}: from the known stage before, "
                   "ms</caption><thead><tr><th scope=\"col\">hop</th><th scope=\"col\">p50</th><th "
                   "scope=\"col\">p90</th><th scope=\"col\">p95</th><th scope=\"col\">p99</th><th "
                   "scope=\"col\">max</th><th scope=\"col\">p50, "
                   "p99</th></tr></thead><tbody>\n",
                   xml_escaped(one_.label), xml_escaped(stream_)) +
               rows_ + "</tbody></table></div>\n" +
               (missing_.empty()
                    ? ""
                    : fmt::format("<p class=\"note\">Not passed, or marked by nobody: {}.</p>\n", missing_));
    }

private:
    void reach_to(const std::string& what) {
        for (const auto statistic : {"p50", "p95", "p99"})
            if (const auto* found = hop_figure(one_, what, stream_, statistic); found != nullptr)
                most_ = std::max(most_, *found->value);
    }
    static std::string hop(std::size_t stage) {
        return fmt::format("hop.{}", transport::name(static_cast<transport::Stage>(stage)));
    }
    void row(const std::string& what, const std::string& title, const std::string& colour, std::string_view kind = "") {
        rows_ += fmt::format("<tr{}><th scope=\"row\">{}</th>", kind, title);
        for (const auto statistic : hop_statistics)
            rows_ += figure_cell(one_.figure(figure_key(what, stream_, statistic)));
        const auto* p99 = hop_figure(one_, what, stream_, "p99");
        rows_ += fmt::format("<td class=\"bar\">{}</td></tr>\n",
                             bar_of(hop_figure(one_, what, stream_, "p50"),
                                    p99 != nullptr ? p99 : hop_figure(one_, what, stream_, "p95"), most_, colour));
    }

    const ReportedResult& one_;
    const std::string& stream_;
    double most_ = 0.001;
    std::string rows_;
    std::string missing_;
};

/// Of every result with timelines the medians of the legs, end to end.
std::string legs_picture(const ReportedScenario& scenario, const std::string& stream) {
    constexpr double row = 26;
    constexpr double left = 250;
    constexpr double right = 1040;
    std::vector<std::pair<const ReportedResult*, std::vector<double>>> lines;
    double most = 0;
    for (const auto* one : scenario.results) {
        std::vector<double> medians;
        double sum = 0;
        for (const auto& leg : reported_legs())
            if (const auto* figure = hop_figure(*one, std::string{leg.what}, stream, "p50")) {
                medians.push_back(*figure->value);
                sum += *figure->value;
            }
        if (medians.size() != reported_legs().size()) continue;
        most = std::max(most, sum);
        lines.emplace_back(one, std::move(medians));
    }
    if (lines.empty()) return {};
    const Scale ms{0, most, left, right};
    const double bottom = row * static_cast<double>(lines.size()) + 8;
    Svg svg{1160, bottom + 28, fmt::format("{}: medians of the legs", stream)};
    draw_columns(svg, ms, 4, bottom, 8);
    svg.text({right + 12, bottom + 16}, "ms", "tick");
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const double top = 8 + row * static_cast<double>(i);
        svg.text({left - 12, top + 14}, shortened(lines[i].first->label, 38), "label", Anchor::end);
        double at = 0;
        for (std::size_t j = 0; j < lines[i].second.size(); ++j) {
            const double value = lines[i].second[j];
            const auto words = fmt::format("{} {:.2f}", reported_legs()[j].what, value);
            const double width = ms.at(at + value) - ms.at(at);
            svg.rect({ms.at(at), top}, width, row - 8, fmt::format("fill edge leg{}", j), words + " ms");
            if (width > 10 + 6.2 * static_cast<double>(words.size()))
                svg.text({ms.at(at) + 5, top + 13}, words, "inside");
            at += value;
        }
    }
    return fmt::format(
        "<figure>{}<figcaption>{}: medians of the legs end to end. The sum of medians is not the median of the sums. "
        "{}</figcaption></figure>\n",
        svg.str(), xml_escaped(stream), leg_key());
}

}  // namespace

std::string hops_part(const ReportedScenario& scenario) {
    std::string out;
    for (const auto& stream : scenario.streams) out += legs_picture(scenario, stream);
    for (const auto* one : scenario.results)
        for (const auto& stream : scenario.streams) out += HopTable{*one, stream}.str();
    if (out.empty()) out = "<p class=\"untold\">Not told: no result has timelines.</p>\n";
    return "<h3>Hops and legs</h3>\n" + out;
}

}  // namespace bench
