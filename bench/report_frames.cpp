#include "bench/report_frames.hpp"

#include "bench/named_file.hpp"
#include "bench/result.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace bench {

namespace {

constexpr std::int64_t furthest_us = 4'000'000'000'000'000'000;  // differences of two stay numbers

/// The cells of one line, from left to right.
class FrameCells {
public:
    explicit FrameCells(std::string_view line) : rest_{line} {}
    std::string_view next() {
        if (ended_) throw std::invalid_argument("cells");
        const auto comma = rest_.find(',');
        const auto cell = rest_.substr(0, comma);
        ended_ = comma == std::string_view::npos;
        if (!ended_) rest_.remove_prefix(comma + 1);
        return cell;
    }
    template <typename Number>
    Number number() {
        const auto cell = next();
        Number value{};
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (error != std::errc{} || end != cell.data() + cell.size()) throw std::invalid_argument("number");
        return value;
    }
    std::int64_t time() {
        const auto us = number<std::int64_t>();
        if (us < -furthest_us || us > furthest_us) throw std::invalid_argument("time");
        return us;
    }
    [[nodiscard]] bool next_is_empty() const { return rest_.starts_with(','); }
    [[nodiscard]] bool ended() const { return ended_; }

private:
    std::string_view rest_;
    bool ended_ = false;
};

ReportedFrame frame_in(std::string_view line) {
    FrameCells cells{line};
    ReportedFrame out;
    out.repeat = cells.number<std::uint32_t>();
    out.stream = cells.next();
    out.sequence = cells.number<std::uint32_t>();
    out.captured_us = cells.time();
    out.presented_us = cells.time();
    const auto latency_us = cells.time();
    if (cells.next_is_empty())
        static_cast<void>(cells.next());
    else
        out.gap_us = cells.time();
    out.skipped_before = cells.number<std::uint32_t>();
    static_cast<void>(cells.number<std::uint32_t>());
    const auto after_freeze = cells.next();
    out.after_freeze = after_freeze == "1";
    const bool whole = cells.ended() && out.repeat > 0 && is_stream_name(out.stream) &&
                       latency_us == out.latency_us() && (after_freeze == "1" || after_freeze == "0");
    if (!whole) throw std::invalid_argument("row");
    return out;
}

}  // namespace

std::vector<ReportedFrame> read_frames(std::istream& csv) {
    std::string line;
    if (!std::getline(csv, line) || csv.eof() || line + '\n' != frames_header)
        throw std::runtime_error("line 1 is not the header of a result's frames");
    std::vector<ReportedFrame> out;
    for (std::size_t number = 2; std::getline(csv, line); ++number) try {
            if (csv.eof() || out.size() == most_reported_frames) throw std::invalid_argument("end");
            out.push_back(frame_in(line));
        } catch (const std::invalid_argument&) {
            throw std::runtime_error(
                fmt::format("line {} is no whole row of a frame: '{}'", number, transport::plain_text(line, 80)));
        }
    return out;
}

std::vector<ReportedFrame> read_frames(const std::filesystem::path& path) {
    return read_named(path, [](std::istream& csv) { return read_frames(csv); });
}

}  // namespace bench
