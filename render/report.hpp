// What an engineer reads: a line a second, a table at the end, timeline.csv and summary.json.
#pragma once

#include "render/pixel_check.hpp"
#include "transport/frame.hpp"
#include "transport/metrics/page.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace render {

/// One picture as it was shown. The timelines of its sources are on the display's clock and run up to `presented`.
struct PresentedFrame {
    transport::StreamId stream = 0;  ///< the view's
    std::uint32_t sequence = 0;
    std::vector<transport::FrameHeader> sources;
    std::optional<transport::Microseconds> skew;  ///< between the modalities' acquisition times; either sign
    std::uint32_t annotation_revision = 0;        ///< what was drawn on it; wraps
};

/// Between which stages glass-to-glass is counted, and who put the picture on the panel.
struct Endpoints {
    transport::Stage from = transport::Stage::captured;
    transport::Stage to = transport::Stage::presented;
    std::string presented_by;  ///< Sink::name()
};

/// Fed with finished timelines (see TimelineCompleter). A source frame that several pictures show again is counted
/// when it was first presented; timeline.csv has every picture. A figure whose clock bound exceeds half a frame is
/// unknown. Not thread safe.
class Report {
public:
    /// Creates the folder and begins timeline.csv; without a folder nothing is written. Times count from `start`,
    /// on the display's clock. Throws std::runtime_error naming the path that cannot be written.
    Report(std::optional<std::filesystem::path> out, Endpoints endpoints, transport::Timestamp start,
           std::string version = {});
    ~Report();
    Report(Report&&) noexcept;
    Report& operator=(Report&&) noexcept;

    /// What the times in the files count from.
    [[nodiscard]] transport::Timestamp start() const;
    void add(const PresentedFrame& frame);
    /// How many frames have been lost for that reason since the start; replaces the earlier count.
    void dropped(std::string_view reason, std::uint64_t count);
    /// The check's result so far; replaces the earlier one.
    void checked(const PixelCheckResult& result);

    /// The last second in one line, for the terminal; begins the next second and writes timeline.csv out.
    [[nodiscard]] std::string line(transport::Timestamp now);
    /// The whole run. `~`: fewer than ten samples lie beyond that percentile. `-`: nobody measured it.
    [[nodiscard]] std::string table() const;
    /// Completes timeline.csv and writes summary.json. A disk that is full is told once, on standard error.
    void finish();
    /// For a scrape: what summary.json says at the end, so far. Any thread.
    void tell(transport::MetricsPage& page) const;
    /// Rows of timeline.csv that could not be written.
    [[nodiscard]] std::uint64_t rows_lost() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace render
