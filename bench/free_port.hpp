// Ports for what is started beside others that are started at the same time.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace bench {

namespace ports {

// Below those that the kernel gives to sockets which ask for none (ip_local_port_range), so that no client sits on
// them.
constexpr int first = 10000;
constexpr int pairs = 11000;

inline bool binds(int type, int port) {
    const int handle = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(handle);
    return bound;
}

/// Nobody else who asks gets it while this process lives: a name in Linux's abstract socket namespace, which ends with
/// it.
inline bool reserve(int port) {
    const int handle = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto name = "scialytic-port-" + std::to_string(port);
    name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (bind(handle, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
    close(handle);
    return false;
}

}  // namespace ports

/// An even port that is free for TCP and UDP on 127.0.0.1, and the one after it with it, where RTP's reports go. It
/// stays this process's, among all that ask here. Throws std::runtime_error when there is none.
inline int free_port() {
    static int next = static_cast<int>(getpid()) * 16;
    for (int tried = 0; tried < ports::pairs; ++tried) {
        const int port = ports::first + 2 * (next++ % ports::pairs);
        if (!ports::reserve(port)) continue;
        bool free = true;
        for (const int each : {port, port + 1})
            free = free && ports::binds(SOCK_STREAM, each) && ports::binds(SOCK_DGRAM, each);
        if (free) return port;
    }
    throw std::runtime_error("no free port on 127.0.0.1");
}

}  // namespace bench
