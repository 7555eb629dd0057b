#include "transport/emulator/link_profile.hpp"

#include "transport/emulator/recordings.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace transport {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view parametric = "parametric, fitted to published quantiles";

std::shared_ptr<const RateTrace> constant_rate(std::int64_t kbit_per_s) {
    return std::make_shared<const RateTrace>(RateTrace::constant(kbit_per_s));
}

/// A trace whose steps are spread as the quantiles (kbit/s) say and resemble their neighbours. Drawn once and for all:
/// the trace is part of the profile, whatever the seed of a run.
std::shared_ptr<const RateTrace> drawn_rate(const Quantiles& spread, Microseconds step, double correlation,
                                            Microseconds period, std::uint64_t seed) {
    CorrelatedDraws draws{spread, correlation, seed};
    std::vector<RateStep> steps;
    for (std::int64_t i = 0; i * step < period; ++i) steps.push_back({i * step, std::llround(draws.at(i))});
    return std::make_shared<const RateTrace>(std::move(steps), period);
}

void both_ways(LinkProfile& profile, const Gaps& gaps) {
    profile.up.gaps.push_back(gaps);
    profile.down.gaps.push_back(gaps);
}

Gaps handover(Microseconds every, Microseconds shortest, Microseconds longest, Microseconds step = 0us) {
    return {.both_ways = true, .every = every, .shortest = shortest, .longest = longest, .most_delay_step = step};
}

void lose(LinkProfile& profile, double share, double burst) {
    for (auto* direction : {&profile.up, &profile.down}) direction->loss = share, direction->burst = burst;
}

// Minima, maxima and quantiles as published for the probes of an idle network; ms, one way.
const Quantiles midband_up{{{0, 3.7},
                            {.01, 4.8},
                            {.05, 5.2},
                            {.25, 5.7},
                            {.5, 6.4},
                            {.75, 7.1},
                            {.9, 7.6},
                            {.95, 7.7},
                            {.99, 9.9},
                            {.999, 11.6},
                            {1, 14.0}}};
const Quantiles midband_down{{{0, 3.0},
                              {.01, 3.7},
                              {.05, 4.3},
                              {.25, 4.8},
                              {.5, 5.3},
                              {.75, 5.7},
                              {.9, 8.1},
                              {.95, 9.6},
                              {.99, 10.8},
                              {.999, 11.3},
                              {1, 17.1}}};
const Quantiles mmw_up{{{0, .51}, {.25, .60}, {.5, .67}, {.75, .75}, {.95, .87}, {.99, .91}, {.999, .93}, {1, 2.0}}};
const Quantiles mmw_down{
    {{0, .56}, {.25, .67}, {.5, .75}, {.75, .81}, {.95, 1.0}, {.99, 1.06}, {.999, 1.70}, {1, 3.33}}};
