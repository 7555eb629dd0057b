#include "transport/reception.hpp"

namespace transport {

namespace {

bool inside(const Rect& rect, int width, int height) {
    return rect.empty() || (rect.x + rect.width <= width && rect.y + rect.height <= height);
}

/// A stamp whose rectangles leave the picture would make us read outside the pixels.
bool honest(const Stamp& stamp, const Pixels& pixels) {
    if (stamp.sources.empty() || stamp.canvas.empty() || !inside(stamp.canvas, pixels.width, pixels.height))
        return false;
    if (!inside(stamp.overlay, pixels.width, pixels.height)) return false;
    for (const auto& source : stamp.sources)
        for (const auto& rect : {source.pane, source.image, source.code})
            if (!inside(rect, pixels.width, pixels.height)) return false;
    return true;
}

}  // namespace

Reception::Reception(Clock& clock, SenderClock sender_clock, int decoder_threads)
    : clock_{clock}, sender_clock_{std::move(sender_clock)}, decoder_{make_decoder(decoder_threads)} {}

bool Reception::take_keyframe_wish() {
    const auto now = clock_.now();
    if (!needs_keyframe_ || (last_wish_ && now - *last_wish_ < between_wishes)) return false;
    last_wish_ = now;
    return true;
}

/// False while what arrives would be decoded onto pictures that never came.
bool Reception::whole(const RemoteStamp& stamp, const Arrival& arrival) {
    const bool same_stream = last_sequence_ && stamp.stream() == last_stream_;
    const auto expected = same_stream ? *last_sequence_ + 1 : stamp.sequence();
    if (stamp.sequence() != expected && stamp.sequence() > expected) drops_.missing += stamp.sequence() - expected;
    if (!same_stream || stamp.sequence() != expected) needs_keyframe_ = true;
    if (is_keyframe(arrival.bytes)) needs_keyframe_ = false;
    last_sequence_ = stamp.sequence();
    last_stream_ = stamp.stream();
    if (needs_keyframe_) ++drops_.damaged;
    return !needs_keyframe_;
}

std::optional<Received> Reception::take(const Arrival& arrival) {
    ++counts_.units;
    counts_.bytes += arrival.bytes.size();
    const auto remote = find_stamp(arrival.bytes);
    if (!remote) {
        ++drops_.unstamped;
        needs_keyframe_ = true;
        return std::nullopt;
    }
    if (!whole(*remote, arrival)) return std::nullopt;
    Received received;
    if (decoder_->decode(arrival.bytes, received.pixels) != Decoding::ready) {
        ++drops_.corrupt;
        needs_keyframe_ = true;
        return std::nullopt;
    }
    received.decoded = clock_.now();
    received.stamp = remote->localise(sender_clock_());
    if (!honest(received.stamp, *received.pixels)) {
        ++drops_.unstamped;
        return std::nullopt;
    }
    return received;
}

}  // namespace transport
