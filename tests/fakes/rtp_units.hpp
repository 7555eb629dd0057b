// Access units out of NAL units of any size, and what becomes of them as RTP packets.
#pragma once

#include "transport/rtp/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fakes {

using Bytes = std::vector<std::byte>;

inline constexpr unsigned slice = 1;
inline constexpr unsigned keyframe_slice = 5;
inline constexpr unsigned sei = 6;
inline constexpr unsigned sequence_parameters = 7;
inline constexpr unsigned picture_parameters = 8;

/// Nothing in it looks like a start code.
inline Bytes nal(unsigned type, std::size_t size) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::byte>(1 + (i * 7 + size) % 255);
    out[0] = static_cast<std::byte>(0x60U | type);
    return out;
}

/// With the long start code before each, or a short one.
inline Bytes annex_b(std::span<const Bytes> nals, std::size_t zeros = 3) {
    Bytes out;
    for (const auto& unit : nals) {
        out.insert(out.end(), zeros, std::byte{0});
        out.push_back(std::byte{1});
        out.insert(out.end(), unit.begin(), unit.end());
    }
    return out;
}
inline Bytes annex_b(const std::vector<Bytes>& nals) {
    return annex_b(std::span{nals});
}

inline std::vector<Bytes> apart(const transport::RtpPackets& packets) {
    std::vector<Bytes> out;
    std::size_t begin = 0;
    for (const auto end : packets.ends) {
        out.emplace_back(packets.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                         packets.bytes.begin() + static_cast<std::ptrdiff_t>(end));
        begin = end;
    }
    return out;
}

/// The access units that come out when these packets go in.
inline std::vector<Bytes> join(transport::H264Depacketizer& depacketizer, std::span<const Bytes> packets) {
    std::vector<Bytes> out;
    for (const auto& bytes : packets) {
        const auto packet = transport::read_rtp(bytes);
        if (!packet) continue;
        if (auto unit = depacketizer.take(*packet)) out.push_back(std::move(unit->bytes));
    }
    return out;
}

}  // namespace fakes
