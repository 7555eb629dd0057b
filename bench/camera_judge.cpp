#include "bench/camera_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ostream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr int enough_in_vain = 12;       // pictures in a row in which nothing new was found: there is no more
constexpr double exposure_share = 0.25;  // a code flips in the middle half of its exposure, whatever the camera's gamma

/// Of two places that saw the same frames, by how much the second was later: the median, µs.
std::optional<std::int64_t> later_by(const std::vector<Sighting>& first, const std::vector<Sighting>& second) {
    std::map<std::uint32_t, std::int64_t> at;
    for (const auto& one : first) at[one.code.sequence] = one.code.presented_us;
    std::vector<std::int64_t> differences;
    for (const auto& one : second)
        if (const auto found = at.find(one.code.sequence); found != at.end())
            differences.push_back(one.code.presented_us - found->second);
    if (differences.empty()) return std::nullopt;
    const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
    std::ranges::nth_element(differences, middle);
    return *middle;
}

}  // namespace

void CameraJudge::search(const Pixels& picture) {
    ++searched_;
    bool news = false;
    for (const auto& found : find_quads(picture)) {
        const auto middle = found.where.middle();
        const bool known = std::ranges::any_of(places_, [&](const Place& place) {
            const auto there = place.where.middle();
            const double width = std::abs(place.where.corners[1].x - place.where.corners[0].x);
            return std::hypot(there.x - middle.x, there.y - middle.y) < width / 8;
        });
        if (known) continue;
        news = true;
        places_.push_back({found.where, found.code.stream, ScreenLooks{1}, {}});
    }
    searched_in_vain_ = news || places_.empty() ? 0 : searched_in_vain_ + 1;
}

void CameraJudge::take(const Pixels& picture, Timestamp at) {
    height_ = picture.height;
    if (searched_in_vain_ < enough_in_vain) return search(picture);
    ++pictures_;
    const double readout = static_cast<double>(timing_.readout.value_or(timing_.period / 2).count());
    const auto exposure = timing_.exposure.value_or(Microseconds{0});
    for (auto& place : places_) {
        const auto code = read_quad(picture, place.where);
        if (!code) ++unreadable_;
        // A row sees the middle of its own exposure.
        const double row = place.where.middle().y / height_;
        const auto seen_at = at + Microseconds{std::llround(row * readout)} + exposure / 2;
        for (const auto& sighting : place.looks.take({seen_at, seen_at, {code}}))
            if (sighting.code.stream == place.stream &&
                (place.seen.empty() || sighting.code.sequence > place.seen.back().code.sequence))
                place.seen.push_back(sighting);
    }
}

std::int64_t CameraJudge::fixed_bound_us(const Place& source, const Place& display) const {
    const double period = static_cast<double>(timing_.period.count());
    const double readout = timing_.readout ? static_cast<double>(timing_.readout->count()) : period;
    const double exposure = timing_.exposure ? static_cast<double>(timing_.exposure->count()) : period;
    const double rows = height_;
    // A strip is read whole: its own rows are exposed one after the other.
    const double strips =
        (source.where.bottom() - source.where.top() + display.where.bottom() - display.where.top()) / 2;
    const double apart = std::abs(display.where.middle().y - source.where.middle().y);
    const double unknown_readout = timing_.readout ? 0 : apart / rows * period / 2;
    return std::llround(strips / rows * readout + unknown_readout + 2 * exposure_share * exposure);
}

CameraStream CameraJudge::judged(const Place& one, const Place& other, std::vector<CameraFrame>& frames) const {
    const auto later = later_by(one.seen, other.seen);
    if (!later)
        throw std::runtime_error(
            fmt::format("no frame of stream {} was seen at both of its places: is the video long enough?", one.stream));
    const auto& source = *later >= 0 ? one : other;
    const auto& display = *later >= 0 ? other : one;
    CameraStream out;
    out.stream = one.stream;
    out.source = source.where;
    out.display = display.where;
    std::map<std::uint32_t, const Sighting*> shown;
    for (const auto& sighting : display.seen) shown[sighting.code.sequence] = &sighting;
    const auto fixed = fixed_bound_us(source, display);
    Histogram latency;
    Histogram uncertainty;
    for (const auto& sighting : source.seen) {
        const auto found = shown.find(sighting.code.sequence);
        if (found == shown.end()) {
            const bool between = sighting.code.sequence > display.seen.front().code.sequence &&
                                 sighting.code.sequence < display.seen.back().code.sequence;
            out.only_on_source += between ? 1 : 0;
            continue;
        }
        const auto& there = *found->second;
        const auto bound = fixed + sighting.bound.count() + there.bound.count();
        frames.push_back({one.stream, sighting.code.sequence, sighting.code.time_us, sighting.code.presented_us,
                          there.code.presented_us, bound});
        latency.record(Microseconds{frames.back().latency_us()});
        uncertainty.record(Microseconds{bound});
    }
    out.latency = latency.percentiles();
    out.uncertainty = uncertainty.percentiles();
    return out;
}

CameraReport CameraJudge::report() const {
    CameraReport out;
    out.timing = timing_;
    out.pictures = pictures_;
    out.unreadable = unreadable_;
    if (places_.empty())
        throw std::runtime_error(fmt::format("no in-picture code was found in {} pictures", searched_));
    std::map<StreamId, std::vector<const Place*>> by_stream;
    for (const auto& place : places_) by_stream[place.stream].push_back(&place);
    for (const auto& [stream, places] : by_stream) {
        if (places.size() != 2)
            throw std::runtime_error(
                fmt::format("the code of stream {} was seen at {} place{}: the camera must see the "
                            "source's screen and the display, and nothing else that shows it",
                            stream, places.size(), places.size() == 1 ? "" : "s"));
        out.streams.push_back(judged(*places[0], *places[1], out.frames));
    }
    return out;
}

void write_camera_frames(std::ostream& csv, const CameraReport& report) {
    for (const auto& frame : report.frames)
        csv << fmt::format("{},{},{},{},{},{},{}\n", frame.stream, frame.sequence, frame.captured_us, frame.source_us,
                           frame.display_us, frame.latency_us(), frame.bound_us);
}

std::vector<SeenCode> camera_codes(const CameraReport& report) {
    std::vector<SeenCode> out;
    for (const auto& frame : report.frames)
        out.push_back({frame.captured_us + frame.latency_us(), frame.stream, frame.sequence, frame.captured_us});
    std::ranges::stable_sort(out, {}, &SeenCode::presented_us);
    return out;
}

}  // namespace bench
