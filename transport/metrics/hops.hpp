// How long each stage took, as a node sees it on the way; the report's figures are made of finished timelines.
#pragma once

#include "transport/frame.hpp"
#include "transport/metrics/durations.hpp"
#include "transport/metrics/page.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace transport {

/// By modality and stage, since the previous known stage. Thread safe; a record takes neither lock nor memory.
class HopTimes {
public:
    void record(Modality modality, Stage reached, Microseconds since_previous) noexcept {
        hops_[index(modality)][static_cast<std::size_t>(reached)].record(since_previous);
    }
    /// Each hop between the marks of this timeline from `first` to `last`; none ends at `first`.
    void record(Modality modality, const Timeline& timeline, Stage first, Stage last) noexcept;
    /// What has ever been recorded.
    void tell(MetricsPage& page) const;

private:
    std::array<std::array<Durations, stage_count>, modality_count> hops_{};
};

/// Is this source frame another than the last of its modality? One frame stands in several pictures.
class NewFrames {
public:
    [[nodiscard]] bool take(const FrameHeader& header) {
        const std::pair frame{header.stream, header.sequence};
        auto& last = last_.at(index(header.modality));
        return std::exchange(last, frame) != frame;
    }

private:
    std::array<std::optional<std::pair<StreamId, std::uint32_t>>, modality_count> last_{};
};

/// When the last 64 pictures of a stream left the encoder: their departure is known later. One thread's.
class Departing {
public:
    /// `modality`: of a source frame that the picture is the first to show.
    void encoded(std::uint32_t sequence, Modality modality, Timestamp time) {
        auto& picture = pictures_[sequence % pictures_.size()];
        if (picture.sequence != sequence) picture = {sequence, {}};
        picture.encoded.at(index(modality)) = time;
    }
    /// That picture's last packet has left.
    void departed(std::uint32_t sequence, Stage reached, Timestamp time, HopTimes& hops) const noexcept {
        const auto& picture = pictures_[sequence % pictures_.size()];
        if (picture.sequence != sequence) return;
        for (std::size_t i = 0; i < modality_count; ++i)
            if (const auto encoded = picture.encoded[i])
                hops.record(static_cast<Modality>(i), reached, time - *encoded);
    }

private:
    struct Picture {
        std::uint32_t sequence = 0;
        std::array<std::optional<Timestamp>, modality_count> encoded{};
    };
    std::array<Picture, 64> pictures_{};
};

}  // namespace transport
