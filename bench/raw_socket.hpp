// UDP datagrams with whatever source address one likes. Needs root.
#pragma once

#include <cstddef>
#include <span>

namespace bench {

/// On 127.0.0.1.
class RawSocket {
public:
    /// Throws std::runtime_error when the system does not allow it.
    RawSocket();
    ~RawSocket();
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    [[nodiscard]] static bool allowed();
    /// As if from_port had sent it; at most 2048 bytes. False when the kernel did not take it.
    bool send(int from_port, int to_port, std::span<const std::byte> payload) const;

private:
    int socket_ = -1;
};

}  // namespace bench
