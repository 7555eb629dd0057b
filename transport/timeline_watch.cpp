#include "transport/timeline_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace transport {

namespace {

constexpr std::string_view watch_words = "watches timelines";
constexpr std::string_view whose_words = "timelines";
constexpr std::string_view health_words = "health";

std::optional<std::uint64_t> counter(const Status& status, std::string_view name) {
    const auto found = std::ranges::find(status.counters, name, &std::pair<std::string, std::uint64_t>::first);
    if (found == status.counters.end()) return std::nullopt;
    return found->second;
}

std::uint64_t first_sequence(const FinishedTimelines& timelines) {
    return timelines.frames.empty() ? 0 : timelines.frames.front().sequence;
}

}  // namespace

Status timeline_watch(Microseconds lease) {
    return {"", std::string{watch_words}, {{"lease_us", static_cast<std::uint64_t>(lease.count())}}};
}

std::optional<Microseconds> timeline_watch_in(const Status& status) {
    if (status.text != watch_words) return std::nullopt;
    const auto lease = counter(status, "lease_us");
    if (!lease) return std::nullopt;
    return Microseconds{static_cast<std::int64_t>(
        std::min<std::uint64_t>(*lease, static_cast<std::uint64_t>(longest_timeline_watch.count())))};
}

Status timelines_of(const std::string& display, const FinishedTimelines& timelines) {
    return {display,
            std::string{whose_words},
            {{"frames", timelines.frames.size()}, {"first_sequence", first_sequence(timelines)}}};
}

bool announces(const Status& status, const FinishedTimelines& timelines) {
    return status.text == whose_words && counter(status, "frames") == timelines.frames.size() &&
           counter(status, "first_sequence") == first_sequence(timelines);
}

Status health_status() {
    return {"", std::string{health_words}, {}};
}

bool is_health(const Status& status) {
    return status.text == health_words;
}

void add_drops(Status& health, std::string_view prefix, const ReceptionDrops& drops) {
    const auto add = [&](std::string_view reason, std::uint64_t count) {
        health.counters.emplace_back(fmt::format("{}drops.{}", prefix, reason), count);
    };
    add("missing", drops.missing);
    add("damaged", drops.damaged);
    add("corrupt", drops.corrupt);
    add("unstamped", drops.unstamped);
}

void add_link(Status& health, std::string_view prefix, const LinkHealth& link) {
    const auto add = [&](std::string_view what, std::uint64_t value) {
        health.counters.emplace_back(fmt::format("{}link.{}", prefix, what), value);
    };
    add("lost", link.lost);
    add("repaired", link.repaired);
    add("lost_ppm", static_cast<std::uint64_t>(std::clamp(link.loss, 0.0, 1.0) * 1e6));
    std::optional<Microseconds> least;
    for (const auto& path : link.paths)
        if (path.carries && path.round_trip) least = std::min(least.value_or(*path.round_trip), *path.round_trip);
    if (least) add("round_trip_us", static_cast<std::uint64_t>(std::max<std::int64_t>(0, least->count())));
}

}  // namespace transport
