#include "transport/rtp/packet.hpp"

#include "transport/bytes.hpp"
#include "transport/stamp.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace transport {

namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t fragment_header = 2;
constexpr std::size_t longest_unit = 8 << 20;  // a marker that never comes must not fill the memory
constexpr unsigned sei = 6;
constexpr unsigned sequence_parameters = 7;
constexpr unsigned delimiter = 9;
constexpr unsigned stap_a = 24;
constexpr unsigned fu_a = 28;
constexpr std::array start_code{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
constexpr std::byte fragment_begins{0x80};
constexpr std::byte fragment_ends{0x40};
constexpr std::byte kind{0x1F};  // of a NAL unit, in its first byte
constexpr std::byte importance{0xE0};

/// Where the next start code's zeros begin, or the end. memchr finds the 1s, of which there are few.
std::size_t next_start_code(std::span<const std::byte> bytes, std::size_t from) {
    for (auto at = from + 2; at < bytes.size(); ++at) {
        const auto* one = static_cast<const std::byte*>(std::memchr(bytes.data() + at, 1, bytes.size() - at));
        if (one == nullptr) break;
        at = static_cast<std::size_t>(one - bytes.data());
        if (bytes[at - 1] == std::byte{0} && bytes[at - 2] == std::byte{0}) return at - 2;
    }
    return bytes.size();
}

/// NAL units without start codes and trailing zeros.
std::vector<std::span<const std::byte>> nal_units(std::span<const std::byte> access_unit) {
    std::vector<std::span<const std::byte>> units;
    auto at = next_start_code(access_unit, 0);
    while (at < access_unit.size()) {
        const auto begin = at + 3;
        at = next_start_code(access_unit, begin);
        auto end = at;
        while (end > begin && access_unit[end - 1] == std::byte{0}) --end;
        if (end > begin) units.push_back(access_unit.subspan(begin, end - begin));
    }
    return units;
}

/// Whether a unit in front of which packets are missing can be whole: none begins with a slice, as its stamp stands
/// before that, and a keyframe begins with its parameter sets.
bool has_beginning(std::span<const std::byte> unit) {
    const auto first = std::to_integer<unsigned>(unit[start_code.size()] & kind);
    return first == delimiter || first == sequence_parameters || (first == sei && !is_keyframe(unit));
}

}  // namespace

std::optional<RtpPacket> read_rtp(std::span<const std::byte> bytes) {
    ByteReader reader{bytes};
    const auto flags = reader.get<std::uint8_t>();
    const auto type = reader.get<std::uint8_t>();
    RtpPacket packet;
    packet.marker = (type & 0x80U) != 0;
    packet.payload_type = type & 0x7FU;
    packet.sequence = reader.get<std::uint16_t>();
    packet.time = reader.get<std::uint32_t>();
    packet.ssrc = reader.get<std::uint32_t>();
    if (reader.failed() || flags >> 6U != 2) return std::nullopt;
    std::size_t begin = header_size + 4 * std::size_t{flags & 0x0FU};
    if ((flags & 0x10U) != 0) {  // header extension: a word, then as many words as it says
        if (bytes.size() < begin + 4) return std::nullopt;
        begin += 4 + 4 * std::size_t{ByteReader{bytes.subspan(begin + 2)}.get<std::uint16_t>()};
    }
    std::size_t end = bytes.size();
    if ((flags & 0x20U) != 0) {  // padding: its last byte says how much
        const auto padding = std::to_integer<std::size_t>(bytes.back());
        if (padding == 0 || padding > end) return std::nullopt;
        end -= padding;
    }
    if (begin > end || (begin == end && (flags & 0x20U) == 0)) return std::nullopt;
    packet.payload = bytes.subspan(begin, end - begin);
    return packet;
}

