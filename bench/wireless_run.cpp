#include "bench/wireless_run.hpp"

#include "bench/bare_timer.hpp"
#include "bench/free_port.hpp"
#include "bench/group.hpp"
#include "bench/radio.hpp"
#include "bench/usage.hpp"
#include "bench/way_back.hpp"
#include "transport/keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <memory>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto until_steady = 2s;
constexpr auto for_stragglers = 1s;  // what was captured last has that long to come
constexpr auto until_shown = 60s;    // the sources draw their pictures before
constexpr auto until_a_peer_gives_up = 20s;
constexpr std::int64_t one_outage_us = 1'000'000;  // what follows so soon is one, for whoever waits for its end
constexpr int seed_of_the_downlink = 1'000'000;    // away from the uplink's
constexpr std::array shown_modalities{Modality::ultrasound, Modality::xray};

StreamId stream_shown(Modality modality) {
    return static_cast<StreamId>(1 + static_cast<int>(modality));
}

/// Everything that is alive during a run, in the order in which it ends: who shows, who sends, the air.
struct Running {
    TemporaryKeys keys;
    Group nodes;
    Group air;
    std::vector<Radio> up;
    std::vector<Radio> down;
};

/// A relay for each path of one hop.
std::vector<Radio> start_radios(Group& air, const RadioRun& run, const std::string& hop, int server_port, int seed) {
    std::vector<Radio> radios;
    for (const auto& profile : run.profiles) {
        auto& radio = radios.emplace_back();
        radio.name = fmt::format("relay-{}-{}", hop, radios.size());
        radio.profile = profile;
        radio.seed = seed + static_cast<int>(radios.size()) - 1;
        radio.port = free_port();
        radio.server_port = server_port;
        radio.report = run.out / (radio.name + ".json");
        start_radio(air, radio);
    }
    return radios;
}

/// Each node has an address of its own, by which the relays' reports tell them apart.
constexpr std::string_view display_host = "127.0.0.1";
std::string host_of(Modality modality) {
    return fmt::format("127.0.0.{}", stream_shown(modality) + 1);
}

/// As the option --paths takes them.
std::string paths_by(const std::vector<Radio>& radios, std::string_view host) {
    std::vector<std::string> paths;
    paths.reserve(radios.size());
    for (const auto& radio : radios) paths.push_back(fmt::format("{}@127.0.0.1:{}", host, radio.port));
    return fmt::format("{}", fmt::join(paths, " "));
}

void start_product_by_radio(Running& all, const RadioRun& run) {
    const int bus = free_port();
    const int media = free_port();
    const auto& load = run.load;
    all.up = start_radios(all.air, run, "up", media, run.seed);
    all.down = start_radios(all.air, run, "down", media, run.seed + seed_of_the_downlink);
    const auto node = [&](const std::string& what, const std::string& keys, std::vector<std::string> words) {
        words.insert(words.begin(), own_program);
        words.insert(words.end(), {"--bus-port", std::to_string(bus), "--keys", keys, "--timecode"});
        all.nodes.start(what, words);
    };
    const auto display_keys = all.keys.add("display", {Role::display});
    std::map<Modality, std::string> capture_keys;
    for (const auto modality : shown_modalities) {
        const auto who = fmt::format("capture-{}", transport::name(modality));
        capture_keys[modality] = all.keys.add(who, {Role::capture}, {modality});
    }
    node("display", display_keys,
         {"display", "--present", "headless", "--out", run.out.string(), "--paths", paths_by(all.down, display_host)});
    for (const auto modality : shown_modalities) {
        const std::string stream{transport::name(modality)};
        node("capture-" + stream, capture_keys[modality],
             {"capture", "--stream", stream, "--frames-per-second", std::to_string(load.frames_per_second), "--quality",
              std::to_string(load.quality), "--max-kbit-per-s", std::to_string(load.max_kbit_per_s), "--paths",
              paths_by(all.up, host_of(modality))});
    }
    node("augment", all.keys.folder(),
         {"augment", "--media-port", std::to_string(media), "--view-quality", std::to_string(load.view_quality),
          "--view-max-kbit-per-s", std::to_string(load.view_max_kbit_per_s)});
}

