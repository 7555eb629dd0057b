// The ways by which a node reaches its server: "wwan0 wlan0", or "10.0.0.2@203.0.113.7:5004" where a path leads to the
// server by an address of its own.
#pragma once

#include "transport/media_port.hpp"
#include "transport/options.hpp"
#include "transport/rtp/rate_estimator.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace transport {

struct NodePath {
    std::string local;  ///< network interface, or IPv4 address of this machine
    std::string host;   ///< empty: the server's usual one
    int port = 0;       ///< 0: the one that its Welcome names
};
/// Nothing when it is not INTERFACE, ADDRESS, or either with @HOST:PORT.
[[nodiscard]] std::optional<NodePath> read_node_path(std::string_view text);

/// The sockets that a node opens: one for each path.
[[nodiscard]] std::vector<MediaPort::Local> sockets_of(const Options& options);
/// Where these lead; a port of 0 is the one that the server's Welcome names. Throws std::runtime_error naming a host
/// that is not found.
[[nodiscard]] std::vector<Way> ways_of(const Options& options);

/// Of a stream whose pictures take at most so much; repairs come on top.
[[nodiscard]] RateLimits rate_limits(const Options& options, int most_kbit_per_s);

}  // namespace transport
