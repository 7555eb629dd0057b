#include "render/freshness.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace render {

using transport::FrameHeader;
using transport::Microseconds;
using transport::Modality;
using transport::Timestamp;

namespace {

// A source that claims a longer period than this would stretch the limits as it likes.
constexpr Microseconds longest_period = std::chrono::milliseconds{500};
// A source time ahead of ours by more than its bound and this is a wrong clock, not a picture from the future.
constexpr Microseconds clock_grain = std::chrono::milliseconds{2};
// Where pictures come rarely, the one on the panel grows older than `late_ms` between two of them.
constexpr double late_periods = 2;
// The partner of a pair is at most one period older than its successor, and has its own way to the server.
constexpr double skew_periods = 1.5;

Microseconds longer(int milliseconds, Microseconds period, double periods) {
    const auto scaled = Microseconds{std::llround(static_cast<double>(period.count()) * periods)};
    return std::max<Microseconds>(std::chrono::milliseconds{milliseconds}, scaled);
}

}  // namespace

std::string_view name(State state) {
    switch (state) {
        case State::live: return "LIVE";
        case State::late: return "LATE";
        case State::still: return "STILL";
        case State::xray_off: return "X-RAY OFF";
        case State::stale: return "NOT LIVE";
        case State::lost: return "NO SIGNAL";
    }
    return "NO SIGNAL";
}

std::optional<Timestamp> source_time(const FrameHeader& header) {
    const auto acquired = header.timeline.at(transport::Stage::acquired);
    return acquired ? acquired : header.timeline.at(transport::Stage::captured);
}

Microseconds ModalityFreshness::limit(int milliseconds, double periods) const {
    return longer(milliseconds, period_, periods);
}

bool ModalityFreshness::overdue(const Seen& frame, Timestamp now, Microseconds limit) const {
    return !frame.time || now - *frame.time + frame.bound > limit;
}

void ModalityFreshness::saw(const FrameHeader& header, Timestamp now) {
    Seen frame{header.stream, header.sequence, source_time(header), header.timeline.clock_bound};
    if (frame.time && *frame.time > now + frame.bound + clock_grain) frame.time.reset();
    shown_ = frame;
    xray_off_ = header.modality == Modality::xray && !header.beam_on;
    content_changed_ = header.content_changed;
    if (!xray_off_ && frame.time) beam_seen_ = frame.time;

    const auto ahead = newest_ ? static_cast<std::int32_t>(frame.sequence - newest_->sequence) : 1;
    const bool restarted = newest_ && (ahead < 0 || frame.stream != newest_->stream);
    if (ahead == 0 && !restarted) return;  // the same frame in another picture
    const bool clock_went_on = !newest_ || !newest_->time || !frame.time || *frame.time > *newest_->time;
    if (!clock_went_on) {
        // A replay: the sequence goes on, the clock does not. A live stream has 3 periods to recover from it.
        if (live_run_ < limits_.live_again_frames) live_run_ = 0;
        return;
    }
    if (header.period > Microseconds{0}) {
        period_ = std::min(header.period, longest_period);
    } else if (newest_ && newest_->time && frame.time) {
        period_ = std::min(std::chrono::duration_cast<Microseconds>(*frame.time - *newest_->time), longest_period);
    }
    count_new(frame, restarted, now);
    newest_ = frame;
    newest_came_ = now;
}

void ModalityFreshness::count_new(const Seen& frame, bool restarted, Timestamp now) {
    const auto stale = limit(limits_.stale_ms, limits_.stale_periods);
    const auto late = std::chrono::milliseconds{limits_.late_ms};
    const bool gap = !newest_came_ || now - *newest_came_ > stale;
    if (overdue(frame, now, limit(limits_.lost_ms, limits_.lost_periods))) {
        live_run_ = 0;  // no clock, or hopelessly old
    } else if (gap || restarted || live_run_ == 0) {
        live_run_ = 1;
        on_time_run_ = overdue(frame, now, late) ? 0 : limits_.live_again_frames;
    } else {
        live_run_ = std::min(live_run_ + 1, limits_.live_again_frames);
        const bool late_now = overdue(frame, now, late);
        const bool left_too_old = overdue(*newest_, now, limit(limits_.late_ms, late_periods));
        on_time_run_ = late_now || left_too_old ? 0 : std::min(on_time_run_ + 1, limits_.live_again_frames);
    }
}