Hop hop_by(Group& air, std::vector<Radio>& radios, const RadioRun& run, const std::string& name, int seed) {
    Hop hop;
    hop.wire = run.carrier == Carrier::srt ? Wire::srt : Wire::rtpbin;
    hop.at = free_port();
    hop.reports_to_receiver = free_port();
    hop.reports_to_sender = free_port();
    auto one_path = run;
    one_path.profiles.resize(1);
    radios.push_back(start_radios(air, one_path, name, hop.at, seed).front());
    hop.to = radios.back().port;
    return hop;
}

void start_peer_by_radio(Running& all, const RadioRun& run) {
    PeerChain chain;
    chain.frames_per_second = run.load.frames_per_second;
    chain.quality = run.load.quality;
    chain.view_quality = run.load.view_quality;
    chain.keyframes = true;
    // Each stream has a port of its own at the server, and a relay: the same radio, but nobody shares it.
    chain.ultrasound = hop_by(all.air, all.up, run, "up-ultrasound", run.seed);
    chain.xray = hop_by(all.air, all.up, run, "up-xray", run.seed);
    chain.view = hop_by(all.air, all.down, run, "down", run.seed + seed_of_the_downlink);
    for (const auto& radios : {all.up, all.down})
        for (const auto& radio : radios) all.air.wait_for_port(radio.port);
    const bool srt = run.carrier == Carrier::srt;
    chain.view.receiver_calls = srt;
    if (!srt) {
        // The relay carries the picture in its own "down" direction, as it does for the product.
        chain.view.from = chain.view.at;
        chain.view.at = free_port();
        chain.view.to = way_back_through(chain.view.to, chain.view.at, chain.view.from);
    }
    const auto rate = std::to_string(run.load.frames_per_second);
    const auto start_display = [&] {
        all.nodes.start("peer-display", {own_program, "bench", "peer-display", peer_view(chain), run.out.string()});
    };
    const auto start_server = [&] { all.nodes.start("peer-server", peer_server_command(chain)); };
    if (srt) {
        start_server();
        all.nodes.wait_for_port(chain.view.at);
        start_display();
    } else {
        start_display();
        all.nodes.wait_for_port(chain.view.at);
        start_server();
    }
    all.nodes.wait_for_port(chain.ultrasound.at);
    all.nodes.wait_for_port(chain.xray.at);
    for (const auto modality : shown_modalities) {
        const std::string stream{transport::name(modality)};
        all.nodes.start("peer-capture-" + stream,
                        {own_program, "bench", "peer-capture", stream, rate, peer_source(chain, modality)});
    }
}

/// When measuring begins. A peer that never shows both streams is a result; the product has failed.
Timestamp wait_until_shown(Group& nodes, const RadioRun& run, const std::filesystem::path& codes) {
    const bool ours = run.carrier == Carrier::product;
    const auto patience = ours ? until_shown : until_a_peer_gives_up;
    std::optional<std::int64_t> from;
    nodes.watch(nodes.clock.now() + patience, [&] {
        if (std::filesystem::exists(codes) && std::filesystem::file_size(codes) > codes_header.size())
            from = measuring_from(read_codes(codes), {stream_shown(Modality::ultrasound), stream_shown(Modality::xray)},
                                  until_steady);
        return from.has_value();
    });
    if (!from && ours)
        throw std::runtime_error(
            fmt::format("not both streams were shown within {} s: see {}", patience.count(), run.out.string()));
    return from ? timestamp(*from) : nodes.clock.now();
}

