#include "augment/tip_tracker.hpp"

#include "augment/echo_place.hpp"
#include "augment/pairing.hpp"
#include "augment/tip_motion.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace augment {

using transport::Frame;
using transport::FrameHeader;
using transport::Microseconds;

namespace {

// Cells; 0.3 mm or so at the isocentre.
constexpr double click_reach = 16;
constexpr int usual_reach = 18;  // about the prediction: 150 mm/s that nobody foresaw, at 30 exposures a second
constexpr int reach_more = 3;    // for each exposure that it was missed in: a neighbour is soon as near as the tip
constexpr int reach_anew = 44;   // after a pause: a beat and a breath
constexpr double most_reach_of_doubt = 24;
constexpr double most_fit = 3;  // between where it looks like the tip and where the wire ends

constexpr double least_score = 0.68;
constexpr double least_score_anew = 0.8;
constexpr double least_known = 0.62;
constexpr double least_lead = 0.08;      // over the best elsewhere
constexpr double least_lead_anew = 0.1;  // also once it was missed
constexpr double least_end = 0.4;        // of the usual contrast
constexpr double least_end_anew = 0.7;
constexpr double forgets = 0.4;      // of the recent look, with each exposure
constexpr double kept_below = 0.85;  // what resembles no look better is kept as well
constexpr std::size_t most_kept = 5;
constexpr int between_kept = 6;  // exposures: contrast medium comes faster than a C-arm turns

constexpr auto longest_pause = std::chrono::seconds{20};
constexpr auto least_gap = std::chrono::milliseconds{200};

/// Nearer to the border there is not enough to tell an end from what the border cuts.
bool well_inside(Vec2 pixel, const FrameHeader& header, double margin) {
    return pixel.x >= margin && pixel.y >= margin && pixel.x <= header.width - 1 - margin &&
           pixel.y <= header.height - 1 - margin;
}

/// A node's clock is compared with ours anew now and then, and its times move by some microseconds.
bool same_exposure(const FrameHeader& before, const FrameHeader& after) {
    const auto slack = std::max<Microseconds>(std::chrono::milliseconds{2}, trusted_period(after) / 2);
    return before.content_changed && after.content_changed && *after.content_changed - *before.content_changed < slack;
}

double share_of(double value, double from, double to) {
    return std::clamp((value - from) / (to - from), 0.0, 1.0);
}

double confidence_of(double score, double lead, double end) {
    return share_of(score, 0.5, 0.95) * (0.5 + 0.5 * share_of(lead, 0, 0.3)) * (0.5 + 0.5 * share_of(end, 0.2, 0.8));
}

}  // namespace

std::string_view name(Tip::State state) {
    static constexpr std::array<std::string_view, 4> names{"tracking", "coasting", "held", "lost"};
    return names.at(static_cast<std::size_t>(state));
}

std::optional<TipTracker> TipTracker::at(const Frame& xray, Vec2 click) {
    const auto& header = xray.header;
    const auto taken = acquisition(header);
    if (!xray.pixels || !taken || !std::isfinite(click.x) || !std::isfinite(click.y)) return std::nullopt;
    if (header.height < tip_step(header.width)) return std::nullopt;  // no cell high
    constexpr int around = 48;  // cells: the click's reach, the wire behind it, the surroundings of both
    const auto cells = cells_around(*xray.pixels, header.width, header.height, click, around);
    const auto end = end_near(cells.dark, cells.cell(click), click_reach);
    if (!end) return std::nullopt;
    TipTracker out;
    out.end_ = *end;
    out.recent_ = {tip_look(cells.dark, end->at), end->angle};
    out.kept_.push_back(out.recent_);
    out.paused_ = !header.beam_on;
    out.last_ = header;
    out.tip_ = {out.paused_ ? Tip::State::held : Tip::State::tracking, cells.pixel(end->at), end->angle,
                out.paused_ ? 0.0 : 1.0, *taken};
    return out;
}

const Tip& TipTracker::now(Tip::State state) {
    tip_.state = state;
    tip_.confidence = 0;
    return tip_;
}

std::optional<TipTracker::Search> TipTracker::where_to_look(const FrameHeader& header, double seconds) const {
    const auto carried = carried_by_c_arm(tip_.at, last_, header);
    if (!carried) return std::nullopt;
    Search out;
    out.anew = paused_;
    out.middle = out.carried = carried->at;
    out.reach = paused_ ? reach_anew : usual_reach + reach_more * missed_;
    if (!paused_) out.middle = out.middle + Vec2{seconds * per_second_.x, seconds * per_second_.y};
    out.reach += static_cast<int>(std::min(most_reach_of_doubt, carried->doubt_px / tip_step(header.width)));
    if (!well_inside(out.middle, header, 0)) return std::nullopt;
    return out;
}

