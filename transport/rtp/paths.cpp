#include "transport/rtp/paths.hpp"

#include <algorithm>

namespace transport {

namespace {

constexpr Microseconds path_probe_every{200'000};
constexpr Microseconds candidate_every{50'000};
constexpr Microseconds silent_after{700'000};       // three probes
constexpr Microseconds forgotten_after{5'000'000};  // an address that we learnt
constexpr int most_unanswered = 20;                 // of a candidate
constexpr std::size_t remembered_trips = 8;
constexpr std::size_t remembered_probes = 16;  // unanswered: round trips of up to 0.8 s prove an address

std::optional<Microseconds> median(std::vector<Microseconds> trips) {
    if (trips.empty()) return std::nullopt;
    const auto middle = trips.begin() + static_cast<std::ptrdiff_t>(trips.size() / 2);
    std::ranges::nth_element(trips, middle);
    return *middle;
}

}  // namespace

Paths::Paths(const std::vector<Way>& known, Random random) : random_{std::move(random)}, learns_{known.empty()} {
    for (std::size_t i = 0; i < std::min(known.size(), most_paths); ++i) {
        auto& path = places_.at(i).emplace(Path{});
        path.way = known[i];
        path.known = path.proven = true;
    }
}

bool Paths::carries(const Path& path, Timestamp now) const {
    return path.proven && path.heard != Timestamp{} && now - path.heard < silent_after;
}

std::optional<std::size_t> Paths::find(const Way& way) const {
    const auto found = std::ranges::find_if(places_, [&](const auto& place) { return place && place->way == way; });
    return found == places_.end() ? std::nullopt : std::optional{static_cast<std::size_t>(found - places_.begin())};
}

/// A free place, or that of a path that has not been heard of for longest; never of one that carries, or was given.
std::optional<std::size_t> Paths::place_for(const Way& way, Timestamp now) {
    const auto worth = [&](const std::optional<Path>& place) {
        if (!place) return Timestamp::min();
        return place->known || carries(*place, now) ? Timestamp::max() : place->heard;
    };
    const auto found = std::ranges::min_element(places_, {}, worth);
    if (worth(*found) == Timestamp::max()) return std::nullopt;
    found->emplace(Path{}).way = way;
    next_ = Timestamp::min();
    return static_cast<std::size_t>(found - places_.begin());
}

std::optional<std::size_t> Paths::heard(const Way& way, Timestamp now) {
    suspected(way, now);
    const auto place = find(way);
    if (!place) return std::nullopt;
    auto& path = *places_.at(*place);
    path.heard = now;
    return path.proven ? place : std::nullopt;
}

void Paths::suspected(const Way& way, Timestamp now) {
    if (!learns_ || find(way)) return;
    if (const auto place = place_for(way, now)) places_.at(*place)->heard = now;
}

std::optional<std::size_t> Paths::known(const Way& way) const {
    const auto place = find(way);
    return place && places_.at(*place)->proven ? place : std::nullopt;
}

void Paths::counted(std::size_t path, bool copy) {
    if (auto& place = places_.at(path)) ++(copy ? place->copies : place->first);
}

std::optional<PathProbe> Paths::probe(const Way& way, const PathProbe& probe, Timestamp now) {
    if (!probe.answer) return learns_ || find(way) ? std::optional{PathProbe{true, probe.token}} : std::nullopt;
    // Whichever way it came by: only who got the probe knows its token.
    for (auto& place : places_) {
        if (!place) continue;
        const auto found = std::ranges::find(place->asked, probe.token, &Path::Asked::token);
        if (found == place->asked.end()) continue;
        answered(*place, now - found->time, now);
        place->asked.erase(place->asked.begin(), found + 1);
    }
    return std::nullopt;
}

void Paths::answered(Path& path, Microseconds round_trip, Timestamp now) {
    path.unanswered = 0;
    path.proven = true;
    path.heard = now;
    path.round_trips.push_back(std::max(round_trip, Microseconds{0}));  // two clocks were read
    if (path.round_trips.size() > remembered_trips) path.round_trips.erase(path.round_trips.begin());
}

std::vector<std::pair<Way, PathProbe>> Paths::take_probes(Timestamp now) {
    std::vector<std::pair<Way, PathProbe>> out;
    if (now < next_) return out;
    next_ = now + path_probe_every;
    for (auto& place : places_) {
        if (!place) continue;
        auto& path = *place;
        const bool useless = path.proven ? now - path.heard > forgotten_after : path.unanswered >= most_unanswered;
        if (!path.known && useless) {
            place.reset();
            continue;
        }
        const auto every = path.proven ? path_probe_every : candidate_every;
        if (path.last_asked == Timestamp{} || now - path.last_asked >= every) {
            path.last_asked = now;
            path.asked.push_back({random_(), now});
            if (path.asked.size() > remembered_probes) path.asked.erase(path.asked.begin());
            ++path.unanswered;
            out.push_back({path.way, {false, path.asked.back().token}});
        }
        next_ = std::min(next_, path.last_asked + every);
    }
    return out;
}

std::vector<std::size_t> Paths::usable(Timestamp now) const {
    std::vector<std::size_t> carrying;
    std::vector<std::size_t> proven;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const auto& place = places_.at(i);
        if (place && place->proven) proven.push_back(i);
        if (place && carries(*place, now)) carrying.push_back(i);
    }
    return carrying.empty() ? proven : carrying;
}

std::optional<std::size_t> Paths::best(Timestamp now) const {
    const auto all = usable(now);
    const auto takes = [&](std::size_t i) { return median(places_.at(i)->round_trips).value_or(Microseconds::max()); };
    const auto found = std::ranges::min_element(all, {}, takes);
    return found == all.end() ? std::nullopt : std::optional{*found};
}

std::optional<Microseconds> Paths::round_trip(Timestamp now) const {
    const auto path = best(now);
    return path ? median(places_.at(*path)->round_trips) : std::nullopt;
}

std::vector<PathHealth> Paths::health(Timestamp now) const {
    std::vector<PathHealth> out;
    for (std::size_t i = 0; i < places_.size(); ++i)
        if (const auto& place = places_.at(i); place && place->proven)
            out.push_back(
                {place->way, carries(*place, now), median(place->round_trips), place->first, place->copies, i});
    return out;
}

}  // namespace transport
