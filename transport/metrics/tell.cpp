#include "transport/metrics/tell.hpp"

#include <array>
#include <string>

namespace transport {

namespace {

constexpr std::string_view unknown_basis = "unknown";
// In the order of ClockBasis, and what is none.
constexpr std::array<std::string_view, 5> bases{"same_machine", "host_clocks", "known_asymmetry", "exchanges",
                                                unknown_basis};

double seconds(Microseconds time) {
    return static_cast<double>(time.count()) / 1e6;
}

void tell_paths(MetricsPage& page, std::string_view link, const LinkHealth& health) {
    for (const auto& path : health.paths) {
        const auto number = std::to_string(path.number + 1);
        page.add(Metric::path_carries, {{"link", link}, {"path", number}}, path.carries ? 1 : 0);
        if (path.carries && path.round_trip)
            page.add(Metric::path_round_trip, {{"link", link}, {"path", number}}, seconds(*path.round_trip));
    }
}

void tell_either(MetricsPage& page, std::string_view link, const LinkHealth& health) {
    page.add(Metric::link_loss, {{"link", link}}, health.loss);
    page.add(Metric::link_repaired, {{"link", link}}, health.repaired);
    page.add(Metric::link_refused, {{"link", link}}, health.refused);
    page.add(Metric::link_keyframes_asked, {{"link", link}}, health.keyframes_asked);
    tell_paths(page, link, health);
}

}  // namespace

void tell_sender(MetricsPage& page, std::string_view link, const LinkHealth& health) {
    tell_either(page, link, health);
    page.add(Metric::link_queueing, {{"link", link}}, seconds(health.queueing));
    if (health.target_kbit_per_s) page.add(Metric::link_target, {{"link", link}}, 1000.0 * *health.target_kbit_per_s);
}

void tell_link(MetricsPage& page, std::string_view link, const Sender& sender) {
    tell_sender(page, link, sender.health());
}

void tell_link(MetricsPage& page, std::string_view link, const Receiver& receiver) {
    const auto health = receiver.health();
    tell_either(page, link, health);
    page.add(Metric::link_lost, {{"link", link}}, health.lost);
    for (const auto& path : health.paths) {
        const auto number = std::to_string(path.number + 1);
        page.add(Metric::path_packets, {{"link", link}, {"path", number}, {"order", "first"}}, path.first);
        page.add(Metric::path_packets, {{"link", link}, {"path", number}, {"order", "copy"}}, path.copies);
    }
}

void tell_clock(MetricsPage& page, std::string_view peer, const ClockOffset& clock, Timestamp now) {
    const auto reading = clock.reading();
    const auto known = clock.convert(reading ? reading->theirs + (now - reading->ours) : RemoteTimestamp{});
    if (known) page.add(Metric::clock_bound, {{"peer", peer}}, seconds(known->bound));
    page.add_one_of(Metric::clock_basis, {{"peer", peer}}, "basis", bases,
                    known ? bases.at(static_cast<std::size_t>(known->basis)) : unknown_basis);
}

void tell_reception(MetricsPage& page, std::string_view stream, const ReceptionCounts& counts,
                    const ReceptionDrops& drops) {
    page.add(Metric::frames, {{"direction", "in"}, {"stream", stream}}, counts.units.load());
    page.add(Metric::frame_bytes, {{"direction", "in"}, {"stream", stream}}, counts.bytes.load());
    const auto drop = [&](std::string_view reason, std::uint64_t count) {
        page.add(Metric::drops, {{"reason", reason}, {"stream", stream}}, count);
    };
    drop("missing", drops.missing);
    drop("damaged", drops.damaged);
    drop("corrupt", drops.corrupt);
    drop("unstamped", drops.unstamped);
}

void tell_media(MetricsPage& page, const MediaPort& media) {
    const auto tell = [&](std::string_view direction, const MediaPort::Traffic& traffic) {
        page.add(Metric::network_bytes, {{"direction", direction}}, traffic.bytes.load());
        page.add(Metric::network_packets, {{"direction", direction}}, traffic.packets.load());
    };
    tell("in", media.received());
    tell("out", media.sent());
    page.add(Metric::network_foreign, {}, media.foreign());
}

void tell_bus(MetricsPage& page, const BusClient& bus, Timestamp now) {
    page.add(Metric::bus_connected, {}, bus.connected() ? 1 : 0);
    page.add(Metric::bus_refused, {}, bus.refused());
    tell_clock(page, "server", bus.server_clock(), now);
}

}  // namespace transport
