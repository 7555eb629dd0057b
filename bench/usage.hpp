// What running processes cost, read from /proc.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <vector>

namespace bench {

/// User and system time of these processes and all their living descendants.
[[nodiscard]] double cpu_seconds(const std::vector<pid_t>& roots);
/// Bytes received on the loopback interface since boot; 0 when unknown.
[[nodiscard]] std::uint64_t loopback_bytes();
/// Some process has that UDP port bound.
[[nodiscard]] bool udp_port_is_bound(int port);

}  // namespace bench
