#include "augment/view.hpp"

#include "augment/canvas_window.hpp"
#include "augment/overlay_geometry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace augment {

using namespace transport;

namespace {

constexpr auto keyframe_spacing = std::chrono::milliseconds{500};
constexpr double thin = 0.6;   // of what the class takes: such a link's viewer is better off with a smaller picture
constexpr double roomy = 1.5;  // of it: a larger picture is worth a try
constexpr auto thin_for = std::chrono::seconds{1};
constexpr auto room_for = std::chrono::seconds{10};
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

/// The echo over the X-ray of this plan, as geometry has it, else as the layout does.
std::optional<EchoOverlay> overlay_in(const Plan& plan, const Paired& frames, const EchoPlace& place) {
    if (!place.texture || !plan.echo_to_canvas) return std::nullopt;
    if (!place.echo) return EchoOverlay::by_hand(*plan.echo_to_canvas);
    const auto& echo = frames.ultrasound->header;
    return EchoOverlay{
        canvas_from_source(plan.place(Modality::xray).image, frames.xray->header) * place.echo->homography(),
        echo.geometry.sector, *echo.geometry.spacing};
}

}  // namespace

View::View(const Room& room, Clock& clock, ViewSettings settings, std::unique_ptr<Fusion> fusion)
    : room_{room}, clock_{clock}, settings_{std::move(settings)}, fusion_{std::move(fusion)} {}

void View::relay(const LateMark& mark) {
    const std::scoped_lock lock{late_mutex_};
    late_.push_back(mark);
    if (late_.size() > 4 * most_late) late_.pop_front();
}

void View::add_viewer(const std::string& name, std::unique_ptr<Sender> sender) {
    const std::scoped_lock lock{mutex_};
    viewers_[name] = {std::move(sender)};
    keyframe_due_ = true;
}

std::unique_ptr<Sender> View::remove_viewer(const std::string& name) {
    const std::scoped_lock lock{mutex_};
    const auto found = viewers_.find(name);
    if (found == viewers_.end()) return nullptr;
    auto sender = std::move(found->second.sender);
    viewers_.erase(found);
    return sender;
}

LinkHealth View::health(const std::string& name) const {
    const std::scoped_lock lock{mutex_};
    const auto found = viewers_.find(name);
    return found == viewers_.end() ? LinkHealth{} : found->second.sender->health();
}

void View::offer_key(const std::string& viewer, const MediaKey& key) {
    const std::scoped_lock lock{mutex_};
    if (const auto found = viewers_.find(viewer); found != viewers_.end()) found->second.sender->offer_key(key);
}

std::size_t View::viewers() const {
    const std::scoped_lock lock{mutex_};
    return viewers_.size();
}

std::map<std::string, std::uint64_t> View::dropped() const {
    const std::scoped_lock lock{mutex_};
    std::map<std::string, std::uint64_t> out;
    for (const auto& [name, viewer] : viewers_) out[name] = viewer.sender->dropped();
    return out;
}

int View::limit_kbit_per_s() const {
    const std::scoped_lock lock{mutex_};
    return ladder_ ? ladder_->step().kbit_per_s : 0;
}

bool View::step(std::stop_token stop, Microseconds patience) {
    const auto again = stop;
    auto picture = waiting_.take(std::move(stop), patience);
    if (!picture || viewers() == 0) return false;
    if (const auto& better_by = picture->frames.better_by)
        if (const auto wait = *better_by - clock_.now(); wait > Microseconds{0})
            if (auto newer = waiting_.take(again, wait)) picture = std::move(newer);
    const auto begun = clock_.now();
    make(std::move(*picture));
    making_ = smooth(making_.load(), clock_.now() - begun);
    return true;
}

bool View::keyframe_wanted(Timestamp now) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [name, viewer] : viewers_) keyframe_due_ = viewer.sender->take_keyframe_request() || keyframe_due_;
    return keyframe_due_ && (!last_keyframe_ || now - *last_keyframe_ >= keyframe_spacing);
}

