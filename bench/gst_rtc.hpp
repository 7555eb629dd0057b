// What one says to a webrtcbin to make it offer or answer.
#pragma once

#include <string>

struct _GstElement;

namespace bench {

/// Its offer with every candidate. Throws std::runtime_error with its reason.
[[nodiscard]] std::string offer_of(_GstElement* rtc);
/// Its answer to this offer, with every candidate. Throws std::runtime_error with its reason.
[[nodiscard]] std::string answer_to(_GstElement* rtc, const std::string& sdp);
/// Throws std::runtime_error: it is no SDP, or does not fit the offer.
void take_answer(_GstElement* rtc, const std::string& sdp);

}  // namespace bench
