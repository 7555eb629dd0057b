#include "bench/timeline_rows.hpp"

#include "bench/named_file.hpp"
#include "render/report_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench {

using namespace transport;

namespace {

constexpr std::size_t no_column = static_cast<std::size_t>(-1);

std::vector<std::string_view> comma_cells(std::string_view line) {
    std::vector<std::string_view> cells;
    while (true) {
        const auto comma = line.find(',');
        cells.push_back(line.substr(0, comma));
        if (comma == std::string_view::npos) return cells;
        line.remove_prefix(comma + 1);
    }
}

/// Where one modality's values stand in a row.
struct SourceColumns {
    Modality modality{};
    std::size_t stream = no_column;
    std::size_t sequence = no_column;
    std::size_t clock_bound = no_column;
    std::size_t estimated = no_column;
    std::array<std::size_t, stage_count> stages{};
};

class TimelineColumns {
public:
    explicit TimelineColumns(const std::string& header) {
        const auto names = comma_cells(header);
        const auto column = [&](const std::string& wanted) {
            const auto found = std::ranges::find(names, wanted);
            if (found == names.end()) throw std::runtime_error(fmt::format("line 1: no column {}", wanted));
            return static_cast<std::size_t>(found - names.begin());
        };
        count_ = names.size();
        stream_ = column("stream");
        sequence_ = column("sequence");
        revision_ = column("annotation_revision");
        skew_ = column("skew_us");
        for (const auto modality : render::modalities) {
            const auto who = transport::name(modality);
            if (std::ranges::find(names, fmt::format("{}_stream", who)) == names.end()) continue;
            SourceColumns source;
            source.modality = modality;
            source.stream = column(fmt::format("{}_stream", who));
            source.sequence = column(fmt::format("{}_sequence", who));
            source.clock_bound = column(fmt::format("{}_clock_bound_us", who));
            source.estimated = column(fmt::format("{}_acquired_estimated", who));
            for (std::size_t i = 0; i < stage_count; ++i)
                source.stages[i] = column(fmt::format("{}_{}_us", who, transport::name(static_cast<Stage>(i))));
            sources_.push_back(source);
        }
    }

    /// Throws std::invalid_argument when a cell is no number.
    [[nodiscard]] render::PresentedFrame frame(std::string_view line) const {
        const auto cells = comma_cells(line);
        if (cells.size() != count_) throw std::invalid_argument("cells");
        render::PresentedFrame out;
        out.stream = number<StreamId>(cells[stream_]);
        out.sequence = number<std::uint32_t>(cells[sequence_]);
        out.annotation_revision = number<std::uint32_t>(cells[revision_]);
        if (!cells[skew_].empty()) out.skew = Microseconds{number<std::int64_t>(cells[skew_])};
        for (const auto& source : sources_)
            if (!cells[source.stream].empty()) out.sources.push_back(header(source, cells));
        return out;
    }

private:
    template <typename Number>
    static Number number(std::string_view cell) {
        Number value{};
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (error != std::errc{} || end != cell.data() + cell.size()) throw std::invalid_argument("number");
        return value;
    }
    static FrameHeader header(const SourceColumns& source, const std::vector<std::string_view>& cells) {
        FrameHeader out;
        out.modality = source.modality;
        out.stream = number<StreamId>(cells[source.stream]);
        out.sequence = number<std::uint32_t>(cells[source.sequence]);
        out.timeline.clock_bound = Microseconds{number<std::int64_t>(cells[source.clock_bound])};
        out.timeline.acquired_estimated = cells[source.estimated] == "1";
        for (std::size_t i = 0; i < stage_count; ++i)
            if (const auto cell = cells[source.stages[i]]; !cell.empty())
                out.timeline.mark(static_cast<Stage>(i), transport::timestamp(number<std::int64_t>(cell)));
        return out;
    }

    std::size_t count_ = 0;
    std::size_t stream_ = no_column;
    std::size_t sequence_ = no_column;
    std::size_t revision_ = no_column;
    std::size_t skew_ = no_column;
    std::vector<SourceColumns> sources_;
};

}  // namespace

std::vector<render::PresentedFrame> read_timelines(std::istream& csv) {
    std::vector<render::PresentedFrame> frames;
    std::string line;
    if (!std::getline(csv, line) || csv.eof()) return frames;
    const TimelineColumns columns{line};
    for (int number = 2; std::getline(csv, line) && !csv.eof(); ++number) try {
            frames.push_back(columns.frame(line));
        } catch (const std::invalid_argument&) {
            throw std::runtime_error(fmt::format("line {} is no row of timeline.csv: '{:.80}'", number, line));
        }
    return frames;
}

std::vector<render::PresentedFrame> read_timelines(const std::filesystem::path& path) {
    return read_named(path, [](std::istream& csv) { return read_timelines(csv); });
}

}  // namespace bench
