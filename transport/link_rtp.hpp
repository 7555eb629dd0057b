// The link as RTP: transport/rtp decides, MediaPort does the sockets, and its one thread moves it all.
#pragma once

#include "transport/link.hpp"
#include "transport/priority.hpp"
#include "transport/rtp/network.hpp"
#include "transport/rtp/rate_estimator.hpp"
#include "transport/rtp/stream.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace transport {

/// One end's view of a stream between two nodes.
struct RtpLink {
    RtpStream stream;
    std::vector<Way> ways;                     ///< to the other end; empty: learnt from its probes
    std::optional<MediaKey> key;               ///< nothing: in the clear, for a lab
    Priority priority = Priority::diagnostic;  ///< its DSCP mark, and who gives way to whom
    RateLimits rate{};                         ///< of a sender
    bool every_path = true;  ///< media go by all paths that carry, and the loss of one loses nothing; else by the best
    RtpSettings settings;
};

[[nodiscard]] std::unique_ptr<Sender> make_rtp_sender(MediaNetwork& network, const RtpLink& link, Clock& clock);
/// Where on_arrival runs.
enum class Handover : std::uint8_t {
    own_thread,  ///< of the receiver's: a decoder does not keep the network's waiting
    at_once,     ///< the network's
};
[[nodiscard]] std::unique_ptr<Receiver> make_rtp_receiver(MediaNetwork& network, const RtpLink& link,
                                                          OnArrival on_arrival, Clock& clock,
                                                          Handover handover = Handover::own_thread);

}  // namespace transport
