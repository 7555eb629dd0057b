// The link as RTP: transport/rtp decides, MediaPort does the sockets, and one thread of the port's moves it all.
#pragma once

#include "transport/link.hpp"
#include "transport/media_port.hpp"
#include "transport/rtp/stream.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace transport {

/// One end's view of a stream between two nodes.
struct RtpLink {
    RtpStream stream;
    std::vector<Way> ways;        ///< to the other end; empty: learnt from its probes
    std::optional<MediaKey> key;  ///< nothing: in the clear, for a lab
    std::uint8_t dscp = 0;        ///< of every packet that leaves
    bool every_path = true;       ///< media go by all paths that carry, and the loss of one loses nothing; else by the best
    RtpSettings settings;
};

[[nodiscard]] std::unique_ptr<Sender> make_rtp_sender(MediaPort& port, const RtpLink& link, Clock& clock);
/// `on_arrival` runs on a thread of the receiver's own.
[[nodiscard]] std::unique_ptr<Receiver> make_rtp_receiver(MediaPort& port, const RtpLink& link, OnArrival on_arrival,
                                                          Clock& clock);

}  // namespace transport