RtpPackets H264Packetizer::packets(std::span<const std::byte> access_unit, std::uint32_t time) {
    const auto most = std::max<std::size_t>(identity_.mtu, 64) - header_size;
    RtpPackets out;
    out.bytes.reserve(access_unit.size() + (access_unit.size() / most + 8) * (header_size + fragment_header));
    ByteWriter start;
    start.put(std::uint8_t{0x80});
    start.put(identity_.payload_type);
    start.put(std::uint16_t{0});
    start.put(time);
    start.put(identity_.ssrc);
    auto& header = start.bytes();
    const auto put = [&](std::span<const std::byte> prefix, std::span<const std::byte> payload) {
        header[2] = static_cast<std::byte>(sequence_ >> 8U);
        header[3] = static_cast<std::byte>(sequence_ & 0xFFU);
        ++sequence_;
        for (const auto part : {std::span<const std::byte>{header}, prefix, payload})
            out.bytes.insert(out.bytes.end(), part.begin(), part.end());
        out.ends.push_back(out.bytes.size());
    };
    for (auto unit : nal_units(access_unit)) {
        if (unit.size() <= most) {
            put({}, unit);
            continue;
        }
        std::array fragment{(unit[0] & importance) | std::byte{fu_a}, (unit[0] & kind) | fragment_begins};
        for (unit = unit.subspan(1); !unit.empty(); fragment[1] &= ~fragment_begins) {
            const auto part = unit.first(std::min(unit.size(), most - fragment_header));
            unit = unit.subspan(part.size());
            if (unit.empty()) fragment[1] |= fragment_ends;
            put(fragment, part);
        }
    }
    const auto last = out.ends.size() < 2 ? 0 : out.ends[out.ends.size() - 2];
    if (!out.ends.empty()) out.bytes[last + 1] |= std::byte{0x80};
    return out;
}

RtpPackets H264Packetizer::padding(std::size_t bytes, std::uint32_t time) {
    const auto size = static_cast<std::uint8_t>(std::clamp<std::size_t>(bytes, 1, 255));
    ByteWriter out;
    out.put(std::uint8_t{0xA0});
    out.put(identity_.payload_type);
    out.put(sequence_++);
    out.put(time);
    out.put(identity_.ssrc);
    out.bytes().resize(header_size + size - 1U);
    out.put(size);
    return {out.bytes(), {out.bytes().size()}};
}

void H264Depacketizer::begin(const RtpPacket& packet) {
    if (open_) ++dropped_;  // its marker never came
    open_ = true;
    in_fragment_ = false;
    whole_ = true;
    unit_.bytes.clear();
    unit_.bytes.reserve(usual_size_);
    unit_.time = packet.time;
}

/// False when it is malformed, or a fragment whose beginning is missing.
bool H264Depacketizer::append(std::span<const std::byte> payload) {
    auto& bytes = unit_.bytes;
    const auto put = [&bytes](std::span<const std::byte> unit) {
        bytes.insert(bytes.end(), start_code.begin(), start_code.end());
        bytes.insert(bytes.end(), unit.begin(), unit.end());
    };
    const auto type = std::to_integer<unsigned>(payload[0] & kind);
    if (type >= 1 && type < stap_a) {
        put(payload);
        return !in_fragment_;
    }
    if (type == stap_a) {
        payload = payload.subspan(1);
        do {
            const auto size = std::size_t{ByteReader{payload}.get<std::uint16_t>()};
            if (payload.size() < 2 || size == 0 || size > payload.size() - 2) return false;
            put(payload.subspan(2, size));
            payload = payload.subspan(2 + size);
        } while (!payload.empty());
        return !in_fragment_;
    }
    if (type != fu_a || payload.size() <= fragment_header) return false;
    const bool begins = (payload[1] & fragment_begins) != std::byte{0};
    if (begins == in_fragment_) return false;
    if (begins) {
        bytes.insert(bytes.end(), start_code.begin(), start_code.end());
        bytes.push_back((payload[0] & importance) | (payload[1] & kind));
    }
    bytes.insert(bytes.end(), payload.begin() + fragment_header, payload.end());
    in_fragment_ = (payload[1] & fragment_ends) == std::byte{0};
    return true;
}

std::optional<H264Depacketizer::AccessUnit> H264Depacketizer::take(const RtpPacket& packet) {
    const bool next = !last_ || packet.sequence == static_cast<std::uint16_t>(*last_ + 1);
    const bool follows = next && !std::exchange(gap_, false);
    last_ = packet.sequence;
    if (packet.payload.empty()) {
        gap_ = !follows;
        return std::nullopt;
    }
    if (!open_ || packet.time != unit_.time) {
        begin(packet);
        after_gap_ = !follows;
    } else {
        whole_ = whole_ && follows;
    }
    if (!whole_ || unit_.bytes.size() > longest_unit || !append(packet.payload)) whole_ = false;
    if (!packet.marker) return std::nullopt;
    open_ = false;
    if (!whole_ || in_fragment_ || (after_gap_ && !has_beginning(unit_.bytes))) {
        ++dropped_;
        return std::nullopt;
    }
    usual_size_ = unit_.bytes.size() + unit_.bytes.size() / 4;
    return std::exchange(unit_, {});
}

}  // namespace transport
