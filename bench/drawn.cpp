#include "bench/drawn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

constexpr double most_drawing_ms = 100;

std::vector<Row> rows_of(const std::string& where, std::vector<double> ms) {
    if (ms.empty()) return {};
    std::ranges::sort(ms);
    const auto at = [&](double share) {
        return ms[static_cast<std::size_t>(std::ceil(share * static_cast<double>(ms.size()))) - 1];
    };
    return {{fmt::format("draw: pointer lifted to the stroke on {}, p50", where), at(0.5), "ms"},
            {fmt::format("draw: pointer lifted to the stroke on {}, p95", where), at(0.95), "ms", most_drawing_ms},
            {fmt::format("draw: pointer lifted to the stroke on {}, max", where), at(1), "ms"}};
}

}  // namespace

std::vector<ShownRevision> shown_revisions(const std::vector<render::PresentedFrame>& timelines,
                                           const std::vector<SeenCode>& codes) {
    using transport::Stage;
    std::map<std::pair<transport::StreamId, std::uint32_t>, std::int64_t> captured;
    for (const auto& code : codes) captured[{code.stream, code.sequence}] = code.time_us;
    std::optional<std::int64_t> start;
    std::vector<ShownRevision> out;
    for (const auto& picture : timelines) {
        std::optional<transport::Timestamp> presented;
        for (const auto& source : picture.sources) {
            const auto code = captured.find({source.stream, source.sequence});
            const auto mark = source.timeline.at(Stage::captured);
            if (!start && mark && code != captured.end()) start = code->second - transport::microseconds(*mark);
            if (!presented) presented = source.timeline.at(Stage::presented);
        }
        if (presented) out.push_back({transport::microseconds(*presented), picture.annotation_revision});
    }
    if (!start) throw std::runtime_error("no frame of timeline.csv is in codes.csv");
    for (auto& one : out) one.presented_us += *start;
    return out;
}

std::vector<Row> drawn_rows(const PageFigures& page, const std::vector<ShownRevision>& display) {
    std::vector<double> other;
    std::vector<double> room;
    double unseen = 0;
    for (const auto& stroke : page.strokes) {
        if (stroke.shown_us) other.push_back(static_cast<double>(*stroke.shown_us - stroke.lifted_us) / 1000);
        const auto first = std::ranges::find_if(display, [&](const ShownRevision& one) {
            return one.presented_us > stroke.lifted_us &&
                   static_cast<std::int32_t>(one.revision - stroke.revision) >= 0;
        });
        const bool there = stroke.shown_us && first != display.end();
        if (there) room.push_back(static_cast<double>(first->presented_us - stroke.lifted_us) / 1000);
        if (!there) ++unseen;
    }
    std::vector<Row> rows{{"draw: strokes", static_cast<double>(page.strokes.size()), ""},
                          {"draw: of these not seen in the video or on the OR display", unseen, "", 0.0}};
    for (const auto& [where, figures] : {std::pair{"a page's video", other}, std::pair{"the OR display", room}})
        for (auto& row : rows_of(where, figures)) rows.push_back(std::move(row));
    return rows;
}

}  // namespace bench