std::optional<TipTracker::Match> TipTracker::match(const TipCells& cells, const Search& search) const {
    TipScores scores{cells.dark};
    scores.compare(turned_look(recent_.around, end_.angle - recent_.angle), end_.angle, false);
    for (const auto& look : kept_) scores.compare(turned_look(look.around, end_.angle - look.angle), end_.angle, true);
    if (search.anew)
        for (const double turn : {-0.25, 0.25})
            for (const auto* look : {&recent_, &kept_.front()})
                scores.compare(turned_look(look->around, end_.angle + turn - look->angle), end_.angle + turn,
                               look != &recent_);
    const auto best = scores.best(cells.cell(search.middle), search.anew ? 0.05 : 0.15);
    if (!best) return std::nullopt;
    return Match{best->at, best->angle, best->score, best->known, best->rival};
}

WireEnd TipTracker::end_at(const TipCells& cells, const Match& match) const {
    WireEnd end = end_;
    end.at = match.at;
    end.angle = match.angle;
    const auto fitted = end_fitted(cells.dark, end);
    end.contrast = 0;
    if (length(fitted.at - match.at) > most_fit || fitted.contrast <= 0) return end;
    // Half of each: looks have less noise, ends do not creep along the wire.
    end.at = {0.5 * (match.at.x + fitted.at.x), 0.5 * (match.at.y + fitted.at.y)};
    end.angle += std::clamp(fitted.angle - end.angle, -0.1, 0.1);
    end.contrast = fitted.contrast;
    return end;
}

void TipTracker::learn(const TipCells& cells, const WireEnd& end) {
    end_.angle = end.angle;
    end_.contrast += 0.1 * (end.contrast - end_.contrast);
    auto look = tip_look(cells.dark, end.at);
    for (std::size_t i = 0; i < look.values.size(); ++i)
        recent_.around.values[i] += static_cast<float>(forgets) * (look.values[i] - recent_.around.values[i]);
    recent_.angle = end.angle;
    if (++since_kept_ < between_kept || kept_.size() >= most_kept) return;
    const auto resembles = [&](const Look& other) {
        return likeness(turned_look(look, 0), turned_look(other.around, end.angle - other.angle)) >= kept_below;
    };
    if (std::ranges::any_of(kept_, resembles)) return;
    kept_.push_back({std::move(look), end.angle});
    since_kept_ = 0;
}

const Tip& TipTracker::follow(const Frame& xray) {
    const auto& header = xray.header;
    if (tip_.state == Tip::State::lost) return tip_;
    const auto taken = acquisition(header), before = acquisition(last_);
    if (!xray.pixels || !taken || header.stream != last_.stream || header.sequence <= last_.sequence ||
        header.width != last_.width || header.height != last_.height)
        return now(Tip::State::lost);
    if (!header.beam_on) {
        paused_ = true;
        return now(Tip::State::held);
    }
    if (*taken <= *before || *taken - tip_.seen > longest_pause) return now(Tip::State::lost);
    const auto gap = *taken - *before;
    paused_ = paused_ || gap > std::max(Microseconds{least_gap}, 3 * trusted_period(header));
    if (same_exposure(last_, header)) return paused_ ? now(Tip::State::held) : tip_;

    const double seconds = static_cast<double>(gap.count()) / 1e6;
    const auto search = where_to_look(header, seconds);
    if (!search) return now(Tip::State::lost);
    const auto cells =
        cells_around(*xray.pixels, header.width, header.height, search->middle, search->reach + tip_reach);
    const auto found = match(cells, *search);
    const auto end = found ? end_at(cells, *found) : WireEnd{};
    const double lead = found ? found->score - found->rival : 0, ends = end.contrast / std::max(1.0, end_.contrast);
    const auto at = cells.pixel(end.at);
    const bool is_it = found && well_inside(at, header, 3.0 * cells.step) &&
                       found->score >= (paused_ ? least_score_anew : least_score) && found->known >= least_known &&
                       lead >= (paused_ || missed_ > 0 ? least_lead_anew : least_lead) &&
                       ends >= (paused_ ? least_end_anew : least_end);
    last_ = header;
    if (!is_it) {
        if (++missed_ > most_coasting) return now(Tip::State::lost);
        tip_.at = search->middle;
        per_second_ = {0.7 * per_second_.x, 0.7 * per_second_.y};
        return now(paused_ ? Tip::State::held : Tip::State::coasting);
    }
    const auto moved = at - search->carried;
    per_second_ = paused_ ? Vec2{}
                          : Vec2{per_second_.x + 0.6 * (moved.x / seconds - per_second_.x),
                                 per_second_.y + 0.6 * (moved.y / seconds - per_second_.y)};
    tip_ = {Tip::State::tracking, at, end.angle, confidence_of(found->score, lead, ends), *taken};
    missed_ = 0;
    paused_ = false;
    learn(cells, end);
    return tip_;
}

}  // namespace augment