const RelayedClient& client_at(const RelayFigures& relay, std::string_view host) {
    const auto found = std::ranges::find(relay.clients, host, &RelayedClient::host);
    if (found == relay.clients.end()) throw std::runtime_error(fmt::format("nobody sent from {} to the relay", host));
    return *found;
}

void judge_states(RadioResult& result, const RadioRun& run, const std::vector<SeenCode>& codes, const Span& measured,
                  const Span& watched) {
    result.fused_percent = std::numeric_limits<double>::quiet_NaN();
    const auto outages = joined(result.outages, one_outage_us);
    for (const auto modality : shown_modalities)
        if (const auto took = slowest_return_us(codes, stream_shown(modality), outages, watched))
            result.slowest_return_ms =
                std::max(result.slowest_return_ms.value_or(0), static_cast<double>(*took) / 1000);
    if (run.carrier != Carrier::product) return;
    std::ifstream file{run.out / "states.csv"};
    const auto states = read_states(file);
    result.fused_percent = fused_percent(codes, states, measured);
    for (const auto modality : shown_modalities)
        if (const auto took = slowest_live_again_ms(states, transport::name(modality), outages, watched))
            result.slowest_live_ms = std::max(result.slowest_live_ms.value_or(0), *took);
}

}  // namespace

std::string_view name(Carrier carrier) {
    switch (carrier) {
        case Carrier::product: return "product";
        case Carrier::rtpbin: return "rtpbin";
        case Carrier::srt: return "srt";
    }
    return {};
}

RadioResult run_over_radio(const RadioRun& run, std::stop_token stop) {
    std::filesystem::remove_all(run.out);
    std::filesystem::create_directories(run.out);
    Running all{{}, {run.out, stop}, {run.out, stop}, {}, {}};
    if (run.carrier == Carrier::product)
        start_product_by_radio(all, run);
    else
        start_peer_by_radio(all, run);

    const auto codes_file = run.out / "codes.csv";
    const auto from = wait_until_shown(all.nodes, run, codes_file);
    const auto until = from + Microseconds{static_cast<std::int64_t>(run.seconds * 1e6)};
    auto& clock = all.nodes.clock;
    RadioResult result;
    BareTimer timer;
    all.nodes.watch(from, [] { return false; });
    const auto began = clock.now();
    const double cpu_before = cpu_seconds(all.nodes.pids());
    all.nodes.watch(until + for_stragglers, [&] {
        if (run.progress) run.progress(std::chrono::duration<double>{until + for_stragglers - clock.now()}.count());
        return false;
    });
    result.cpu_s_per_minute =
        (cpu_seconds(all.nodes.pids()) - cpu_before) * 60 / std::chrono::duration<double>{clock.now() - began}.count();
    result.bare_timer = timer.take();
    all.nodes.end();
    all.air.end();

    const auto codes = read_codes(codes_file);
    const Span measured{microseconds(from), microseconds(until)};
    const Span watched{measured.from_us, microseconds(until + for_stragglers)};
    for (const auto modality : shown_modalities)
        result.streams[modality] =
            shown_stream(codes, stream_shown(modality), measured, 1e6 / run.load.frames_per_second);
    for (const auto& [radios, figures] : {std::pair{&all.up, &result.up}, std::pair{&all.down, &result.down}})
        for (const auto& radio : *radios) {
            figures->push_back(read_relay_report(radio.report));
            const auto outages = outages_of(radio, watched);
            result.outages.insert(result.outages.end(), outages.begin(), outages.end());
        }
    result.outages = joined(std::move(result.outages), 0);
    if (run.carrier == Carrier::product)
        for (const auto modality : shown_modalities)
            result.picture_by_link_ms[modality] = client_at(result.up.front(), host_of(modality)).pictures_up_p50_ms +
                                                  client_at(result.down.front(), display_host).pictures_down_p50_ms;
    judge_states(result, run, codes, measured, watched);
    return result;
}

}  // namespace bench
