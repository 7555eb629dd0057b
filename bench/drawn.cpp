#include "bench/drawn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

constexpr double most_drawing_ms = 100;

std::vector<std::string_view> cells_of(std::string_view line) {
    std::vector<std::string_view> cells;
    while (true) {
        const auto comma = line.find(',');
        cells.push_back(line.substr(0, comma));
        if (comma == std::string_view::npos) return cells;
        line.remove_prefix(comma + 1);
    }
}

std::optional<std::int64_t> number_in(std::string_view cell) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    return error == std::errc{} && end == cell.data() + cell.size() ? std::optional{value} : std::nullopt;
}

/// Where a column stands in every row.
std::size_t column(const std::vector<std::string_view>& header, const std::string& name) {
    const auto found = std::ranges::find(header, name);
    if (found == header.end()) throw std::runtime_error(fmt::format("timeline.csv has no column {}", name));
    return static_cast<std::size_t>(found - header.begin());
}

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

std::vector<ShownRevision> read_shown_revisions(std::istream& timeline, const std::vector<SeenCode>& codes) {
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> captured;  // by stream and sequence
    for (const auto& code : codes) captured[{code.stream, code.sequence}] = code.time_us;
    std::string header_line;
    std::getline(timeline, header_line);
    const auto header = cells_of(header_line);
    struct Source {
        std::size_t stream, sequence, captured, presented;
    };
    std::vector<Source> sources;
    for (const std::string who : {"ultrasound", "xray"})
        sources.push_back({column(header, who + "_stream"), column(header, who + "_sequence"),
                           column(header, who + "_captured_us"), column(header, who + "_presented_us")});
    const auto revision = column(header, "annotation_revision");
    std::optional<std::int64_t> start;
    std::vector<ShownRevision> out;
    std::string line;
    while (std::getline(timeline, line) && !timeline.eof()) {
        const auto cells = cells_of(line);
        if (cells.size() != header.size()) continue;
        for (const auto& source : sources) {
            const auto presented = number_in(cells[source.presented]);
            const auto mark = number_in(cells[source.captured]);
            if (!presented || !mark) continue;
            const auto code = captured.find(
                {number_in(cells[source.stream]).value_or(-1), number_in(cells[source.sequence]).value_or(-1)});
            if (!start && code != captured.end()) start = code->second - *mark;
            out.push_back({*presented, static_cast<std::uint32_t>(number_in(cells[revision]).value_or(0))});
            break;
        }
    }
    if (!start) throw std::runtime_error("no frame of timeline.csv is in codes.csv");
    for (auto& one : out) one.presented_us += *start;
    return out;
}

std::vector<ShownRevision> read_shown_revisions(const std::filesystem::path& folder) {
    std::ifstream timeline{folder / "timeline.csv"};
    if (!timeline) throw std::runtime_error(fmt::format("cannot read {}", (folder / "timeline.csv").string()));
    return read_shown_revisions(timeline, read_codes(folder / "codes.csv"));
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
