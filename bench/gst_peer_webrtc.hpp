// `scialytic bench peer-webrtc`: plain webrtcbin on every hop, with the signalling that gst-launch cannot do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

[[nodiscard]] std::string_view peer_webrtc_help();
/// `words` after "peer-webrtc". Runs until a signal kills it. Throws transport::UsageError, or std::runtime_error with
/// GStreamer's reason, in one line.
int run_peer_webrtc(const std::vector<std::string>& words);

}  // namespace bench
