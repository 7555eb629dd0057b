// The same runs read by several judges: frame by frame, how far they are apart.
#include "bench/report_parts.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

namespace bench {

namespace {

struct Disagreement {
    std::size_t together = 0;
    std::size_t only_first = 0;
    std::size_t only_second = 0;
    std::size_t other_captures = 0;        ///< the same number, but captured at another time: not the same frame
    std::vector<std::int64_t> later_us{};  ///< by how much the second saw them later, sorted
};

using FrameId = std::tuple<std::size_t, std::uint32_t>;  // repeat, sequence

Disagreement disagreement(const ReportedResult& first, const ReportedResult& second, const std::string& stream) {
    Disagreement out;
    std::map<FrameId, const ReportedFrame*> known;
    for (const auto& frame : first.frames)
        if (frame.stream == stream) known[{frame.repeat, frame.sequence}] = &frame;
    constexpr std::int64_t one_frame_us = 1'000;  // both read the same number off the pixels, or it was converted
    for (const auto& frame : second.frames) {
        if (frame.stream != stream) continue;
        const auto found = known.find({frame.repeat, frame.sequence});
        if (found == known.end()) {
            ++out.only_second;
            continue;
        }
        if (std::abs(frame.captured_us - found->second->captured_us) > one_frame_us)
            ++out.other_captures;
        else
            out.later_us.push_back(frame.latency_us() - found->second->latency_us());
        known.erase(found);
    }
    out.only_first = known.size();
    out.together = out.later_us.size();
    std::ranges::sort(out.later_us);
    return out;
}

std::string signed_ms(std::int64_t us) {
    return fmt::format("{:+.2f}", static_cast<double>(us) / 1000);
}

std::string cells_of(const Disagreement& found) {
    auto out = fmt::format("<td>{}</td><td>{}</td><td>{}</td>", found.together, found.only_first, found.only_second);
    if (found.together == 0)
        return out + fmt::format(
                         "<td colspan=\"4\" class=\"untold\">not told: {}</td>",
                         found.other_captures > 0 ? "the two did not see the same runs" : "no frame was read by both");
    const auto& later = found.later_us;
    const auto at = [&](double share) {
        return later[static_cast<std::size_t>(share * static_cast<double>(later.size() - 1) + 0.5)];
    };
    const auto largest = std::abs(later.front()) > std::abs(later.back()) ? later.front() : later.back();
    out += fmt::format("<td>{}</td><td>{} … {}</td><td>{}</td><td>{}</td>", signed_ms(at(0.5)), signed_ms(at(0.05)),
                       signed_ms(at(0.95)), signed_ms(largest), found.other_captures);
    return out;
}

}  // namespace

std::string judges_part(const ReportedScenario& scenario) {
    std::string rows;
    for (std::size_t i = 0; i < scenario.results.size(); ++i)
        for (std::size_t j = i + 1; j < scenario.results.size(); ++j) {
            const auto& first = *scenario.results[i];
            const auto& second = *scenario.results[j];
            if (first.result.contender != second.result.contender || first.result.judge == second.result.judge)
                continue;
            for (const auto& stream : scenario.streams)
                rows += fmt::format(
                    "<tr><th scope=\"row\">{}</th><td class=\"words\">{}</td><td class=\"words\">{}</td>"
                    "<td class=\"words\">{}</td>{}</tr>\n",
                    xml_escaped(first.result.contender), xml_escaped(first.result.judge),
                    xml_escaped(second.result.judge), xml_escaped(stream),
                    first.frames.empty() || second.frames.empty()
                        ? "<td colspan=\"7\" class=\"untold\">not told: the frames of one are missing</td>"
                        : cells_of(disagreement(first, second, stream)));
        }
    if (rows.empty()) return {};
    return "<h3>Do the judges agree?</h3>\n<p>The same runs, read by two judges, frame by frame: by how many ms the "
           "second saw a frame later than the first. A judge further out also sees what lies between them.</p>\n"
           "<div class=\"wide\"><table><thead><tr><th scope=\"col\">contender</th><th scope=\"col\">first "
           "judge</th><th "
           "scope=\"col\" class=\"words\">second judge</th><th scope=\"col\" class=\"words\">stream</th><th "
           "scope=\"col\">frames of both</th><th "
           "scope=\"col\">of the first alone</th><th scope=\"col\">of the second alone</th><th scope=\"col\">median, "
           "ms</th><th scope=\"col\">p5 … p95, ms</th><th scope=\"col\">largest, ms</th><th scope=\"col\">not the same "
           "capture</th></tr></thead><tbody>\n" +
           rows + "</tbody></table></div>\n";
}

}  // namespace bench
