#include "augment/mixer.hpp"

#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace augment {

using namespace transport;

namespace {

constexpr auto view_patience = std::chrono::milliseconds{200};  // how soon a view notices that it is to end

std::unique_ptr<Fusion> best_fusion(int threads) {
    std::string reason;
    auto gpu = make_fusion_cuda(reason);
    return gpu ? std::move(gpu) : make_fusion_cpu(threads);
}

RoomState room_from(const Options& options) {
    RoomState state;
    state.opacity = options.opacity;
    state.overlay = options.overlay;
    state.doppler_only = options.doppler_only;
    state.hue = options.echo_hue;
    state.most_skew = std::chrono::milliseconds{options.freshness.skew_ms};
    if (!options.banner.empty()) {
        Annotation banner;
        banner.kind = "banner";
        banner.text = options.banner;
        if (const auto refused = state.annotations.add(banner)) throw UsageError{fmt::format("--banner: {}", *refused)};
    }
    return state;
}

}  // namespace

Mixer::Mixer(const Options& options, Clock& clock, Stepping stepping, MakeEncoder make_encoder)
    : options_{options},
      clock_{clock},
      stepping_{stepping},
      make_encoder_{std::move(make_encoder)},
      room_{room_from(options)},
      pairing_{leader_rule_named(options.leader).value_or(LeaderRule::automatic)} {
    if (!options.register_probe) return;
    const auto own = stepping == Stepping::own_threads;
    watch_ = std::make_unique<ProbeWatch>(
        std::make_unique<Registrar>(probe_head()), clock,
        [this](const KnownProbe& probe) {
            const std::scoped_lock lock{probe_mutex_};
            probe_ = probe;
        },
        own ? ProbeWatch::Stepping::own_thread : ProbeWatch::Stepping::by_caller);
}

void Mixer::on_frame(Frame frame) {
    if (frame.header.modality == Modality::xray)
        tip_.follow(frame, clock_.now());  // in their order: one thread brings them
    const std::scoped_lock lock{mutex_};
    const auto now = clock_.now();
    made_->hops.record(frame.header.modality, frame.header.timeline, Stage::first_packet, Stage::decoded);
    auto paired = pairing_.add(std::move(frame), now, making());
    if (!paired) return;
    for (auto* source : {&paired->ultrasound, &paired->xray, &paired->camera}) {
        if (!*source) continue;
        auto& header = (*source)->header;
        header.timeline.mark(Stage::paired, now);
        if (new_frames_.take(header))
            made_->hops.record(header.modality, header.timeline, Stage::decoded, Stage::paired);
    }
    shown_ = {std::move(*paired), {}, {}};
    if (shown_.frames.xray) shown_.tip = tip_.in(shown_.frames.xray->header, now);
    shown_.place = place_of(shown_.frames, probe(), room_.state().most_skew, now);
    for (const auto& [viewer_class, running] : views_) running.view->offer(shown_);
    // An echo with a tracker of its own needs nobody to look for it, one that tells no plane is not laid by a pose.
    const auto& place = shown_.place;
    const bool tracked =
        shown_.frames.ultrasound && place.plane && shown_.frames.ultrasound->header.geometry.sector->tracked;
    if (watch_ && place.camera && place.plane && !tracked) watch_->offer(*shown_.frames.xray);
}

Microseconds Mixer::making() const {
    Microseconds of_room{0};
    Microseconds of_all{0};
    bool room_watches = false;
    for (const auto& [viewer_class, running] : views_) {
        const auto making = running.view->making();
        of_all = std::max(of_all, making);
        if (viewer_class.profile == CodecProfile::browser) continue;
        of_room = std::max(of_room, making);
        room_watches = true;
    }
    return room_watches ? of_room : of_all;
}

Picture Mixer::shown() const {
    const std::scoped_lock lock{mutex_};
    return shown_;
}

bool Mixer::place_probe(const std::optional<Rigid>& table_from_array) {
    if (watch_) watch_->place(table_from_array);
    return watch_ != nullptr;
}

std::optional<KnownProbe> Mixer::probe() const {
    if (!watch_) return std::nullopt;
    const std::scoped_lock lock{probe_mutex_};
    return probe_;
}

std::optional<std::string> Mixer::annotate(const Annotation& annotation) {
    if (annotation.kind == "tip") return point_at_tip(annotation);
    const std::scoped_lock lock{mutex_};
    return room_.update([&](RoomState& room) {
        if (annotation.kind == "pointer") return room.annotations.point(annotation, clock_.now());
        return Markers::takes(annotation.kind) ? room.markers.add(annotation, shown_.place, shown_.frames)
                                               : room.annotations.add(annotation);
    });
}

std::optional<std::string> Mixer::point_at_tip(const Annotation& pointed) {
    for (const double value : {pointed.x0, pointed.y0})
        if (!(value >= 0 && value <= 1)) return fmt::format("tip: coordinate {} is not within 0..1", value);
    if (pointed.modality != Modality::xray) return "tip: it is pointed at in the X-ray picture";
    const auto xray = shown().frames.xray;
    if (!xray) return "tip: there is no xray picture";
    return tip_.set(*xray, {pointed.x0 * xray->header.width - 0.5, pointed.y0 * xray->header.height - 0.5});
}

void Mixer::on_late(const LateMark& mark) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [viewer_class, running] : views_) running.view->relay(mark);
}

View& Mixer::view_for(const ViewerClass& viewer_class) {
    if (const auto found = find(viewer_class)) return *found;
    ViewSettings settings;
    settings.stream = next_stream_++;
    settings.viewer_class = viewer_class;
    settings.timecode = options_.timecode;
    settings.least_kbit_per_s = options_.least_kbit_per_s;
    settings.encoder.kind = options_.encoder;
    settings.encoder.profile = viewer_class.profile;
    settings.encoder.quality = options_.view_quality;
    settings.encoder.max_kbit_per_s = options_.view_max_kbit_per_s;
    settings.encoder.threads = options_.threads;
    settings.make_encoder = make_encoder_;
    settings.made = made_;
    // Before the lock: a GPU may take its time, and no frame waits for it.
    Running running{std::make_shared<View>(room_, clock_, settings, best_fusion(options_.threads)), {}};
    auto& view = *running.view;
    if (stepping_ == Stepping::own_threads)
        running.thread =
            std::jthread{[&view, behind = viewer_class.profile == CodecProfile::browser](const std::stop_token& stop) {
                if (behind) run_behind();
                while (!stop.stop_requested()) view.step(stop, view_patience);
            }};
    const std::scoped_lock lock{mutex_};
    views_[viewer_class] = std::move(running);
    return view;
}

std::shared_ptr<View> Mixer::find(const ViewerClass& viewer_class) const {
    const std::scoped_lock lock{mutex_};
    const auto found = views_.find(viewer_class);
    return found == views_.end() ? nullptr : found->second.view;
}

void Mixer::close_empty_views() {
    std::vector<Running> closing;  // joined after the lock is free
    const std::scoped_lock lock{mutex_};
    for (auto entry = views_.begin(); entry != views_.end();) {
        if (entry->second.view->viewers() > 0) {
            ++entry;
            continue;
        }
        replaced_before_ += entry->second.view->replaced();
        closing.push_back(std::move(entry->second));
        entry = views_.erase(entry);
    }
}

std::uint64_t Mixer::replaced() const {
    const std::scoped_lock lock{mutex_};
    std::uint64_t sum = replaced_before_;
    for (const auto& [viewer_class, running] : views_) sum += running.view->replaced();
    return sum;
}

}  // namespace augment