std::vector<std::string> View::thin_viewers() const {
    const std::scoped_lock lock{mutex_};
    std::vector<std::string> out;
    for (const auto& [name, viewer] : viewers_)
        if (viewer.thin_since && last_picture_ && *last_picture_ - *viewer.thin_since > thin_for) out.push_back(name);
    if (out.size() == viewers_.size()) out.clear();  // then it is the class that is made smaller
    return out;
}

bool View::has_room(const std::string& name) const {
    const std::scoped_lock lock{mutex_};
    const auto found = viewers_.find(name);
    return found != viewers_.end() && found->second.room_since && last_picture_ &&
           *last_picture_ - *found->second.room_since > room_for;
}

bool View::fit_to_links(double frames_per_second, Timestamp now) {
    const std::scoped_lock lock{mutex_};
    if (!ladder_) {
        LadderSettings settings;
        settings.frames_per_second = frames_per_second;
        settings.least_kbit_per_s = settings_.least_kbit_per_s;
        settings.most_kbit_per_s = settings_.encoder.max_kbit_per_s;
        ladder_.emplace(settings);
    }
    bool any = false;
    int of_most = std::numeric_limits<int>::max();  // the thin ones apart
    int of_all = std::numeric_limits<int>::max();
    for (auto& [name, viewer] : viewers_) {
        const auto& allowance = viewer.allowance = viewer.sender->allowance();
        const auto keep = [&](std::optional<Timestamp>& since, bool holds) {
            if (!holds) since.reset();
            if (holds && !since) since = now;
        };
        const bool reached = allowance.room && allowance.answered;
        // A link that is too thin falls silent behind every picture: its silence takes nothing back.
        if (allowance.answered) keep(viewer.thin_since, allowance.kbit_per_s < thin * taken_kbit_per_s_);
        keep(viewer.room_since, reached && allowance.kbit_per_s > roomy * taken_kbit_per_s_);
        any = any || allowance.room;
        if (!reached) continue;
        of_all = std::min(of_all, allowance.kbit_per_s);
        if (!viewer.thin_since) of_most = std::min(of_most, allowance.kbit_per_s);
    }
    // While nobody answers, what was carried last holds.
    constexpr int unknown = std::numeric_limits<int>::max();
    const int carried = of_most < unknown ? of_most : of_all;
    if (carried < unknown) carried_kbit_per_s_ = carried;
    ladder_->decide(carried_kbit_per_s_, now);
    return ladder_->takes() && any;
}

/// The ceiling of the bit rate is shared by the pictures that really come.
void View::pace(Timestamp now) {
    const std::scoped_lock lock{mutex_};
    if (last_picture_) interval_ = smooth(interval_, now - *last_picture_);
    last_picture_ = now;
    if (interval_.count() > 0) encoder_->pace(1e6 / static_cast<double>(interval_.count()));
}

std::shared_ptr<Pixels> View::fused(const Scene& scene) {
    const auto draw = [&] {
        auto canvas = fusion_->canvas(scene.plan.width, scene.plan.height);
        fusion_->draw(*canvas, scene);
        return canvas;
    };
    try {
        return draw();
    } catch (const std::exception& error) {  // the GPU went: go on with its twin, in this very picture
        fmt::print(stderr, "augment: {}; going on with the CPU\n", error.what());
        fusion_ = make_fusion_cpu(settings_.encoder.threads);
        return draw();
    }
}

