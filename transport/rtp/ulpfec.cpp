#include "transport/rtp/ulpfec.hpp"

#include "transport/bytes.hpp"

#include <algorithm>
#include <bit>

namespace transport {

namespace {

constexpr std::size_t media_header = 12;
constexpr std::size_t fec_header = 10;
constexpr std::size_t short_level = 4;  // protection length and a mask of 16
constexpr std::size_t long_level = 8;   // of 48
constexpr std::size_t most_protected = 48;
constexpr std::int64_t remembered = 1024;   // packets
constexpr std::size_t most_parities = 512;  // waiting
constexpr std::size_t longest_packet = 2048;
constexpr std::byte long_mask{0x40};
constexpr std::byte recovered_flags{0x3F};  // P, X, CC of the first byte

struct Packet {
    std::span<const std::byte> bytes;
    [[nodiscard]] std::size_t length() const { return bytes.size() - media_header; }
};

std::vector<Packet> packets_of(const RtpPackets& picture) {
    std::vector<Packet> out;
    std::size_t begin = 0;
    for (const auto end : picture.ends) {
        out.push_back({std::span{picture.bytes}.subspan(begin, end - begin)});
        begin = end;
    }
    return out;
}

/// The header's fields and all that follows the media header, into `header` (10 bytes) and `payload`.
void add(std::span<std::byte> header, std::span<std::byte> payload, std::span<const std::byte> packet) {
    header[0] ^= packet[0] & recovered_flags;
    header[1] ^= packet[1];
    for (std::size_t i = 4; i < 8; ++i) header[i] ^= packet[i];
    const auto length = packet.size() - media_header;
    header[8] ^= static_cast<std::byte>(length >> 8U);
    header[9] ^= static_cast<std::byte>(length & 0xFFU);
    for (std::size_t i = 0; i < length; ++i) payload[i] ^= packet[media_header + i];
}

}  // namespace

RtpPackets FecSender::protect(const RtpPackets& picture, std::uint16_t first_sequence, int percent) {
    RtpPackets out;
    const auto all = packets_of(picture);
    for (std::size_t block = 0; block < all.size(); block += most_protected) {
        const auto count = std::min(most_protected, all.size() - block);
        const auto parities = std::max<std::size_t>(1, (count * static_cast<std::size_t>(percent) + 99) / 100);
        for (std::size_t parity = 0; parity < parities; ++parity) {
            std::size_t longest = 0;
            std::uint64_t mask = 0;
            for (auto i = parity; i < count; i += parities) {
                longest = std::max(longest, all[block + i].length());
                mask |= std::uint64_t{1} << i;
            }
            if (mask == 0) break;
            ByteWriter start;
            start.put(std::uint8_t{0x80});
            start.put(payload_type_);
            start.put(sequence_++);
            start.put(ByteReader{all[block].bytes.subspan(4)}.get<std::uint32_t>());  // the picture's time
            start.put(ssrc_);
            const bool is_long = count > 16;
            const auto level = is_long ? long_level : short_level;
            const auto begin = out.bytes.size();
            out.bytes.insert(out.bytes.end(), start.bytes().begin(), start.bytes().end());
            out.bytes.resize(begin + media_header + fec_header + level + longest);
            const auto body = std::span{out.bytes}.subspan(begin + media_header);
            for (auto i = parity; i < count; i += parities)
                add(body.first(fec_header), body.subspan(fec_header + level), all[block + i].bytes);
            body[0] = (body[0] & recovered_flags) | (is_long ? long_mask : std::byte{0});
            const auto base = static_cast<std::uint16_t>(first_sequence + block);
            body[2] = static_cast<std::byte>(base >> 8U);
            body[3] = static_cast<std::byte>(base & 0xFFU);
            body[fec_header] = static_cast<std::byte>(longest >> 8U);
            body[fec_header + 1] = static_cast<std::byte>(longest & 0xFFU);
            // The first packet is the mask's highest bit.
            for (std::size_t i = 0; i < (is_long ? 48U : 16U); ++i)
                if ((mask >> i & 1U) != 0) body[fec_header + 2 + i / 8] |= static_cast<std::byte>(0x80U >> (i % 8));
            out.ends.push_back(out.bytes.size());
        }
    }
    return out;
}

std::int64_t FecReceiver::unwrap(std::uint16_t sequence) const {
    return newest_ +
           static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(newest_)));
}

