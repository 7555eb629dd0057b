// The same work done by others: what a skilled person builds by hand from GStreamer's elements.
//
//   source → x264enc → RTP ──▶ 2 x avdec_h264 → compositor → x264enc → RTP ──▶ avdec_h264 → judge
#pragma once

#include "bench/luma.hpp"
#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

class GstLine;

/// The words for where pictures of that padded size enter a pipeline. `newest_wins`: one that is too slow loses
/// pictures and not time.
[[nodiscard]] std::string peer_input(int width, int height, double frames_per_second, bool newest_wins);
/// The source's pictures with the in-picture code into peer_input's element, until `stop`. Throws std::runtime_error
/// with GStreamer's reason, or when the source ends.
void feed(GstLine& pipeline, capture::Source& source, transport::Modality modality, transport::Clock& clock,
          const std::stop_token& stop);
/// A source (as devices::open_source takes it; empty: the synthetic one, whose pictures queue up where the chain is too
/// slow) with the in-picture code, into a chain that encodes and sends (peer_chain.hpp), until `stop`.
/// Stream ids are the product's. Throws std::runtime_error with GStreamer's reason.
void run_peer_capture(transport::Modality modality, double frames_per_second, const std::string& to_the_wire,
                      transport::Clock& clock, const std::stop_token& stop, const std::string& source_name = {});
/// From a chain that receives and decodes, hands every picture to the judge, who writes to `out`, until `stop`.
void run_peer_display(const std::string& from_the_wire, const std::filesystem::path& out, transport::Clock& clock,
                      const std::stop_token& stop);

/// Where the peer shows the echo by itself, without its rim and the code's strip.
[[nodiscard]] transport::Rect peer_echo_pane();
/// What the peer's compositor makes of these pictures (800x600) before anything is encoded: the echo's pane of each.
[[nodiscard]] std::vector<Luma> peer_echo_references(const std::vector<transport::SharedPixels>& pictures);

}  // namespace bench
