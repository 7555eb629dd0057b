#include "augment/pairing.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace augment {

using namespace transport;

namespace {

constexpr std::size_t kept = 8;
constexpr std::size_t fewest_intervals = 3;  // to say anything
constexpr Microseconds least_silence{100'000};
constexpr Microseconds late_by{2'000};  // a link's jitter
// The echo takes the lead when it is clearly faster and gives it back when it no longer is: without the gap between
// the two, 30.0 and 30.1 frames/s would change places with every hiccup of the link.
constexpr double clearly_faster = 0.85;
constexpr double no_longer_faster = 0.95;

bool starts_afresh(const FrameHeader& last, const FrameHeader& next) {
    return next.sequence <= last.sequence || next.stream != last.stream || next.width != last.width ||
           next.height != last.height;
}

}  // namespace

std::optional<Timestamp> acquisition(const FrameHeader& header) {
    const auto acquired = header.timeline.at(Stage::acquired);
    return acquired ? acquired : header.timeline.at(Stage::captured);
}

std::optional<Microseconds> Paired::skew() const {
    if (!ultrasound || !xray) return std::nullopt;
    const auto echo = acquisition(ultrasound->header);
    const auto base = acquisition(xray->header);
    if (!echo || !base) return std::nullopt;
    return *echo - *base;
}

std::optional<LeaderRule> leader_rule_named(std::string_view text) {
    if (text == "auto") return LeaderRule::automatic;
    if (text == "xray") return LeaderRule::xray;
    if (text == "ultrasound") return LeaderRule::ultrasound;
    return std::nullopt;
}

void Pairing::Ring::take(Frame frame, Timestamp now) {
    if (!frames.empty() && starts_afresh(frames.back().header, frame.header)) *this = {};
    if (last_arrival) intervals.push_back(now - *last_arrival);
    if (intervals.size() > kept) intervals.pop_front();
    last_arrival = now;
    frames.push_back(std::move(frame));
    if (frames.size() > kept) frames.pop_front();
}

/// Mean of the last intervals without the longest and the shortest: neither a pause nor a burst counts.
std::optional<Microseconds> Pairing::Ring::period() const {
    if (frames.empty()) return std::nullopt;
    const auto nominal = frames.back().header.period;
    if (intervals.size() < kept && nominal.count() > 0) return nominal;
    if (intervals.size() < fewest_intervals) return std::nullopt;
    std::vector<Microseconds> sorted{intervals.begin(), intervals.end()};
    std::ranges::sort(sorted);
    const auto sum = std::accumulate(sorted.begin() + 1, sorted.end() - 1, Microseconds{0});
    return sum / static_cast<std::int64_t>(sorted.size() - 2);
}

bool Pairing::Ring::live(Timestamp now) const {
    if (!last_arrival) return false;
    const auto silence = std::max(least_silence, 2 * period().value_or(Microseconds{0}));
    const auto& header = frames.back().header;
    return now - *last_arrival <= silence && (header.modality != Modality::xray || header.beam_on);
}

bool Pairing::Ring::due(Timestamp now, Microseconds within) const {
    const auto usual = period();
    return last_arrival && usual && std::chrono::abs(*last_arrival + *usual - now) <= within;
}

std::optional<Frame> Pairing::Ring::take_nearest(std::optional<Timestamp> time) {
    if (frames.empty()) return std::nullopt;
    auto best = frames.end() - 1;
    auto least = Microseconds::max();
    for (auto frame = frames.end(); time && frame != frames.begin();) {
        --frame;
        const auto at = acquisition(frame->header);
        if (!at || std::chrono::abs(*at - *time) >= least) continue;
        least = std::chrono::abs(*at - *time);
        best = frame;
    }
    frames.erase(frames.begin(), best);
    return frames.front();
}

Modality Pairing::faster() {
    const auto echo = ring(Modality::ultrasound).period();
    const auto base = ring(Modality::xray).period();
    if (!echo || !base) {
        favourite_ = echo && !base ? Modality::ultrasound : Modality::xray;
        return favourite_;
    }
    const double limit = favourite_ == Modality::xray ? clearly_faster : no_longer_faster;
    const bool echo_leads = static_cast<double>(echo->count()) < limit * static_cast<double>(base->count());
    favourite_ = echo_leads ? Modality::ultrasound : Modality::xray;
    return favourite_;
}

Modality Pairing::choose(Modality arrived, Timestamp now) {
    const bool echo = ring(Modality::ultrasound).live(now);
    const bool base = ring(Modality::xray).live(now);
    if (!echo && !base) return arrived;  // a held X-ray image alone is shown, too
    if (echo != base) return echo ? Modality::ultrasound : Modality::xray;
    if (rule_ == LeaderRule::xray) return Modality::xray;
    if (rule_ == LeaderRule::ultrasound) return Modality::ultrasound;
    return faster();
}

std::optional<Paired> Pairing::add(Frame frame, Timestamp now, Microseconds making) {
    const auto arrived = frame.header.modality;
    const auto time = acquisition(frame.header);
    ring(arrived).take(std::move(frame), now);
    if (arrived == Modality::camera) return std::nullopt;
    const auto leader = choose(arrived, now);
    // Half of it: from there on the leader would wait longer for us than we for it.
    if (leader != arrived && ring(leader).due(now, making / 2)) return std::nullopt;
    Paired out;
    out.leader = leader;
    for (auto* place : {&out.ultrasound, &out.xray}) {
        const auto modality = place == &out.xray ? Modality::xray : Modality::ultrasound;
        *place = ring(modality).take_nearest(modality == arrived ? std::nullopt : time);
    }
    out.camera = ring(Modality::camera).take_nearest(std::nullopt);
    const auto& other = ring(leader == Modality::xray ? Modality::ultrasound : Modality::xray);
    if (leader == arrived && other.live(now) && other.due(now, making / 2))
        out.better_by = *other.last_arrival + *other.period() + late_by;
    if (out.better_by && *out.better_by <= now) out.better_by.reset();  // it has come, or is late already
    return out;
}

void Pairing::forget(Modality modality) {
    ring(modality) = {};
}

}  // namespace augment
