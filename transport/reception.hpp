// From access units to pictures at the receiving end: stamp, gaps, decoding. Whole, or not at all.
#pragma once

#include "transport/codec.hpp"
#include "transport/link.hpp"
#include "transport/stamp.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace transport {

/// Why access units did not become pictures. Written on the link's thread, read anywhere.
struct ReceptionDrops {
    std::atomic<std::uint64_t> missing{0};    ///< gaps in the sequence
    std::atomic<std::uint64_t> damaged{0};    ///< built on a picture that never came: not shown
    std::atomic<std::uint64_t> corrupt{0};    ///< the decoder refused it
    std::atomic<std::uint64_t> unstamped{0};  ///< no stamp, or one that is forged, truncated or lying
};

/// Access units that came, whatever became of them. Written and read as the drops are.
struct ReceptionCounts {
    std::atomic<std::uint64_t> units{0};
    std::atomic<std::uint64_t> bytes{0};
};

struct Received {
    Stamp stamp;  ///< on this machine's clock
    SharedPixels pixels;
    Timestamp decoded{};
};

/// One stream's decoder and its memory of what came last. Used on the link's thread.
class Reception {
public:
    /// The sender's clock may become known, or better known, while pictures come.
    using SenderClock = std::function<ClockOffset()>;
    static constexpr Microseconds between_wishes{50'000};
    Reception(Clock& clock, SenderClock sender_clock, int decoder_threads = 2);

    std::optional<Received> take(const Arrival& arrival);
    /// True when the decoder cannot go on without a keyframe (said again after between_wishes). One thread, any.
    [[nodiscard]] bool take_keyframe_wish();
    [[nodiscard]] const ReceptionDrops& drops() const { return drops_; }
    [[nodiscard]] const ReceptionCounts& counts() const { return counts_; }

private:
    bool whole(const RemoteStamp& stamp, const Arrival& arrival);

    Clock& clock_;
    SenderClock sender_clock_;
    std::unique_ptr<Decoder> decoder_;
    std::optional<std::uint32_t> last_sequence_;
    StreamId last_stream_ = 0;
    std::atomic<bool> needs_keyframe_{true};
    std::optional<Timestamp> last_wish_;
    ReceptionDrops drops_;
    ReceptionCounts counts_;
};

}  // namespace transport
