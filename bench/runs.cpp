#include "bench/runs.hpp"

#include "bench/free_port.hpp"
#include "bench/group.hpp"
#include "bench/gst_peer.hpp"
#include "bench/peer_chain.hpp"
#include "bench/reference.hpp"
#include "bench/samples.hpp"
#include "bench/usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;  // for the first pictures: the sources draw theirs before

StreamId stream_of(Modality modality) {
    return static_cast<StreamId>(1 + static_cast<int>(modality));
}

void start_product(Group& group, const RunSettings& settings) {
    group.start("demo", {own_program, "demo", "--headless", "--timecode", "--frames-per-second",
                         std::to_string(settings.frames_per_second), "--out", settings.out.string(), "--bus-port",
                         std::to_string(free_port()), "--media-port", std::to_string(free_port())});
}

void start_peer(Group& group, const RunSettings& settings) {
    PeerChain chain;
    chain.frames_per_second = settings.frames_per_second;
    for (auto* hop : {&chain.ultrasound, &chain.xray, &chain.view}) hop->to = hop->at = free_port();
    const auto rate = std::to_string(settings.frames_per_second);
    // Nobody asks for a first picture again: who receives is there before who sends.
    group.start("peer-display", {own_program, "bench", "peer-display", peer_view(chain), settings.out.string()});
    group.wait_for_port(chain.view.at);
    group.start("peer-server", peer_server_command(chain));
    group.wait_for_port(chain.ultrasound.at);
    group.wait_for_port(chain.xray.at);
    group.start("peer-capture-us",
                {own_program, "bench", "peer-capture", "ultrasound", rate, peer_source(chain, Modality::ultrasound)});
    group.start("peer-capture-xray",
                {own_program, "bench", "peer-capture", "xray", rate, peer_source(chain, Modality::xray)});
}

Timestamp wait_for_pictures(Group& group, const std::filesystem::path& codes) {
    const std::vector<StreamId> streams{stream_of(Modality::ultrasound), stream_of(Modality::xray)};
    std::optional<std::int64_t> from;
    const bool came = group.watch(group.clock.now() + patience, [&] {
        if (std::filesystem::exists(codes) && std::filesystem::file_size(codes) > codes_header.size())
            from = measuring_from(read_codes(codes), streams, path_warm_up);
        return from.has_value();
    });
    if (!came)
        throw std::runtime_error(fmt::format("not both streams were shown within {} s: see {}",
                                             std::chrono::seconds{patience}.count(), codes.parent_path().string()));
    return timestamp(*from);
}

}  // namespace

std::string_view name(Contender contender) {
    return contender == Contender::product ? "product" : "peer";
}

RunResult measure(const RunSettings& settings, const std::vector<Luma>& echo_references, std::stop_token stop) {
    std::filesystem::remove_all(settings.out);
    std::filesystem::create_directories(settings.out);
    Group group{settings.out, std::move(stop)};
    if (settings.contender == Contender::product) start_product(group, settings);
    if (settings.contender == Contender::peer) start_peer(group, settings);

    const auto codes = settings.out / "codes.csv";
    const auto from = wait_for_pictures(group, codes);
    const auto until = from + Microseconds{static_cast<std::int64_t>(settings.seconds * 1e6)};
    group.watch(from, [] { return false; });

    RunResult result;
    const auto began = group.clock.now();
    const double cpu_before = cpu_seconds(group.pids());
    const auto bytes_before = loopback_bytes();
    auto next_sample = from - path_warm_up;
    group.watch(until, [&] {
        const auto now = group.clock.now();
        if (settings.progress) settings.progress(std::chrono::duration<double>{until - now}.count());
        if (settings.watch_memory && now >= next_sample) {
            long kib = 0;
            for (const auto pid : group.pids()) kib += resident_kib(pid);
            result.resident.push_back({std::chrono::duration<double>{now - (from - path_warm_up)}.count(), kib});
            next_sample = now + 1s;
        }
        return false;
    });
    const double measured = std::chrono::duration<double>{group.clock.now() - began}.count();
    result.cpu_s_per_minute = (cpu_seconds(group.pids()) - cpu_before) * 60 / measured;
    result.wire_mbit_per_s = static_cast<double>(loopback_bytes() - bytes_before) * 8e-6 / measured;
    group.end();

    const auto figures = figures_of(read_codes(codes), microseconds(from));
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        const auto found = figures.find(stream_of(modality));
        if (found == figures.end())
            throw std::runtime_error(fmt::format("no picture of {} was shown while measuring: see {}",
                                                 transport::name(modality), settings.out.string()));
        result.streams[modality] = found->second;
    }
    if (!echo_references.empty())
        result.samples = judged_samples(
            settings.out, microseconds(from),
            settings.contender == Contender::product ? product_echo_pane() : peer_echo_pane(), echo_references);
    return result;
}

std::vector<Luma> run_references(Contender contender, int frames_per_second) {
    const auto pictures = synthetic_loop(Modality::ultrasound, frames_per_second);
    return contender == Contender::product ? product_echo_references(pictures) : peer_echo_references(pictures);
}

}  // namespace bench
