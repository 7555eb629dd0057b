// The RTP header extension "playout-delay": tells a browser to show each picture at once instead of smoothing them.
#pragma once

#include <optional>
#include <string>

struct _GstElement;

namespace render {

inline constexpr const char* playout_delay_uri = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

/// The number that the offer gives the extension; nothing when this browser does not know it.
[[nodiscard]] std::optional<int> playout_delay_in(const std::string& offer);
/// Each packet of that payloader asks for no delay at all.
void ask_for_no_delay(_GstElement* payloader, int number);
/// The answer with the extension in its first media section: webrtcbin takes over none.
[[nodiscard]] std::string with_playout_delay(const std::string& answer, int number);

}  // namespace render
