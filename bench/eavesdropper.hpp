// Somebody between a node and the server: every datagram passes by, and may leave more than once.
#pragma once

#include "bench/raw_socket.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <thread>

namespace bench {

enum class Mischief : std::uint8_t {
    none,
    repeat,                 ///< every datagram twice, both ways, from the address that it always has
    repeat_from_elsewhere,  ///< to the server again from another address
    spoil,                  ///< before every datagram to the server, spoilt ones that claim the node's address
};

/// What was done to the server, datagrams.
struct MischiefCounts {
    std::uint64_t repeated = 0;
    std::uint64_t spoilt = 0;   ///< copies with a bit flipped, or of another sequence number
    std::uint64_t garbage = 0;  ///< with the stream's SSRC and nothing else right
};

/// One node's, on 127.0.0.1, on a thread of its own.
class Eavesdropper {
public:
    /// Throws std::runtime_error when no port is free.
    explicit Eavesdropper(int server_port);
    ~Eavesdropper();
    Eavesdropper(const Eavesdropper&) = delete;
    Eavesdropper& operator=(const Eavesdropper&) = delete;

    /// Where the node is to send.
    [[nodiscard]] int port() const { return port_; }
    /// Throws std::runtime_error when spoofing is not allowed.
    void begin(Mischief mischief);
    /// Of the media that pass; 0: none passed yet.
    [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
    [[nodiscard]] MischiefCounts counts() const;

private:
    void run(const std::stop_token& stop);
    void from_node();
    void from_server();
    void spoil(std::span<const std::byte> datagram);

    int node_side_ = -1;
    int server_side_ = -1;  ///< the address that the server knows as the node's
    int elsewhere_ = -1;
    int server_port_ = 0;
    int port_ = 0;
    int seen_as_ = 0;  ///< port of server_side_
    int node_ = 0;     ///< the node's own port; 0 unknown
    std::optional<RawSocket> raw_;
    std::atomic<Mischief> mischief_{Mischief::none};
    std::atomic<std::uint32_t> ssrc_{0};
    std::atomic<std::uint64_t> repeated_{0};
    std::atomic<std::uint64_t> spoilt_{0};
    std::atomic<std::uint64_t> garbage_{0};
    std::jthread thread_;
};

}  // namespace bench
