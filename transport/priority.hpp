// Whose picture stays when the link carries only part.
#pragma once

#include "transport/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace transport {

/// Highest first: each gives way before the one above it.
enum class Priority : std::uint8_t {
    critical,    ///< the fused picture, control
    diagnostic,  ///< ultrasound, X-ray
    context,     ///< room camera, glasses
    comfort,     ///< whatever else
};
inline constexpr std::size_t priority_count = 4;

[[nodiscard]] constexpr std::string_view name(Priority priority) {
    constexpr std::string_view names[priority_count]{"critical", "diagnostic", "context", "comfort"};
    return names[static_cast<std::size_t>(priority)];
}

[[nodiscard]] constexpr Priority priority_of(Modality modality) {
    return modality == Modality::camera ? Priority::context : Priority::diagnostic;
}

/// The six bits of the IP header. RFC 8837 section 5 gives interactive video AF41 and AF42 at high priority, AF42 and
/// AF43 at medium, default forwarding at low; within AF4, RFC 2597 drops the higher number first, which is our order of
/// sacrifice. On 5G it selects no slice by itself: QoS rules of the PDU session (3GPP TS 23.501) may match it.
[[nodiscard]] constexpr int dscp(Priority priority) {
    constexpr int values[priority_count]{34, 36, 38, 0};  // AF41, AF42, AF43, DF
    return values[static_cast<std::size_t>(priority)];
}

}  // namespace transport
