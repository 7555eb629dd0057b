#include "transport/rtp/network.hpp"

#include "transport/bytes.hpp"

namespace transport {

bool is_rtcp(std::span<const std::byte> packet) {
    const auto type = packet.size() < 2 ? 0U : std::to_integer<unsigned>(packet[1]);
    return type >= 192 && type <= 223;
}

std::optional<std::uint32_t> sender_ssrc(std::span<const std::byte> packet) {
    if (packet.size() < 8 || std::to_integer<unsigned>(packet[0]) >> 6U != 2) return std::nullopt;
    if (is_rtcp(packet)) return ByteReader{packet.subspan(4)}.get<std::uint32_t>();
    if (packet.size() < 12) return std::nullopt;
    return ByteReader{packet.subspan(8)}.get<std::uint32_t>();
}

}  // namespace transport
