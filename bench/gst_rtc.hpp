// What one says to a webrtcbin to make it offer.
#pragma once

#include <string>

struct _GstElement;

namespace bench {

/// Its offer with every candidate. Throws std::runtime_error with its reason.
[[nodiscard]] std::string offer_of(_GstElement* rtc);
/// Throws std::runtime_error: it is no SDP, or does not fit the offer.
void take_answer(_GstElement* rtc, const std::string& sdp);

}  // namespace bench
