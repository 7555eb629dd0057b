// The same work done by others: what a skilled person builds by hand from GStreamer's elements.
//
//   source → x264enc → RTP ──▶ 2 x avdec_h264 → compositor → x264enc → RTP ──▶ avdec_h264 → judge
#pragma once

#include "bench/luma.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

/// UDP ports of the chain, all on 127.0.0.1.
struct PeerPorts {
    int ultrasound = 0;
    int xray = 0;
    int view = 0;
};

/// The synthetic source with the in-picture code, encoded and sent to `port` until `stop`. Stream ids are the
/// product's. Throws std::runtime_error with GStreamer's reason.
void run_peer_capture(transport::Modality modality, double frames_per_second, int port, transport::Clock& clock,
                      const std::stop_token& stop);
/// A command for Process::start: decodes both, composes what the product's `fused` layout shows, encodes.
[[nodiscard]] std::vector<std::string> peer_server_command(const PeerPorts& ports, int frames_per_second);
/// Receives, decodes and hands every picture to the judge, who writes to `out`, until `stop`.
void run_peer_display(int port, const std::filesystem::path& out, transport::Clock& clock, const std::stop_token& stop);

/// Where the peer shows the echo by itself, without its rim and the code's strip.
[[nodiscard]] transport::Rect peer_echo_pane();
/// What the peer's compositor makes of these pictures (800x600) before anything is encoded: the echo's pane of each.
[[nodiscard]] std::vector<Luma> peer_echo_references(const std::vector<transport::SharedPixels>& pictures);

}  // namespace bench