void View::make(Picture picture) {
    auto& frames = picture.frames;
    const auto& place = picture.place;
    const auto& leader = frames.leader == Modality::xray ? frames.xray : frames.ultrasound;
    const auto period = leader->header.period.count();
    const double rate = period > 0 ? 1e6 / static_cast<double>(period) : settings_.encoder.frames_per_second;
    if (!fit_to_links(rate, clock_.now())) return;
    const auto step = ladder_->step();
    const auto room = room_.state();
    std::array<SourceSize, 3> sizes{};
    bool timecode = settings_.timecode;
    for_each_frame(frames, [&](const Frame& frame) {
        sizes.at(index(frame.header.modality)) = {frame.header.width, frame.header.height};
        timecode = timecode || frame.header.timecode;
    });
    const auto& viewer = settings_.viewer_class;
    const auto where = plan(viewer.layout, viewer.width * step.size_quarters / 8 * 2,
                            viewer.height * step.size_quarters / 8 * 2, sizes, room.overlay, timecode);
    const auto overlay = overlay_in(where, frames, place);

    const auto canvas = fused({where, frames, room.opacity, overlay, room.doppler_only, room.hue});
    mark_all(frames, Stage::fused, clock_.now());
    auto placing = place.placing;
    placing.drawn = draw_geometry(*canvas, where, frames, place, room.markers, picture.tip);
    painter_.draw(*canvas, where, room.annotations, clock_.now());
    const auto annotated = clock_.now();
    mark_all(frames, Stage::annotated, annotated);

    auto wanted = settings_.encoder;
    wanted.width = where.width;
    wanted.height = where.height;
    wanted.frames_per_second = rate;
    if (!encoder_ || wanted.width != encoding_.width || wanted.height != encoding_.height) {
        encoder_ = settings_.make_encoder(wanted);
        encoding_ = wanted;
    }
    pace(annotated);
    encoder_->limit(step.kbit_per_s);
    const auto encoded = encoder_->encode(canvas, keyframe_wanted(annotated));
    if (!encoded) return;
    ladder_->made(encoded->bytes.size(), encoded->quantiser);
    const auto encoded_at = clock_.now();
    mark_all(frames, Stage::encoded_for_view, encoded_at);
    for_each_frame(frames, [&](const Frame& frame) {
        const auto& header = frame.header;
        if (!new_frames_.take(header)) return;
        settings_.made->hops.record(header.modality, header.timeline, Stage::paired, Stage::encoded_for_view);
        departing_.encoded(sequence_, header.modality, encoded_at);
    });

    Stamp stamp;
    stamp.stream = settings_.stream;
    stamp.sequence = sequence_++;
    stamp.boot = boot_id();
    stamp.node = settings_.node;
    stamp.canvas = where.canvas;
    stamp.placing = placing;
    if (overlay) stamp.overlay = place.echo ? placing.drawn : where.overlay;
    stamp.annotation_revision = room.annotations.revision();
    for_each_frame(frames, [&](Frame& frame) {
        const auto& pane = where.places.at(index(frame.header.modality));
        frame.header.degraded = frame.header.degraded || step.degraded;
        stamp.sources.push_back({frame.header, pane.pane, pane.image, frame.header.timecode ? pane.code : Rect{}});
    });
    publish(*encoded, std::move(stamp), annotated);
}

void View::publish(const EncodedPicture& picture, Stamp stamp, Timestamp sampled) {
    for (const std::scoped_lock lock{late_mutex_}; stamp.late.size() < most_late && !late_.empty(); late_.pop_front())
        stamp.late.push_back(late_.front());
    const std::scoped_lock lock{mutex_};
    if (interval_.count() > 0) {
        const double kbit = static_cast<double>(picture.bytes.size()) * 8e3 / static_cast<double>(interval_.count());
        taken_kbit_per_s_ += (kbit - taken_kbit_per_s_) / 30;
    }
    if (picture.keyframe) {
        keyframe_due_ = false;
        last_keyframe_ = sampled;
    }
    auto& made = settings_.made->of(settings_.viewer_class.layout, settings_.viewer_class.profile);
    ++made.pictures;
    made.bytes += picture.bytes.size();
    const auto relayed = stamp.late.size();
    for (auto& [name, viewer] : viewers_) {
        auto& sender = viewer.sender;
        stamp.late.resize(relayed);
        // `published` is each viewer's own: it is told of its own packets only.
        while (const auto departure = sender->take_departure()) {
            departing_.departed(departure->sequence, Stage::published, departure->time, settings_.made->hops);
            if (stamp.late.size() < 64)
                stamp.late.push_back({settings_.stream, departure->sequence, Stage::published, departure->time});
        }
        stamp.sender_time = clock_.now();
        sender->send({insert_stamp(picture.bytes, stamp), stamp.sequence, sampled, picture.keyframe});
    }
}

}  // namespace augment
