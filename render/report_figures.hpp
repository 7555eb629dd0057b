// The arithmetic of the report: durations of finished timelines, and how far they can be trusted.
#pragma once

#include "render/report.hpp"
#include "transport/latency.hpp"
#include "transport/metrics/hops.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <utility>

namespace render {

inline constexpr std::array modalities{transport::Modality::ultrasound, transport::Modality::xray,
                                       transport::Modality::camera};

/// One duration over many frames.
struct Figure {
    transport::Histogram histogram;
    std::uint64_t unknown = 0;         ///< a mark was missing, or the clock not good enough
    transport::Microseconds bound{0};  ///< of the worst clock among the counted

    /// `limit`: half a frame, the clock bound above which a duration is unknown.
    void record(std::optional<transport::Microseconds> duration, transport::Microseconds clock_bound,
                transport::Microseconds limit);
    void clear();
};

/// How far off the duration between two marks can be: nothing for marks of one clock that were converted together.
[[nodiscard]] transport::Microseconds bound_between(const transport::Timeline& timeline, transport::Stage from,
                                                    transport::Stage to);

/// A percentile needs about ten samples beyond it.
[[nodiscard]] bool trustworthy(std::uint64_t count, double percent);

/// The same durations for a scrape, which reads them while frames are added.
struct ScrapedFigures {
    transport::HopTimes hops;
    std::array<transport::Durations, transport::modality_count> totals{};
    std::array<std::atomic<std::uint64_t>, transport::modality_count> untimed{};
    std::atomic<std::uint64_t> frames{0};
};

/// How well the source's clock was known.
struct SourceClock {
    transport::ClockBasis basis = transport::ClockBasis::same_machine;  ///< the worst
    transport::Microseconds bound{0};                                   ///< the worst
    std::uint64_t known = 0;                                            ///< frames
    std::uint64_t unknown = 0;  ///< frames: not yet compared, or dropped after a step
};

struct ModalityFigures {
    bool seen = false;
    SourceClock clock;
    Figure total;                                     ///< endpoints.from to endpoints.to
    std::array<Figure, transport::stage_count> hops;  ///< by Stage: since the previous known stage
};

/// The frames since the last line.
struct Window {
    struct Hop {
        transport::Microseconds sum{0};
        transport::Microseconds bound{0};
        std::int64_t count = 0;
    };
    transport::Timestamp since{};
    std::uint64_t frames = 0;
    std::array<Figure, transport::modality_count> totals;
    std::array<Hop, transport::stage_count> hops{};  ///< of all modalities together
    Figure skew;
    void clear(transport::Timestamp now);
};

class Figures {
public:
    Figures(Endpoints from_to, transport::Timestamp run_start);
    void add(const PresentedFrame& frame);

    Endpoints endpoints;
    transport::Timestamp start;
    std::optional<transport::Timestamp> last_presented;
    std::uint64_t frames = 0;
    std::array<ModalityFigures, transport::modality_count> by_modality;  ///< by Modality
    Figure skew;
    transport::Microseconds clock_bound{0};  ///< the worst that was seen, counted or not
    Window window;
    std::map<std::string, std::uint64_t, std::less<>> drops;
    std::optional<PixelCheckResult> pixel_check;
    std::uint64_t rows_lost = 0;
    std::unique_ptr<ScrapedFigures> scraped = std::make_unique<ScrapedFigures>();

private:
    void add_clock(const transport::FrameHeader& header);
    bool first_presentation(const transport::FrameHeader& header);
    void add_source(const transport::FrameHeader& header);
    void add_skew(const PresentedFrame& frame);
    std::array<std::deque<std::pair<transport::StreamId, std::uint32_t>>, transport::modality_count> recent_;
};

/// "Sub-frame" is claimed only with every source's clock known, and within 2 ms.
[[nodiscard]] bool sub_frame(const Figures& figures);

/// The pages made of them.
[[nodiscard]] std::string report_line(const Figures& figures, transport::Timestamp now);
[[nodiscard]] std::string report_table(const Figures& figures);
[[nodiscard]] std::string report_json(const Figures& figures, const std::string& version);

}  // namespace render
