// UDP datagrams with their DSCP and the kernel's receive time, many in one call.
#pragma once

#include "transport/media_port.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace transport {

/// A socket that is closed with its holder.
class UdpSocket {
public:
    /// Bound to `local`, port 0 any. Throws std::runtime_error "link: cannot bind udp …".
    explicit UdpSocket(const Address& local);
    ~UdpSocket();
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;
    [[nodiscard]] int handle() const { return handle_; }
    [[nodiscard]] std::uint16_t port() const;
    /// Only datagrams of that address come from now on.
    void connect(const Address& peer) const;

private:
    int handle_ = -1;
};

/// As it came; valid until the next reading.
struct ReadDatagram {
    std::span<const std::byte> bytes;
    Address from;
    Timestamp received{};              ///< by the kernel
    std::uint8_t type_of_service = 0;  ///< DSCP and ECN
    bool cut = false;                  ///< it was longer than `DatagramReader::longest`
};

class DatagramReader {
public:
    static constexpr std::size_t longest = 2048;
    DatagramReader();
    ~DatagramReader();
    DatagramReader(const DatagramReader&) = delete;
    DatagramReader& operator=(const DatagramReader&) = delete;
    /// What is there now, at most 64; never waits.
    [[nodiscard]] std::span<const ReadDatagram> read(const UdpSocket& socket);

private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
    std::vector<ReadDatagram> found_;
};

struct DatagramToSend {
    std::span<const std::byte> bytes;
    Address to;
    std::uint8_t type_of_service = 0;
};
/// At most 64; how many the kernel took. Never waits.
std::size_t send_datagrams(const UdpSocket& socket, std::span<const DatagramToSend> datagrams);

}  // namespace transport
