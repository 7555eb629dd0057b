#include "augment/input.hpp"

namespace augment {

using namespace transport;

namespace {
constexpr auto wish_spacing = std::chrono::milliseconds{250};
}

Input::Input(Clock& clock, SenderClock sender_clock, OnFrame on_frame, OnLate on_late)
    : clock_{clock},
      sender_clock_{std::move(sender_clock)},
      on_frame_{std::move(on_frame)},
      on_late_{std::move(on_late)},
      decoder_{make_decoder()} {}

bool Input::take_keyframe_wish() {
    const auto now = clock_.now();
    if (!needs_keyframe_ || (last_wish_ && now - *last_wish_ < wish_spacing)) return false;
    last_wish_ = now;
    return true;
}

/// False while what arrives would be decoded onto pictures that never came.
bool Input::whole(const RemoteStamp& stamp, const Arrival& arrival) {
    const auto expected = last_sequence_ ? *last_sequence_ + 1 : stamp.sequence();
    last_sequence_ = stamp.sequence();
    if (stamp.sequence() != expected) {
        drops_.missing += stamp.sequence() > expected ? stamp.sequence() - expected : 0;
        needs_keyframe_ = true;
    }
    if (is_keyframe(arrival.bytes)) needs_keyframe_ = false;
    return !needs_keyframe_;
}

void Input::on_arrival(const Arrival& arrival) {
    const auto remote = find_stamp(arrival.bytes);
    if (!remote) {
        ++drops_.unstamped;
        needs_keyframe_ = true;
        return;
    }
    if (!whole(*remote, arrival)) {
        ++drops_.damaged;
        return;
    }
    SharedPixels pixels;
    const auto decoding = decoder_->decode(arrival.bytes, pixels);
    if (decoding != Decoding::ready) {
        ++drops_.corrupt;
        needs_keyframe_ = true;
        return;
    }
    const auto decoded = clock_.now();
    auto stamp = remote->localise(sender_clock_());
    for (const auto& mark : stamp.late) on_late_(mark);
    // The header says how much of the picture is image; a lying one must not make us read outside the pixels.
    const bool honest = stamp.sources.size() == 1 && stamp.sources[0].header.width > 0 &&
                        stamp.sources[0].header.height > 0 && stamp.sources[0].header.width <= pixels->width &&
                        stamp.sources[0].header.height <= pixels->height;
    if (!honest) {
        ++drops_.unstamped;
        return;
    }
    Frame frame{stamp.sources[0].header, std::move(pixels)};
    frame.header.stream = stamp.stream;
    auto& timeline = frame.header.timeline;
    timeline.mark(Stage::first_packet, arrival.first_packet);
    timeline.mark(Stage::received, arrival.last_packet);
    timeline.mark(Stage::decoded, decoded);
    on_frame_(std::move(frame));
}

}  // namespace augment
