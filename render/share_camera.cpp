#include "render/share_camera.hpp"

#include "transport/metrics/tell.hpp"
#include "transport/stamp.hpp"

namespace render {

using namespace transport;

namespace {
constexpr Microseconds slowest_camera{200'000};
}

ShareCamera::ShareCamera(const ShareWiring& wiring, Clock& clock, std::function<void(const std::string& why)> refused)
    : clock_{clock}, refused_{std::move(refused)} {
    Hello hello;
    hello.node = "camera";
    hello.role = Role::capture;
    hello.boot = boot_id();
    hello.stream = Modality::camera;
    bus_ = wiring.dial(hello, [this, &wiring](const Message& message) { on_message(wiring, message); });
}

void ShareCamera::on_message(const ShareWiring& wiring, const Message& message) {
    if (const auto* welcome = std::get_if<transport::Welcome>(&message)) {
        auto sender = wiring.send(*welcome);
        const std::scoped_lock lock{mutex_};
        sender_ = std::move(sender);
        stream_ = welcome->stream;
        needs_keyframe_ = wish_ = true;
    } else if (const auto* rekey = std::get_if<Rekey>(&message)) {
        const std::scoped_lock lock{mutex_};
        if (sender_ && rekey->key) sender_->take_key(*rekey->key);
    } else if (const auto* reply = std::get_if<Reply>(&message); reply != nullptr && !reply->accepted) {
        refused_(reply->text);
    }
}

bool ShareCamera::take_keyframe_wish() {
    const std::scoped_lock lock{mutex_};
    if (sender_ && sender_->take_keyframe_request()) wish_ = true;
    return std::exchange(wish_, false);
}

void ShareCamera::give(std::span<const std::byte> unit) {
    const auto head = head_of<UnitHead>(unit);
    const std::scoped_lock lock{mutex_};
    if (!head || head->width <= 0 || head->height <= 0 || !sender_) return;
    if (needs_keyframe_ && head->keyframe == 0) {
        wish_ = true;
        return;
    }
    needs_keyframe_ = false;
    const auto came = timestamp(head->time_us);
    FrameHeader header;
    header.stream = stream_;
    header.sequence = sequence_++;
    header.modality = Modality::camera;
    header.width = head->width;
    header.height = head->height;
    // A browser does not tell when it took the picture: not before this, at the earliest.
    header.timeline.mark(Stage::captured, came);
    header.timeline.mark(Stage::acquired, came);
    header.timeline.acquired_estimated = true;
    if (last_ && came > *last_ && came - *last_ < slowest_camera) header.period = came - *last_;
    last_ = came;
    Stamp stamp;
    stamp.stream = stream_;
    stamp.sequence = header.sequence;
    stamp.boot = boot_id();
    stamp.node = "share";
    stamp.canvas = {0, 0, head->width, head->height};
    stamp.sources.push_back({header, stamp.canvas, stamp.canvas, {}});
    while (const auto departure = sender_->take_departure())
        if (stamp.late.size() < 64) stamp.late.push_back({stream_, departure->sequence, Stage::sent, departure->time});
    stamp.sender_time = clock_.now();
    sender_->send({insert_stamp(unit.subspan(sizeof(UnitHead)), stamp), header.sequence, came, head->keyframe != 0});
}

void ShareCamera::tell(MetricsPage& page) {
    const std::scoped_lock lock{mutex_};
    if (!sender_) return;
    page.add(Metric::frames, {{"direction", "out"}, {"stream", "camera"}}, sequence_);
    page.add(Metric::drops, {{"reason", "network"}, {"stream", "camera"}}, sender_->dropped());
    tell_link(page, "camera", *sender_);
}

}  // namespace render
