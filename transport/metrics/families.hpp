// Every metric there is. docs/metrics.md holds the same table; a test keeps it true.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace transport {

/// In the order of the page.
enum class Metric : std::uint8_t {
    build_info,
    process_start,
    frames,
    frame_bytes,
    drops,
    hop,
    captured_to_presented,
    untimed_frames,
    state,
    frozen,
    encoder_limit,
    view_viewers,
    clock_bound,
    clock_basis,
    bus_connected,
    bus_nodes,
    bus_refused,
    bus_strangers,
    link_loss,
    link_repaired,
    link_lost,
    link_refused,
    link_keyframes_asked,
    link_target,
    link_queueing,
    path_carries,
    path_round_trip,
    path_packets,
    network_bytes,
    network_packets,
    network_foreign,
    share_people,
    share_connections,
    share_pictures,
    emulator_packets,
    emulator_bytes,
    emulator_delay,
};
inline constexpr std::size_t metric_count = 37;

struct MetricFamily {
    std::string_view name;
    std::string_view type;    ///< "counter", "gauge" or "histogram"
    std::string_view labels;  ///< "direction, stream"
    std::string_view nodes;   ///< who tells it: "capture, augment"
    std::string_view help;    ///< one line
};
[[nodiscard]] const MetricFamily& family(Metric metric);

}  // namespace transport