void FecReceiver::saw_media(std::uint16_t sequence, std::span<const std::byte> packet) {
    if (!active_ || packet.size() < media_header) return;
    const auto place = unwrap(sequence);
    newest_ = std::max(newest_, place);
    media_.try_emplace(place, packet.begin(), packet.end());
    forget_old();
}

void FecReceiver::saw_fec(const RtpPacket& packet) {
    const auto bytes = packet.payload;
    if (bytes.size() < fec_header + short_level || (bytes[0] & std::byte{0x80}) != std::byte{0}) return;
    const bool is_long = (bytes[0] & long_mask) != std::byte{0};
    const auto level = is_long ? long_level : short_level;
    if (bytes.size() < fec_header + level) return;
    const std::size_t length = ByteReader{bytes.subspan(fec_header)}.get<std::uint16_t>();
    if (length > longest_packet || bytes.size() < fec_header + level + length) return;
    const auto base = ByteReader{bytes.subspan(2)}.get<std::uint16_t>();
    if (!active_) newest_ = base;
    active_ = true;
    Parity parity{{bytes.begin(), bytes.end()}, unwrap(base), 0};
    for (std::size_t i = 0; i < (is_long ? 48U : 16U); ++i)
        if ((bytes[fec_header + 2 + i / 8] & static_cast<std::byte>(0x80U >> (i % 8))) != std::byte{0})
            parity.mask |= std::uint64_t{1} << i;
    if (parity.mask == 0) return;
    parities_.push_back(std::move(parity));
    if (parities_.size() > most_parities) parities_.erase(parities_.begin());
}

std::optional<std::vector<std::byte>> FecReceiver::recover(const Parity& parity, std::int64_t missing) const {
    const bool is_long = (parity.bytes[0] & long_mask) != std::byte{0};
    const auto begin = fec_header + (is_long ? long_level : short_level);
    std::vector<std::byte> header{parity.bytes.begin(), parity.bytes.begin() + fec_header};
    std::vector<std::byte> payload{parity.bytes.begin() + static_cast<std::ptrdiff_t>(begin), parity.bytes.end()};
    for (std::uint64_t rest = parity.mask; rest != 0; rest &= rest - 1) {
        const auto place = parity.base + std::countr_zero(rest);
        if (place == missing) continue;
        const auto& packet = media_.at(place);
        if (packet.size() - media_header > payload.size()) return std::nullopt;  // the parity lies about its length
        add(header, payload, packet);
    }
    const std::size_t length = ByteReader{std::span{header}.subspan(8)}.get<std::uint16_t>();
    if (length == 0 || length > payload.size()) return std::nullopt;
    ByteWriter out;
    out.put(static_cast<std::uint8_t>(0x80U | std::to_integer<unsigned>(header[0] & recovered_flags)));
    out.put(std::to_integer<std::uint8_t>(header[1]));
    out.put(static_cast<std::uint16_t>(missing));
    for (std::size_t i = 4; i < 8; ++i) out.bytes().push_back(header[i]);
    out.put(media_ssrc_);
    out.bytes().insert(out.bytes().end(), payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(length));
    return std::move(out.bytes());
}

std::vector<std::vector<std::byte>> FecReceiver::take_recovered() {
    std::vector<std::vector<std::byte>> out;
    std::erase_if(parities_, [&](const Parity& parity) {
        std::optional<std::int64_t> missing;
        for (std::uint64_t rest = parity.mask; rest != 0; rest &= rest - 1) {
            const auto place = parity.base + std::countr_zero(rest);
            if (media_.contains(place)) continue;
            if (missing) return false;  // two: perhaps another parity, or sending again, brings one
            missing = place;
        }
        if (!missing) return true;
        if (auto packet = recover(parity, *missing)) {
            media_.try_emplace(*missing, *packet);
            newest_ = std::max(newest_, *missing);
            out.push_back(std::move(*packet));
        }
        return true;
    });
    return out;
}

void FecReceiver::forget_old() {
    while (!media_.empty() && media_.begin()->first < newest_ - remembered) media_.erase(media_.begin());
    std::erase_if(parities_, [&](const Parity& parity) {
        return parity.base < newest_ - remembered / 2 || parity.base > newest_ + remembered;
    });
}

}  // namespace transport