const Quantiles oran{{{0, 5.1}, {.05, 8.5}, {.25, 11.6}, {.5, 14.6}, {.75, 17.6}, {.95, 21.8}, {.99, 25.4}, {1, 30.1}}};
// kbit/s of a download, one value a second; a quarter of the spectrum's time is the uplink's.
const std::vector<Quantile> public_down{{0, 0},         {.05, 10},     {.1, 2'300},    {.25, 21'000}, {.5, 151'000},
                                        {.75, 203'000}, {.9, 224'000}, {.95, 235'000}, {1, 254'000}};

void wired(LinkProfile& profile) {
    profile.up.delay_ms = profile.down.delay_ms = Quantiles{{{0, 0.2}}};
    profile.up.rate = profile.down.rate = constant_rate(1'000'000);
    profile.said_from = "parametric";
}

void private_mmw(LinkProfile& profile) {
    profile.up.delay_ms = mmw_up;
    profile.down.delay_ms = mmw_down;
    profile.up.rate = profile.down.rate = constant_rate(100'000);
    lose(profile, 1e-6, 1);
    both_ways(profile, handover(5min, 100ms, 100ms));  // somebody stands in the beam
}

void private_midband(LinkProfile& profile) {
    profile.up.delay_ms = midband_up;
    profile.down.delay_ms = midband_down;
    profile.up.rate = profile.down.rate = constant_rate(50'000);
    lose(profile, 1e-4, 8);
    both_ways(profile, handover(1min, 30ms, 30ms));
}

void private_oran(LinkProfile& profile) {
    profile.up.delay_ms = profile.down.delay_ms = oran;
    profile.up.rate = profile.down.rate = constant_rate(30'000);
    lose(profile, 1e-3, 8);
    both_ways(profile, {.kind = GapKind::stall, .both_ways = true, .every = 1min, .shortest = 100ms, .longest = 400ms});
}

void public_5g(LinkProfile& profile) {
    profile.up.delay_ms = profile.down.delay_ms = Quantiles::normal(30, 5);
    auto up = public_down;
    for (auto& point : up) point.value *= uplink_share;
    constexpr double lag_1 = 0.74;
    profile.up.rate = drawn_rate(Quantiles{std::move(up)}, 1s, lag_1, 1h, 1);
    profile.down.rate = drawn_rate(Quantiles{public_down}, 1s, lag_1, 1h, 2);
    lose(profile, 5e-3, 8);
    both_ways(profile, handover(90s, 100ms, 100ms, 10ms));  // between 5G and LTE
}

void lte_fallback(LinkProfile& profile) {
    profile.up.delay_ms = profile.down.delay_ms = Quantiles{{{0, 25}}};
    // 100 ms windows; the lowest share is the trace's silence.
    const Quantiles up{{{0, 0}, {.025, 0}, {.05, 700}, {.5, 5'400}, {.95, 12'000}, {1, 20'000}}};
    const Quantiles down{{{0, 0}, {.03, 0}, {.05, 600}, {.5, 4'300}, {.95, 12'000}, {1, 20'000}}};
    constexpr double lag_1 = 0.9;
    profile.up.rate = drawn_rate(up, 100ms, lag_1, 140s, 3);
    profile.down.rate = drawn_rate(down, 100ms, lag_1, 140s, 4);
    lose(profile, 1e-3, 1);
}

void stress(LinkProfile& profile) {
    private_midband(profile);
    profile.up.rate = profile.down.rate = constant_rate(20'000);
    lose(profile, 0.02, 8);
    profile.up.gaps = profile.down.gaps = {};
    both_ways(profile, handover(1min, 30ms, 100ms, 5ms));
    both_ways(profile, {.kind = GapKind::stall, .both_ways = true, .every = 1min, .shortest = 100ms, .longest = 400ms});
}

void wifi_handover(LinkProfile& profile) {
    profile.up.delay_ms = profile.down.delay_ms = Quantiles{{{0, 1.5}, {.5, 3}, {.95, 6}, {.99, 10}, {1, 20}}};
    profile.up.coherence = profile.down.coherence = 20ms;  // other stations come and go
    profile.up.rate = profile.down.rate = constant_rate(60'000);
    lose(profile, 1e-3, 4);
    auto roaming = handover(8s, 150ms, 400ms, 2ms);
    roaming.regular = true;
    roaming.edge = 300ms;
    roaming.edge_loss = 0.1;
    both_ways(profile, roaming);
    profile.said_from = "parametric";
}

struct Named {
    std::string_view name;
    void (*fill)(LinkProfile& profile);
};
constexpr std::array<Named, 8> named_profiles{{{"private-midband", private_midband},
                                               {"wired", wired},
                                               {"private-mmw", private_mmw},
                                               {"private-oran", private_oran},
                                               {"public-5g", public_5g},
                                               {"lte-fallback", lte_fallback},
                                               {"stress", stress},
                                               {"wifi-handover", wifi_handover}}};

std::optional<double> take_number(std::string_view& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

}  // namespace

std::span<const std::string_view> link_profile_names() {
    static constexpr auto names = [] {
        std::array<std::string_view, named_profiles.size()> all;
        for (std::size_t i = 0; i < named_profiles.size(); ++i) all[i] = named_profiles[i].name;
        return all;
    }();
    return names;
}

LinkProfile link_profile(std::string_view name, const std::string& folder) {
    const auto plus = std::min(name.find('+'), name.size());
    const auto base = name.substr(0, plus);
    const auto found = std::ranges::find(named_profiles, base, &Named::name);
    if (found == named_profiles.end())
        throw UsageError{fmt::format("link: profile {} is not allowed: one of {}", in_quotes(base),
                                     fmt::join(link_profile_names(), ", "))};
    LinkProfile profile{.name = std::string{base}, .said_from = std::string{parametric}};
    profile.down.side = 1;
    found->fill(profile);
    if (!folder.empty()) use_recordings(profile, folder);
    if (plus < name.size()) change_loss(profile, name.substr(plus));
    return profile;
}

std::string recordings_folder() {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return folder ? folder : "";
}

void change_loss(LinkProfile& profile, std::string_view modifier) {
    constexpr std::string_view head = "+loss=";
    auto rest = modifier;
    const auto refuse = [&] {
        throw UsageError{
            fmt::format("link: {} is not allowed: +loss=P% or +loss=P%xB, P from 0 to 50, B the mean "
                        "length of a burst in packets from 1 to 1000",
                        in_quotes(modifier))};
    };
    if (!rest.starts_with(head)) refuse();
    rest.remove_prefix(head.size());
    const auto percent = take_number(rest);
    if (!percent || !(*percent >= 0 && *percent <= 50) || !rest.starts_with("%")) refuse();
    rest.remove_prefix(1);
    std::optional<double> burst;
    if (rest.starts_with("x")) {
        rest.remove_prefix(1);
        burst = take_number(rest);
        if (!burst || !(*burst >= 1 && *burst <= 1000)) refuse();
    }
    if (!rest.empty()) refuse();
    for (auto* direction : {&profile.up, &profile.down}) {
        direction->loss = burst ? *percent / 100 : 0;
        direction->burst = burst.value_or(1);
        direction->independent_loss = burst ? 0 : *percent / 100;
    }
    profile.name += modifier;
}

}  // namespace transport
