// A display without a decoder, many of which fit on one machine: it receives, reads the stamps, asks for keyframes as a
// display does.
#pragma once

#include "bench/deliveries.hpp"
#include "transport/bus.hpp"
#include "transport/link_rtp.hpp"
#include "transport/media_port.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct LightDisplaySettings {
    std::string node;
    std::string keys;
    std::string server = "127.0.0.1";
    int bus_port = 0;
    std::optional<transport::Address> media;  ///< nothing: the server's own port
    transport::ViewerClass viewer;
};

class LightDisplay {
public:
    /// Dials; throws std::runtime_error as transport::dial_bus.
    LightDisplay(LightDisplaySettings settings, transport::Clock& clock);
    /// What came since the last call.
    [[nodiscard]] std::vector<Delivery> take();

private:
    void on_message(const transport::Message& message);
    void connect(const transport::Welcome& welcome);
    void on_arrival(const transport::Arrival& arrival);

    const LightDisplaySettings settings_;
    transport::Clock& clock_;
    transport::MediaPort media_;
    // the network's thread
    std::optional<transport::StreamId> stream_;
    std::uint32_t sequence_ = 0;
    std::array<std::optional<std::uint32_t>, transport::modality_count> last_source_{};
    bool needs_keyframe_ = true;
    std::optional<transport::Timestamp> last_wish_;
    std::uint64_t missing_ = 0;
    std::uint64_t keyframes_asked_ = 0;

    std::mutex mutex_;
    std::vector<Delivery> deliveries_;
    std::atomic<transport::Receiver*> feedback_{nullptr};
    std::unique_ptr<transport::Receiver> receiver_;  ///< the bus thread's
    std::unique_ptr<transport::BusClient> bus_;      // last: its thread calls the others
};

/// `scialytic bench light-displays OUT BUS_PORT KEYS WAY WIDTH HEIGHT NAME…`: a process full of them, until stopped.
/// Writes OUT once a second. WAY is HOST:PORT, or "-" for the server itself.
int run_light_displays(const std::vector<std::string>& words);

}  // namespace bench
