#include "bench/scenario_peer.hpp"

#include "bench/codes.hpp"
#include "bench/free_port.hpp"
#include "bench/group.hpp"
#include "bench/peer_source.hpp"
#include "bench/scenario_settings.hpp"
#include "bench/usage.hpp"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto until_a_peer_shows = 60s;

PeerStream peer_stream(const Scenario& scenario, Modality modality) {
    const auto& source = scenario.sources.at(modality);
    SystemClock clock;
    const auto size = peer_size(source.source, modality, source.rate, clock);
    return {source.source, size.width, size.height, source.rate};
}

}  // namespace

PeerSettings peer_settings_of(const Scenario& scenario) {
    auto out = peer_settings();
    out.ultrasound = peer_stream(scenario, Modality::ultrasound);
    out.xray = peer_stream(scenario, Modality::xray);
    out.canvas_width = whole_option(scenario, "canvas-width");
    out.canvas_height = whole_option(scenario, "canvas-height");
    out.quality = whole_option(scenario, "quality");
    out.view_quality = whole_option(scenario, "view-quality");
    return out;
}

RepeatCost run_peer_repeat(const Scenario& scenario, const Peer& peer, PeerSettings settings, const Repeat& repeat) {
    std::filesystem::remove_all(repeat.folder);
    std::filesystem::create_directories(repeat.folder);
    settings.out = repeat.folder;
    for (auto& port : settings.ports) port = free_port();
    Group nodes{repeat.folder, repeat.stop};
    Group judges{repeat.folder, repeat.stop};
    nodes.start(std::string{peer.name}, peer_command(peer, settings));
    auto words = watcher_words(repeat.screen_folder, scenario.sources.size());
    words.insert(words.begin(), own_program);
    judges.start("watcher", words);

    const auto codes = repeat.screen_folder / "codes.csv";
    const auto warm_up = Microseconds{std::llround(scenario.warm_up * 1e6)};
    std::optional<std::int64_t> from_us;
    const auto look = [&] {
        if (std::filesystem::exists(codes) && std::filesystem::file_size(codes) > codes_header.size())
            from_us = measuring_from(read_codes(codes), {stream_id(Modality::ultrasound), stream_id(Modality::xray)},
                                     warm_up);
        return from_us.has_value();
    };
    auto& clock = nodes.clock;
    if (!nodes.watch(clock.now() + until_a_peer_shows, look))
        throw std::runtime_error(fmt::format("{} did not show both streams within {} s: see {}", peer.name,
                                             until_a_peer_shows.count(), repeat.folder.string()));
    nodes.watch(timestamp(*from_us), [] { return false; });
    const auto from = clock.now();
    const auto until = from + Microseconds{std::llround(scenario.seconds * 1e6)};
    const double cpu_before = cpu_seconds(nodes.pids());
    const auto bytes_before = loopback_bytes();
    nodes.watch(until, [&] {
        repeat.progress(std::chrono::duration<double>{until - clock.now()}.count());
        return false;
    });
    const double took = std::chrono::duration<double>{clock.now() - from}.count();
    RepeatCost cost;
    cost.cpu_s_per_minute = (cpu_seconds(nodes.pids()) - cpu_before) * 60 / took;
    cost.wire_mbit_per_s = static_cast<double>(loopback_bytes() - bytes_before) * 8e-6 / took;
    judges.end();
    nodes.end();
    return cost;
}

}  // namespace bench
