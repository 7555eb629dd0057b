#include "transport/rtp/history.hpp"

#include <algorithm>

namespace transport {

namespace {

constexpr std::size_t rtp_header = 12;  // ours have no extension and no sources

void put16(std::vector<std::byte>& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::byte>(value >> 8U);
    bytes[at + 1] = static_cast<std::byte>(value & 0xFFU);
}
void put32(std::vector<std::byte>& bytes, std::size_t at, std::uint32_t value) {
    put16(bytes, at, static_cast<std::uint16_t>(value >> 16U));
    put16(bytes, at + 2, static_cast<std::uint16_t>(value & 0xFFFFU));
}

}  // namespace

void RtpHistory::add(RtpPackets packets, std::uint16_t first_sequence, Timestamp now) {
    if (packets.ends.empty()) return;
    if (first_sequence != static_cast<std::uint16_t>(next_)) {
        pictures_.clear();
        next_ = first_sequence;
    }
    const auto first = next_;
    next_ += static_cast<std::int64_t>(packets.ends.size());
    pictures_.push_back({std::move(packets), first, now, {}});
    while (now - pictures_.front().time > longest) pictures_.pop_front();
}

std::optional<RtpHistory::Place> RtpHistory::place(std::uint16_t sequence) const {
    if (pictures_.empty()) return std::nullopt;
    const auto behind = static_cast<std::uint16_t>(static_cast<std::uint16_t>(next_) - sequence);
    const auto wanted = next_ - behind;
    if (behind == 0 || wanted < pictures_.front().first) return std::nullopt;
    const auto after = std::ranges::upper_bound(pictures_, wanted, {}, &Picture::first);
    const auto picture = static_cast<std::size_t>(after - pictures_.begin()) - 1;
    return Place{picture, static_cast<std::size_t>(wanted - pictures_[picture].first)};
}

RtpHistory::Sent RtpHistory::at(const Place& place) const {
    const auto& picture = pictures_[place.picture];
    const auto& ends = picture.packets.ends;
    const auto begin = place.packet == 0 ? 0 : ends[place.packet - 1];
    return {std::span{picture.packets.bytes}.subspan(begin, ends[place.packet] - begin), picture.time, false};
}

std::optional<RtpHistory::Sent> RtpHistory::find(std::uint16_t sequence) const {
    const auto found = place(sequence);
    return found ? std::optional{at(*found)} : std::nullopt;
}

std::optional<RtpHistory::Sent> RtpHistory::take_again(std::uint16_t sequence, Timestamp now, Microseconds spacing) {
    const auto found = place(sequence);
    if (!found) return std::nullopt;
    auto& picture = pictures_[found->picture];
    if (picture.again.empty()) picture.again.resize(picture.packets.ends.size());
    auto& again = picture.again[found->packet];
    if (again != Timestamp{} && now - again < spacing) return std::nullopt;
    auto out = at(*found);
    out.again = again != Timestamp{};
    again = now;
    return out;
}

std::vector<std::byte> to_repair(std::span<const std::byte> packet, std::uint32_t repair_ssrc, std::uint8_t repair_type,
                                 std::uint16_t repair_sequence) {
    std::vector<std::byte> out(packet.size() + 2);
    std::copy_n(packet.begin(), rtp_header, out.begin());
    std::copy_n(packet.begin() + 2, 2, out.begin() + rtp_header);  // the original's sequence
    std::copy(packet.begin() + rtp_header, packet.end(), out.begin() + rtp_header + 2);
    out[1] = (packet[1] & std::byte{0x80}) | static_cast<std::byte>(repair_type);
    put16(out, 2, repair_sequence);
    put32(out, 8, repair_ssrc);
    return out;
}

std::optional<std::vector<std::byte>> from_repair(std::span<const std::byte> repair, std::uint32_t media_ssrc,
                                                  std::uint8_t media_type) {
    // Ours have no extension and no sources, whose longer header would not be the original's; padding is its own.
    constexpr std::byte padded{0x20};
    if (repair.size() <= rtp_header + 2 || (repair[0] & ~padded) != std::byte{0x80}) return std::nullopt;
    std::vector<std::byte> out(repair.size() - 2);
    std::copy_n(repair.begin(), rtp_header, out.begin());
    std::copy(repair.begin() + rtp_header + 2, repair.end(), out.begin() + rtp_header);
    out[1] = (repair[1] & std::byte{0x80}) | static_cast<std::byte>(media_type);
    out[2] = repair[rtp_header];
    out[3] = repair[rtp_header + 1];
    put32(out, 8, media_ssrc);
    return out;
}

}  // namespace transport
