#include "transport/rtp/peer.hpp"

#include "transport/bytes.hpp"

#include <algorithm>

namespace transport {

namespace {

constexpr std::size_t rtp_header_size = 12;

}  // namespace

RtpPeer::RtpPeer(MediaNetwork& network, const PeerSettings& settings, Paths::Random random)
    : network_{network}, settings_{settings}, paths_{settings.ways, std::move(random)} {
    if (!settings.key) return;
    sealer_ = std::make_unique<SrtpSealer>(*settings.key);
    opener_ = std::make_unique<SrtpOpener>(*settings.key);
    for (const auto ssrc : settings.their_ssrcs) opener_->add(ssrc);
}

// ---- what comes --------------------------------------------------------------------------------------------

/// A copy is what two paths bring, and what somebody sends again who listened. Only from a path of ours is it counted
/// as one; it is not authenticated, and proves nothing.
std::optional<RtpPeer::Opened> RtpPeer::open_copy(std::span<const std::byte> header, const Datagram& datagram) {
    const auto ssrc = ByteReader{header.subspan(8)}.get<std::uint32_t>();
    paths_.suspected(datagram.way, datagram.received);
    const auto path = paths_.known(datagram.way);
    if (path && is_rtcp(header)) return std::nullopt;
    if (!path) {
        ++replayed_;
        return std::nullopt;
    }
    if (ssrc != settings_.their_ssrcs.front()) return std::nullopt;  // a repair goes by every path, too
    paths_.counted(*path, true);
    Opened out;
    out.path = path;
    out.copy = ByteReader{header.subspan(2)}.get<std::uint16_t>();
    return out;
}

std::optional<RtpPeer::Opened> RtpPeer::open(const Datagram& datagram) {
    if (datagram.bytes.size() < 8) return std::nullopt;
    Opened out;
    std::span<const std::byte> plain = datagram.bytes;
    if (opener_) {
        std::array<std::byte, rtp_header_size> header{};
        std::copy_n(datagram.bytes.begin(), std::min(datagram.bytes.size(), header.size()), header.begin());
        const auto key_id = std::to_integer<std::uint8_t>(datagram.bytes.back());  // the MKI ends a sealed packet
        const auto opening = opener_->open(datagram.bytes);
        if (opening.result == transport::Opened::copy) return open_copy(header, datagram);
        if (opening.result != transport::Opened::ok) return std::nullopt;
        plain = opening.packet;
        if (offered_ && offered_->id() == key_id) {
            sealer_->renew(*offered_);
            offered_.reset();
        }
    }
    out.path = paths_.heard(datagram.way, datagram.received);
    // Without a seal nobody is authenticated; but once somebody has answered from where he says he is, others may not.
    const bool stranger = !opener_ && !out.path && !paths_.usable(datagram.received).empty();
    if (stranger && !is_rtcp(plain)) {
        ++replayed_;
        return std::nullopt;
    }
    if (!is_rtcp(plain)) {
        if (out.path) paths_.counted(*out.path, false);
        out.rtp = plain;
        return out;
    }
    for (auto& message : read_rtcp(plain)) {
        const auto* probe = std::get_if<PathProbe>(&message);
        if (probe == nullptr) {
            if (!stranger) out.messages.push_back(std::move(message));
        } else if (const auto answer = paths_.probe(datagram.way, *probe, datagram.received)) {
            const RtcpMessage reply{*answer};
            send_rtcp({&reply, 1}, datagram.way);
        }
    }
    return out;
}

// ---- what leaves -------------------------------------------------------------------------------------------

void RtpPeer::begin_sealing(std::size_t bytes, std::size_t packets) {
    used_ = 0;
    leaving_.clear();
    const auto most = bytes + packets * SrtpSealer::most_growth;
    if (room_.size() < most) room_.resize(most);
}

void RtpPeer::seal(std::span<const std::byte> packet) {
    const auto room = std::span{room_}.subspan(used_, packet.size() + SrtpSealer::most_growth);
    std::ranges::copy(packet, room.begin());
    const auto size = sealer_ ? sealer_->seal(room, packet.size()) : packet.size();
    if (size == 0) return;
    leaving_.emplace_back(room.first(size));
    used_ += size;
}

bool RtpPeer::send_sealed(std::span<const std::size_t> paths) {
    bool whole = false;
    for (const auto path : paths)
        whole = network_.send(paths_.way(path), leaving_, settings_.dscp) == leaving_.size() || whole;
    return whole;
}

bool RtpPeer::send(const RtpPackets& packets, std::span<const std::size_t> paths) {
    begin_sealing(packets.bytes.size(), packets.ends.size());
    std::size_t begin = 0;
    for (const auto end : packets.ends) {
        seal(std::span{packets.bytes}.subspan(begin, end - begin));
        begin = end;
    }
    return send_sealed(paths);
}

void RtpPeer::send(std::span<const RtcpMessage> messages, std::span<const std::size_t> paths) {
    if (messages.empty() || paths.empty()) return;
    const auto packet = to_rtcp(settings_.own_ssrcs.front(), messages);
    begin_sealing(packet.size(), 1);
    seal(packet);
    send_sealed(paths);
}

void RtpPeer::send_rtcp(std::span<const RtcpMessage> messages, const Way& way) {
    const auto packet = to_rtcp(settings_.own_ssrcs.front(), messages);
    begin_sealing(packet.size(), 1);
    seal(packet);
    network_.send(way, leaving_, settings_.dscp);
}

void RtpPeer::tick(Timestamp now) {
    for (const auto& [way, probe] : paths_.take_probes(now)) {
        const RtcpMessage message{probe};
        send_rtcp({&message, 1}, way);
    }
}

void RtpPeer::offer_key(const MediaKey& key) {
    if (!opener_) return;
    opener_->renew(key);
    offered_ = key;
}

void RtpPeer::take_key(const MediaKey& key) {
    if (!opener_) return;
    opener_->renew(key);
    sealer_->renew(key);
}

PeerRefusals RtpPeer::refusals() const {
    if (!opener_) return {0, replayed_};
    return {opener_->forged() + opener_->unknown_key(), replayed_};
}

}  // namespace transport
