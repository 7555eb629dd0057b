// A sealed stream between two sockets of this machine, one picture at a time.
#pragma once

#include "transport/link_rtp.hpp"
#include "transport/media_port.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace bench {

/// A picture at the other end.
struct Carried {
    transport::Arrival arrival;
    transport::Timestamp departed{};  ///< its last packet was handed to the system
};

class FloorLink {
public:
    explicit FloorLink(transport::Clock& clock);

    /// Stamped, cut into packets, sealed, sent, received, put together. Throws std::runtime_error when the picture has
    /// not come after 5 s.
    [[nodiscard]] Carried carry(transport::AccessUnit unit);

private:
    [[nodiscard]] static transport::RtpLink ends();

    transport::Clock& clock_;
    transport::MediaPort from_;
    transport::MediaPort to_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::optional<transport::Arrival> arrival_;
    std::unique_ptr<transport::Receiver> receiver_;  // last but one: its thread uses the others
    std::unique_ptr<transport::Sender> sender_;
};

}  // namespace bench
