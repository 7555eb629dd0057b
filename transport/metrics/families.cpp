#include "transport/metrics/families.hpp"

#include <array>

namespace transport {

namespace {

constexpr std::string_view counter = "counter";
constexpr std::string_view gauge = "gauge";
constexpr std::string_view histogram = "histogram";
constexpr std::string_view all = "all";
constexpr std::string_view nodes = "capture, augment, display, share";

// In the order of the enum.
constexpr std::array<MetricFamily, metric_count> families{{
    {"scialytic_build_info", gauge, "program, node, version", all, "Always 1; what runs here is in the labels."},
    {"scialytic_process_start_time_seconds", gauge, "", all, "When this program began, Unix time."},
    {"scialytic_frames_total", counter, "direction, stream, layout, profile", nodes,
     "Frames that came in and that were made or shown."},
    {"scialytic_frame_bytes_total", counter, "direction, stream, layout, profile", nodes,
     "Bytes of encoded pictures; times 8 and by rate(), an encoder's bit rate."},
    {"scialytic_drops_total", counter, "reason, stream, link", nodes, "Frames that were lost, by reason."},
    {"scialytic_hop_seconds", histogram, "stage, modality", "capture, augment, display",
     "From the previous known stage to this one; a display tells all stages, the others their own."},
    {"scialytic_captured_to_presented_seconds", histogram, "modality", "display",
     "From captured to presented, of each source frame when it is first shown."},
    {"scialytic_untimed_frames_total", counter, "modality", "display",
     "Presented source frames whose captured to presented is unknown: a mark is missing or the clock not good enough."},
    {"scialytic_state", gauge, "modality, state", "display",
     "1 for the state that the display draws, 0 for the others."},
    {"scialytic_frozen", gauge, "", "display", "1 while this display's user holds the picture."},
    {"scialytic_encoder_limit_bits_per_second", gauge, "stream, layout, profile", "capture, augment",
     "What encoders may make at present; of several views of one kind, together."},
    {"scialytic_view_viewers", gauge, "layout, profile", "augment", "Viewers of the pictures of one kind."},
    {"scialytic_clock_bound_seconds", gauge, "peer", nodes,
     "How far off a time of the other end can be when it is converted now; absent while unknown."},
    {"scialytic_clock_basis", gauge, "peer, basis", nodes,
     "1 for what vouches for the other end's clock, 0 for the rest."},
    {"scialytic_bus_connected", gauge, "", "capture, display, share",
     "1 while the server has answered within the last second."},
    {"scialytic_bus_nodes", gauge, "role", "augment", "Nodes that were welcomed and are here."},
    {"scialytic_bus_refused_messages_total", counter, "", nodes,
     "Bus messages that could not be read or were not allowed."},
    {"scialytic_bus_strangers_total", counter, "", "augment", "Connections turned away: their key is not enrolled."},
    {"scialytic_link_loss_ratio", gauge, "link", nodes, "Share of packets that did not come at once, lately."},
    {"scialytic_link_repaired_packets_total", counter, "link", nodes,
     "Receiver: lost packets that came all the same. Sender: packets sent again."},
    {"scialytic_link_lost_packets_total", counter, "link", "augment, display, share",
     "Receiver: packets that never came, or too late."},
    {"scialytic_link_refused_packets_total", counter, "link", nodes, "Forged, damaged or replayed packets."},
    {"scialytic_link_keyframes_asked_total", counter, "link", nodes,
     "Receiver: keyframes asked for. Sender: those that it was asked for and owes."},
    {"scialytic_link_target_bits_per_second", gauge, "link", "capture, augment, share",
     "Sender: what the link is thought to carry."},
    {"scialytic_link_queueing_seconds", gauge, "link", "capture, augment, share", "Sender: what waits in the link."},
    {"scialytic_path_carries", gauge, "link, path", nodes,
     "1 while the path was heard of lately: its sum is the active paths."},
    {"scialytic_path_round_trip_seconds", gauge, "link, path", nodes,
     "There and back by that path, median of the last probes."},
    {"scialytic_path_packets_total", counter, "link, path, order", "augment, display, share",
     "Receiver: media packets that came by that path, as the first or as a copy of what had come by another."},
    {"scialytic_network_bytes_total", counter, "direction", nodes,
     "Bytes of media datagrams, repairs and feedback included."},
    {"scialytic_network_packets_total", counter, "direction", nodes, "Media datagrams."},
    {"scialytic_network_foreign_packets_total", counter, "", nodes,
     "Datagrams at the media port that nobody waits for."},
    {"scialytic_share_people", gauge, "role", "share", "People in the remote session."},
    {"scialytic_share_connections", gauge, "kind", "share",
     "WebRTC connections; people who watch by Janus have none for the picture."},
    {"scialytic_share_pictures", gauge, "", "share", "Different pictures that are fetched from the server."},
    {"scialytic_emulator_packets_total", counter, "direction, fate", "link", "Packets by what became of them."},
    {"scialytic_emulator_bytes_total", counter, "direction", "link", "Bytes that were handed to the link."},
    {"scialytic_emulator_delay_seconds", histogram, "direction", "link",
     "One way, of the packets that were delivered."},
}};

}  // namespace

const MetricFamily& family(Metric metric) {
    return families.at(static_cast<std::size_t>(metric));
}

}  // namespace transport
