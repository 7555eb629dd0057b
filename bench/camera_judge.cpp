#include "bench/camera_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ostream>
#include <set>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

constexpr int most_seldom = 61;          // pictures from search to search; no multiple of many frame rates' periods
constexpr double exposure_share = 0.25;  // a code flips in the middle half of its exposure, whatever the camera's gamma

struct SeenTwice {
    Sighting first;
    Sighting second;
};

/// What both places showed, by the second's order: each code's first sighting there, unless a newer one was there
/// before. Two codes' mix that passes the check by chance is seen at one place only.
std::vector<SeenTwice> seen_twice(const std::vector<Sighting>& first, const std::vector<Sighting>& second) {
    const auto key = [](const Sighting& one) { return std::pair{one.code.sequence, one.code.time_us}; };
    std::map<std::pair<std::uint32_t, std::int64_t>, const Sighting*> there;
    for (const auto& one : first) there.try_emplace(key(one), &one);
    std::vector<SeenTwice> out;
    for (const auto& one : second)
        if (const auto found = there.find(key(one)); found != there.end())
            if (out.empty() || one.code.sequence > out.back().second.code.sequence)
                out.push_back({*found->second, one});
    return out;
}

/// By how much the second was later: the median, µs.
std::int64_t later_by(const std::vector<SeenTwice>& both) {
    std::vector<std::int64_t> differences;
    for (const auto& [first, second] : both) differences.push_back(second.code.presented_us - first.code.presented_us);
    const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
    std::ranges::nth_element(differences, middle);
    return *middle;
}

/// Frames that are not among those which both showed, but in between.
std::uint64_t missing_among(const std::vector<Sighting>& seen, const std::vector<SeenTwice>& both) {
    std::set<std::uint32_t> known;
    for (const auto& frame : both) known.insert(frame.first.code.sequence);
    std::set<std::uint32_t> missing;
    for (const auto& one : seen)
        if (one.code.sequence > *known.begin() && one.code.sequence < *known.rbegin() &&
            !known.contains(one.code.sequence))
            missing.insert(one.code.sequence);
    return missing.size();
}

}  // namespace

void CameraJudge::search(const Pixels& picture) {
    ++searched_;
    bool news = false;
    for (const auto& found : find_quads(picture)) {
        const auto middle = found.where.middle();
        const bool known = std::ranges::any_of(places_, [&](const Place& place) {
            const auto& there = place.fit.where();
            const double width = std::abs(there.corners[1].x - there.corners[0].x);
            return place.stream == found.code.stream &&
                   std::hypot(there.middle().x - middle.x, there.middle().y - middle.y) < width / 8;
        });
        if (known) continue;
        news = true;
        places_.push_back({.fit = QuadFit{found.where}, .stream = found.code.stream});
    }
    searched_in_vain_ = news || places_.empty() ? 0 : searched_in_vain_ + 1;
    until_search_ = std::min(searched_in_vain_ * searched_in_vain_, most_seldom);
}

void CameraJudge::read(const Pixels& picture, Timestamp at, Place& place) {
    auto code = read_quad(picture, place.fit.where());
    if (code && code->stream != place.stream) code.reset();
    if (code) {
        place.changes = place.changes || (place.newest && place.newest != code);
        place.newest = code;
        place.fit.learn(picture, *code);
    } else {
        ++unreadable_;
    }
    // A row sees the middle of its own exposure.
    const double readout = static_cast<double>(timing_.readout.value_or(timing_.period / 2).count());
    const double row = place.fit.where().middle().y / height_;
    const auto seen_at =
        at + Microseconds{std::llround(row * readout)} + timing_.exposure.value_or(Microseconds{0}) / 2;
    for (const auto& sighting : place.looks.take({seen_at, seen_at, {code}})) place.seen.push_back(sighting);
}

void CameraJudge::take(const Pixels& picture, Timestamp at) {
    height_ = picture.height;
    if (until_search_-- == 0) search(picture);
    if (places_.empty()) return;
    ++pictures_;
    for (auto& place : places_) read(picture, at, place);
}

std::int64_t CameraJudge::fixed_bound_us(const Place& source, const Place& display) const {
    const auto period = static_cast<double>(timing_.period.count());
    const double readout = timing_.readout ? static_cast<double>(timing_.readout->count()) : period;
    const double exposure = timing_.exposure ? static_cast<double>(timing_.exposure->count()) : period;
    const double rows = height_;
    // A strip is read whole: its own rows are exposed one after the other.
    const double strips = (source.fit.where().bottom() - source.fit.where().top() + display.fit.where().bottom() -
                           display.fit.where().top()) /
                          2;
    const double apart = std::abs(display.fit.where().middle().y - source.fit.where().middle().y);
    const double unknown_readout = timing_.readout ? 0 : apart / rows * period / 2;
    return std::llround(strips / rows * readout + unknown_readout + 2 * exposure_share * exposure);
}

CameraStream CameraJudge::judged(const Place& one, const Place& other, std::vector<CameraFrame>& frames) const {
    auto both = seen_twice(one.seen, other.seen);
    if (both.empty())
        throw std::runtime_error(
            fmt::format("no frame of stream {} was seen at both of its places: is the video long enough?", one.stream));
    const bool in_order = later_by(both) >= 0;
    if (!in_order) both = seen_twice(other.seen, one.seen);
    const auto& source = in_order ? one : other;
    const auto& display = in_order ? other : one;
    CameraStream out;
    out.stream = one.stream;
    out.source = source.fit.where();
    out.display = display.fit.where();
    out.only_on_source = missing_among(source.seen, both);
    const auto fixed = fixed_bound_us(source, display);
    Histogram latency;
    Histogram uncertainty;
    for (const auto& [sent, shown] : both) {
        const auto bound = fixed + sent.bound.count() + shown.bound.count();
        frames.push_back({one.stream, sent.code.sequence, sent.code.time_us, sent.code.presented_us,
                          shown.code.presented_us, bound});
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
    for (const auto& place : places_)
        if (place.changes) by_stream[place.stream].push_back(&place);
    if (by_stream.empty())
        throw std::runtime_error(fmt::format("no in-picture code changed in {} pictures", pictures_));
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
