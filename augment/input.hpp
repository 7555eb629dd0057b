// One stream coming in: arrival → stamp → decode → frame.
#pragma once

#include "transport/codec.hpp"
#include "transport/frame.hpp"
#include "transport/link.hpp"
#include "transport/stamp.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace augment {

/// Why access units did not become frames.
struct InputDrops {
    std::atomic<std::uint64_t> unstamped{0};  ///< no stamp, forged, truncated
    std::atomic<std::uint64_t> corrupt{0};    ///< the decoder refused it
    std::atomic<std::uint64_t> damaged{0};    ///< built on a lost reference: not shown
    std::atomic<std::uint64_t> missing{0};    ///< gaps in the sequence
};

/// Used on the link's thread. The frame handed on is whole, or it is not handed on.
class Input {
public:
    using OnFrame = std::function<void(transport::Frame)>;
    using OnLate = std::function<void(const transport::LateMark&)>;
    using SenderClock = std::function<transport::ClockOffset()>;

    Input(transport::Clock& clock, SenderClock sender_clock, OnFrame on_frame, OnLate on_late);
    void on_arrival(const transport::Arrival& arrival);
    /// True when the decoder cannot go on without one (asked at most every 250 ms).
    [[nodiscard]] bool take_keyframe_wish();
    [[nodiscard]] const InputDrops& drops() const { return drops_; }

private:
    bool whole(const transport::RemoteStamp& stamp, const transport::Arrival& arrival);

    transport::Clock& clock_;
    SenderClock sender_clock_;
    OnFrame on_frame_;
    OnLate on_late_;
    std::unique_ptr<transport::Decoder> decoder_;
    std::optional<std::uint32_t> last_sequence_;
    bool needs_keyframe_ = true;
    std::optional<transport::Timestamp> last_wish_;
    InputDrops drops_;
};

}  // namespace augment
