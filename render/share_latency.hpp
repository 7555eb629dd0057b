// Where the time goes, for the page that shows it: what every display has finished in the last ten seconds, made into
// words for browsers. Pure: `now`, of share's clock, is passed in.
#pragma once

#include "transport/bus.hpp"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace render {

/// Of one duration; all of it within `bound`.
struct LatencySummary {
    std::uint64_t count = 0;
    std::int64_t p50_us = 0, p99_us = 0, newest_us = 0;
    std::int64_t bound_us = 0;  ///< the worst of them
};

/// One source frame from when it was captured to its first presentation.
struct LatencyFrame {
    std::uint32_t sequence = 0;
    std::int64_t bound_us = 0;  ///< of marks of other machines than the display's
    /// By Stage, since `captured`, or since the first known mark where that is unknown; nothing: unknown.
    std::array<std::optional<std::int64_t>, transport::stage_count> marks_us{};
};

struct LatencyStream {
    transport::Modality modality = transport::Modality::ultrasound;
    transport::StreamId stream = 0;
    std::uint64_t frames = 0;               ///< first presented within the window
    std::uint64_t untimed = 0;              ///< of these, without `captured` or `presented`
    std::int64_t period_us = 0;             ///< median distance of one frame's capture from the next one's; 0: unknown
    std::optional<LatencySummary> total{};  ///< captured to presented
    std::array<std::optional<LatencySummary>, transport::stage_count> hops{};  ///< since the previous known stage
    std::vector<LatencyFrame> recent{};     ///< new since the last telling, in order, thinned to most_recent
    std::vector<std::int64_t> totals_us{};  ///< captured to presented of all new ones, in order, at most most_totals
};

using LatencyCounters = std::vector<std::pair<std::string, std::uint64_t>>;

struct LatencyDisplay {
    std::string node{};
    std::optional<transport::Microseconds> silent{};  ///< since it last finished a frame; nothing: it never did
    LatencyCounters health{};
    std::vector<LatencyStream> streams{};
};

/// What a page is told at once, at most 64 KiB.
struct LatencyNews {
    std::vector<LatencyDisplay> displays{};
    std::size_t untold = 0;                           ///< displays beyond most_displays
    std::optional<transport::Microseconds> silent{};  ///< since the server's last word on this; nothing: it has none
    LatencyCounters server{};
};
[[nodiscard]] std::string to_json(const LatencyNews& news);

class ShareLatency {
public:
    static constexpr transport::Microseconds window{10'000'000};
    static constexpr transport::Microseconds forgotten_after{60'000'000};  ///< a display that is silent
    static constexpr std::size_t most_displays = 8;
    static constexpr std::size_t most_frames = 1200;  ///< of a stream within the window
    static constexpr std::size_t most_recent = 4;
    static constexpr std::size_t most_totals = 64;

    /// Whatever the server says; what is not about this is passed over.
    void heard(const transport::Message& message, transport::Timestamp now);
    [[nodiscard]] LatencyNews take_news(transport::Timestamp now);
    void forget() { *this = {}; }

private:
    struct Seen {
        transport::Timestamp heard{};
        transport::FinishedTimeline line;
    };
    struct Stream {
        std::deque<Seen> frames{};
        std::size_t fresh = 0;  ///< of them, at the end, not told yet
    };
    struct Display {
        transport::Timestamp heard{};
        std::optional<transport::Timestamp> finished{};
        LatencyCounters health{};
        std::map<transport::Modality, Stream> streams{};
    };
    [[nodiscard]] Display* display(const std::string& node, transport::Timestamp now);
    void take(Display& from, const transport::FinishedTimelines& timelines, transport::Timestamp now);
    void forget_old(transport::Timestamp now);

    std::map<std::string, Display> displays_{};
    std::map<std::string, transport::Timestamp> untold_{};
    std::optional<transport::Status> announced_{};
    std::optional<transport::Timestamp> server_heard_{};
    LatencyCounters server_{};
};

}  // namespace render