Verdict ModalityFreshness::judge(Timestamp now) const {
    Verdict verdict;
    if (!shown_) return verdict;
    if (shown_->time) {
        verdict.age = std::max(now - *shown_->time, Microseconds{0});
        verdict.bound = shown_->bound;
    }
    if (newest_came_) verdict.silent = now - *newest_came_;
    if (content_changed_) verdict.unchanged = now - *content_changed_;
    if (xray_off_ && beam_seen_) verdict.since_beam = now - *beam_seen_;

    const auto is = [&verdict](State state, std::string_view why) {
        verdict.state = state;
        verdict.why = why;
        return verdict;
    };
    const auto lost = limit(limits_.lost_ms, limits_.lost_periods);
    const auto still = limit(limits_.still_ms, limits_.stale_periods);
    if (!verdict.silent || *verdict.silent > lost) return is(State::lost, "no new picture for long");
    if (!shown_->time) return is(State::stale, "its clock is unknown");
    if (*verdict.silent > limit(limits_.stale_ms, limits_.stale_periods)) return is(State::stale, "no new picture");
    if (overdue(*shown_, now, lost)) return is(State::stale, "pictures come far too old");
    if (live_run_ < limits_.live_again_frames) return is(State::stale, "not enough new pictures yet");
    if (xray_off_) return is(State::xray_off, "the beam is off");
    if (verdict.unchanged && *verdict.unchanged > still) return is(State::still, "the content does not change");
    if (overdue(*shown_, now, limit(limits_.late_ms, late_periods)) || on_time_run_ < limits_.live_again_frames)
        return is(State::late, "pictures come late");
    return is(State::live, "new pictures in time");
}

Freshness::Freshness(const transport::FreshnessLimits& limits)
    : limits_{limits}, modalities_{ModalityFreshness{limits}, ModalityFreshness{limits}, ModalityFreshness{limits}} {}

void Freshness::saw(const transport::Stamp& stamp, Timestamp now) {
    const FrameHeader* echo = nullptr;
    const FrameHeader* xray = nullptr;
    for (const auto& placed : stamp.sources) {
        const auto& header = placed.header;
        modalities_[index(header.modality)].saw(header, now);
        if (header.modality == Modality::ultrasound) echo = &header;
        if (header.modality == Modality::xray) xray = &header;
    }
    fusion_ = {};
    placing_ = stamp.placing;
    fusion_.both = echo != nullptr && xray != nullptr;
    if (!fusion_.both) return;
    const auto echo_time = source_time(*echo);
    const auto xray_time = source_time(*xray);
    if (!echo_time || !xray_time) {
        synced_run_ = 0;
        fusion_.why = "clock unknown";
        return;
    }
    if (!xray->beam_on) {  // the image that is held is older than its frame
        synced_run_ = 0;
        fusion_.why = "the beam is off";
        return;
    }
    fusion_.skew = *echo_time - *xray_time;
    fusion_.bound = echo->timeline.clock_bound + xray->timeline.clock_bound;
    const auto period = std::min(std::max(echo->period, xray->period), longest_period);
    const bool within =
        std::chrono::abs(*fusion_.skew) + fusion_.bound <= longer(limits_.skew_ms, period, skew_periods);
    synced_run_ = within ? std::min(synced_run_ + 1, limits_.live_again_frames) : 0;
    fusion_.synced = synced_run_ >= limits_.live_again_frames;
    fusion_.why = fusion_.synced ? "echo and X-ray belong together" : "skew over its limit";
}

void Freshness::judge_registration(FusionVerdict& fusion, Timestamp now) const {
    using transport::Registration;
    auto& registration = fusion.registration = placing_.registration;
    if (placing_.seen) fusion.unseen = std::max(now - *placing_.seen, Microseconds{0});
    if (registration != Registration::registered && registration != Registration::ageing) return;
    if (!fusion.unseen || *fusion.unseen > transport::Placing::lost_after)
        registration = Registration::lost;
    else if (*fusion.unseen > transport::Placing::ages_after)
        registration = Registration::ageing;
}

States Freshness::judge(Timestamp now) const {
    States states;
    for (std::size_t i = 0; i < modalities_.size(); ++i) states.modality[i] = modalities_[i].judge(now);
    auto& fusion = states.fusion = fusion_;
    if (!fusion.both) return states;
    judge_registration(fusion, now);
    const auto gone = [](const Verdict& verdict) { return verdict.state >= State::stale; };
    const bool found = fusion.registration != transport::Registration::searching &&
                       fusion.registration != transport::Registration::lost;
    const auto why_not = gone(states.of(Modality::ultrasound)) ? "echo not live"
                         : gone(states.of(Modality::xray))     ? "X-ray not live"
                         : found                               ? nullptr
                                                               : "the probe is not found in the X-ray";
    fusion.drawn_live = why_not == nullptr;
    fusion.trusted = fusion.synced && fusion.drawn_live;
    if (fusion.synced && why_not != nullptr) fusion.why = why_not;
    return states;
}

}  // namespace render
