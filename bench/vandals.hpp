// Who throws things at a server's open ports. Each blocks for `seconds`, or until stopped, and returns how many.
#pragma once

#include "transport/bus.hpp"

#include <cstdint>
#include <stop_token>
#include <string>

namespace bench {

struct FloodCounts {
    std::uint64_t nonsense = 0;    ///< no RTP, or of an SSRC that nobody has
    std::uint64_t right_ssrc = 0;  ///< of `ssrc`, without its seal
};
/// Garbage of up to 1200 bytes to that UDP port on 127.0.0.1, a quarter of it with that SSRC.
[[nodiscard]] FloodCounts flood(int port, std::uint32_t ssrc, int packets_per_second, double seconds,
                                const std::stop_token& stop);
/// TCP connections to that port of 127.0.0.1: silent ones, garbage, and the greeting of a peer without keys.
/// Connections.
[[nodiscard]] std::uint64_t rattle_at_bus(int port, double seconds, const std::stop_token& stop);
/// Dials as that node with the keys in that folder, again and again. True when it was ever welcomed.
[[nodiscard]] bool dial_with_keys(int bus_port, const std::string& keys, const transport::Hello& hello, double seconds,
                                  const std::stop_token& stop);

}  // namespace bench
