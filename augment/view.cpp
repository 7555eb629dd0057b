#include "augment/view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace augment {

using namespace transport;

namespace {

constexpr auto keyframe_spacing = std::chrono::milliseconds{500};
constexpr std::size_t most_late = 48;  // of one stamp; the rest rides in the next

template <typename Each>
void for_each_frame(Paired& frames, Each each) {
    for (auto* frame : {&frames.ultrasound, &frames.xray, &frames.camera})
        if (*frame) each(**frame);
}

void mark_all(Paired& frames, Stage stage, Timestamp time) {
    for_each_frame(frames, [&](Frame& frame) { frame.header.timeline.mark(stage, time); });
}

/// Mean of the last dozen or so; the first value stands by itself.
Microseconds smooth(Microseconds mean, Microseconds value) {
    return mean.count() == 0 ? value : (mean * 11 + value) / 12;
}

/// Echo over X-ray only when both show the same moment and the beam is on.
bool trustworthy(const Paired& frames, Microseconds most_skew) {
    const auto skew = frames.skew();
    return skew && std::chrono::abs(*skew) <= most_skew && frames.xray->header.beam_on;
}

}  // namespace

View::View(const Room& room, Clock& clock, ViewSettings settings, std::unique_ptr<Fusion> fusion)
    : room_{room}, clock_{clock}, settings_{std::move(settings)}, fusion_{std::move(fusion)} {}

void View::relay(const LateMark& mark) {
    const std::scoped_lock lock{mutex_};
    late_.push_back(mark);
    if (late_.size() > 4 * most_late) late_.pop_front();
}

void View::add_viewer(const std::string& name, std::unique_ptr<Sender> sender) {
    const std::scoped_lock lock{mutex_};
    viewers_[name] = std::move(sender);
    keyframe_due_ = true;
}

std::unique_ptr<Sender> View::remove_viewer(const std::string& name) {
    const std::scoped_lock lock{mutex_};
    const auto found = viewers_.find(name);
    if (found == viewers_.end()) return nullptr;
    auto sender = std::move(found->second);
    viewers_.erase(found);
    return sender;
}

void View::offer_key(const std::string& viewer, const MediaKey& key) {
    const std::scoped_lock lock{mutex_};
    if (const auto found = viewers_.find(viewer); found != viewers_.end()) found->second->offer_key(key);
}

std::size_t View::viewers() const {
    const std::scoped_lock lock{mutex_};
    return viewers_.size();
}

std::map<std::string, std::uint64_t> View::dropped() const {
    const std::scoped_lock lock{mutex_};
    std::map<std::string, std::uint64_t> out;
    for (const auto& [name, sender] : viewers_) out[name] = sender->dropped();
    return out;
}

bool View::step(std::stop_token stop, Microseconds patience) {
    auto frames = waiting_.take(std::move(stop), patience);
    if (!frames || viewers() == 0) return false;
    const auto begun = clock_.now();
    make(std::move(*frames));
    making_ = smooth(making_.load(), clock_.now() - begun);
    return true;
}

bool View::keyframe_wanted(Timestamp now) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [name, sender] : viewers_) keyframe_due_ = sender->take_keyframe_request() || keyframe_due_;
    return keyframe_due_ && (!last_keyframe_ || now - *last_keyframe_ >= keyframe_spacing);
}

/// The ceiling of the bit rate is shared by the pictures that really come.
void View::pace(Timestamp now) {
    if (last_picture_) interval_ = smooth(interval_, now - *last_picture_);
    last_picture_ = now;
    if (interval_.count() > 0) encoder_->pace(1e6 / static_cast<double>(interval_.count()));
}

void View::draw(Pixels& canvas, const Scene& scene) {
    try {
        fusion_->draw(canvas, scene);
    } catch (const std::exception& error) {  // the GPU went: go on with its twin, in this very picture
        fmt::print(stderr, "augment: {}; going on with the CPU\n", error.what());
        fusion_ = make_fusion_cpu();
        fusion_->draw(canvas, scene);
    }
}

void View::make(Paired frames) {
    const auto room = room_.state();
    std::array<SourceSize, 3> sizes{};
    bool timecode = settings_.timecode;
    for_each_frame(frames, [&](const Frame& frame) {
        sizes.at(index(frame.header.modality)) = {frame.header.width, frame.header.height};
        timecode = timecode || frame.header.timecode;
    });
    const auto& viewer = settings_.viewer_class;
    const auto where = plan(viewer.layout, viewer.width, viewer.height, sizes, room.overlay, timecode);
    const bool overlay = where.echo_to_canvas && trustworthy(frames, room.most_skew);

    const auto canvas = pool_.get(PixelFormat::i420, where.width, where.height);
    draw(*canvas, {where, frames, room.opacity, overlay});
    mark_all(frames, Stage::fused, clock_.now());
    draw_annotations(*canvas, where, room.annotations);
    const auto annotated = clock_.now();
    mark_all(frames, Stage::annotated, annotated);

    auto wanted = settings_.encoder;
    wanted.width = where.width;
    wanted.height = where.height;
    const auto& leader = frames.leader == Modality::xray ? frames.xray : frames.ultrasound;
    const auto period = leader->header.period.count();
    if (period > 0) wanted.frames_per_second = 1e6 / static_cast<double>(period);
    if (!encoder_ || wanted.width != encoding_.width || wanted.height != encoding_.height) {
        encoder_ = settings_.make_encoder(wanted);
        encoding_ = wanted;
    }
    pace(annotated);
    const auto encoded = encoder_->encode(canvas, keyframe_wanted(annotated));
    if (!encoded) return;
    mark_all(frames, Stage::encoded_for_view, clock_.now());

    Stamp stamp;
    stamp.stream = settings_.stream;
    stamp.sequence = sequence_++;
    stamp.boot = boot_id();
    stamp.node = settings_.node;
    stamp.canvas = where.canvas;
    stamp.overlay = overlay ? where.overlay : Rect{};
    stamp.annotation_revision = room.annotations.revision();
    for_each_frame(frames, [&](const Frame& frame) {
        const auto& place = where.places.at(index(frame.header.modality));
        stamp.sources.push_back({frame.header, place.pane, place.image, frame.header.timecode ? place.code : Rect{}});
    });
    publish(*encoded, std::move(stamp), annotated);
}

void View::publish(const EncodedPicture& picture, Stamp stamp, Timestamp sampled) {
    const std::scoped_lock lock{mutex_};
    if (picture.keyframe) {
        keyframe_due_ = false;
        last_keyframe_ = sampled;
    }
    for (std::size_t i = 0; i < most_late && !late_.empty(); ++i) {
        stamp.late.push_back(late_.front());
        late_.pop_front();
    }
    const auto relayed = stamp.late.size();
    for (auto& [name, sender] : viewers_) {
        stamp.late.resize(relayed);
        // `published` is each viewer's own: it is told of its own packets only.
        while (const auto departure = sender->take_departure())
            if (stamp.late.size() < 64)
                stamp.late.push_back({settings_.stream, departure->sequence, Stage::published, departure->time});
        stamp.sender_time = clock_.now();
        sender->send({insert_stamp(picture.bytes, stamp), stamp.sequence, sampled, picture.keyframe});
    }
}

}  // namespace augment
