// A 5G link between real programs: UDP in, the same datagrams out when the link model says so.
#pragma once

#include "transport/emulator/link_statistics.hpp"
#include "transport/media_port.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace transport {

struct RelaySettings {
    LinkProfile profile;
    std::uint64_t seed = 1;
    Address listen;  ///< clients send here; port 0 takes any free one
    Address server;  ///< what they send goes here
    bool real_time = true;
};

/// What the radio did to whole pictures of one client: the delay of the RTP packet that ends one (marker bit), behind
/// its own picture; what waited before the picture's first packet came is not counted. Sealed packets show it too.
struct ClientReport {
    std::string host;  ///< dotted
    Histogram pictures_up;
    Histogram pictures_down;
};

struct RelayReport {
    std::string profile;
    std::string said_from;
    std::uint64_t seed = 0;
    double seconds = 0;
    LinkStatistics up;
    LinkStatistics down;
    Histogram scheduling;       ///< handed to the kernel so long before or after it was due
    std::uint64_t clients = 0;  ///< addresses that have sent
    std::vector<ClientReport> by_client;
    std::uint64_t strangers = 0;  ///< packets of clients beyond the most that a relay holds
    std::uint64_t too_long = 0;   ///< packets of more than 2048 bytes: not relayed
    std::uint64_t too_many = 0;   ///< packets beyond what a relay keeps in memory
    std::uint64_t not_sent = 0;   ///< the kernel did not take them
    std::uint64_t most_held = 0;  ///< packets under way at one time
    std::string real_time;        ///< empty: scheduled in real time; else why not
};
/// One object, readable by people: offered, delivered, lost by cause, percentiles in µs.
[[nodiscard]] std::string to_json(const RelayReport& report);

/// Each client has a socket of its own towards the server, as behind a NAT; all share one radio. DSCP is kept. One
/// thread; a packet counts from the kernel's receive time, so that the relay's own lateness is no part of the delay.
class Relay {
public:
    /// Binds; throws std::runtime_error "link: cannot bind …".
    explicit Relay(RelaySettings settings);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Until now; from any thread.
    [[nodiscard]] RelayReport report() const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace transport
