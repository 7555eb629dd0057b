#include "transport/rtp/rtcp.hpp"

#include "transport/bytes.hpp"

#include <algorithm>

namespace transport {

namespace {

constexpr std::uint8_t application = 204;
constexpr std::uint8_t transport_feedback = 205;
constexpr std::uint8_t payload_feedback = 206;
constexpr unsigned nack_format = 1;
constexpr unsigned picture_loss_format = 1;
constexpr unsigned arrivals_format = 11;
constexpr std::uint32_t probe_name = 0x53434941;  // "SCIA"
constexpr unsigned received = 0x8000;
constexpr unsigned too_long_ago = 0x1FFE;
constexpr unsigned not_said = 0x1FFF;
constexpr std::size_t most_missing = 1024;  // sequences of one NACK

/// Writes the header now and its length when it is known.
template <typename Write>
void put_packet(ByteWriter& out, unsigned format, std::uint8_t type, std::uint32_t sender, Write write) {
    const auto begin = out.bytes().size();
    out.put(static_cast<std::uint8_t>(0x80U | format));
    out.put(type);
    out.put(std::uint16_t{0});
    out.put(sender);
    write();
    const auto words = (out.bytes().size() - begin) / 4 - 1;
    out.bytes()[begin + 2] = static_cast<std::byte>(words >> 8U);
    out.bytes()[begin + 3] = static_cast<std::byte>(words & 0xFFU);
}

void put(ByteWriter& out, std::uint32_t sender, const Nack& nack) {
    put_packet(out, nack_format, transport_feedback, sender, [&] {
        out.put(nack.media_ssrc);
        for (std::size_t i = 0; i < nack.sequences.size();) {
            const auto first = nack.sequences[i];
            unsigned also = 0;  // of the 16 that follow
            for (++i; i < nack.sequences.size(); ++i) {
                const auto behind = static_cast<std::uint16_t>(nack.sequences[i] - first);
                if (behind == 0 || behind > 16) break;
                also |= 1U << (behind - 1U);
            }
            out.put(first);
            out.put(static_cast<std::uint16_t>(also));
        }
    });
}

void put(ByteWriter& out, std::uint32_t sender, const PictureLoss& loss) {
    put_packet(out, picture_loss_format, payload_feedback, sender, [&] { out.put(loss.media_ssrc); });
}

void put(ByteWriter& out, std::uint32_t sender, const ArrivalReport& report) {
    put_packet(out, arrivals_format, transport_feedback, sender, [&] {
        out.put(report.media_ssrc);
        out.put(report.begin);
        out.put(static_cast<std::uint16_t>(report.ago.size()));
        for (const auto& ago : report.ago) {
            const auto steps = ago ? std::max<std::int64_t>(0, (ago->count() * 1024 + 500'000) / 1'000'000) : 0;
            const auto shown = std::min<std::int64_t>(steps, too_long_ago);
            out.put(static_cast<std::uint16_t>(ago ? received | static_cast<unsigned>(shown) : 0U));
        }
        if (report.ago.size() % 2 != 0) out.put(std::uint16_t{0});
        out.put(report.time);
    });
}

void put(ByteWriter& out, std::uint32_t sender, const PathProbe& probe) {
    put_packet(out, probe.answer ? 1 : 0, application, sender, [&] {
        out.put(probe_name);
        out.put(probe.token);
    });
}

std::optional<RtcpMessage> read_nack(ByteReader& in) {
    Nack nack{in.get<std::uint32_t>(), {}};
    while (!in.at_end() && nack.sequences.size() < most_missing) {
        const auto first = in.get<std::uint16_t>();
        const auto also = in.get<std::uint16_t>();
        if (in.failed()) return std::nullopt;
        nack.sequences.push_back(first);
        for (unsigned i = 0; i < 16; ++i)
            if ((also >> i & 1U) != 0) nack.sequences.push_back(static_cast<std::uint16_t>(first + i + 1U));
    }
    if (nack.sequences.empty()) return std::nullopt;
    return nack;
}

/// Of one stream: more than one is nothing of ours.
std::optional<RtcpMessage> read_arrivals(ByteReader& in) {
    ArrivalReport report;
    report.media_ssrc = in.get<std::uint32_t>();
    report.begin = in.get<std::uint16_t>();
    const std::size_t count = in.get<std::uint16_t>();
    if (in.failed() || count > ArrivalReport::most_packets) return std::nullopt;
    report.ago.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned word = in.get<std::uint16_t>();
        const auto steps = std::int64_t{word & not_said};
        const bool told = (word & received) != 0 && steps != not_said;
        report.ago.push_back(told ? std::optional{Microseconds{steps * 1'000'000 / 1024}} : std::nullopt);
    }
    if (count % 2 != 0) in.get<std::uint16_t>();
    report.time = in.get<std::uint32_t>();
    if (in.failed() || !in.at_end()) return std::nullopt;
    return report;
}

std::optional<RtcpMessage> read_probe(ByteReader& in, unsigned subtype) {
    const auto name = in.get<std::uint32_t>();
    const PathProbe probe{subtype == 1, in.get<std::uint64_t>()};
    if (in.failed() || name != probe_name || subtype > 1) return std::nullopt;
    return probe;
}

}  // namespace

std::vector<std::byte> to_rtcp(std::uint32_t sender_ssrc, std::span<const RtcpMessage> messages) {
    ByteWriter out;
    for (const auto& message : messages) std::visit([&](const auto& it) { put(out, sender_ssrc, it); }, message);
    return std::move(out.bytes());
}

std::vector<RtcpMessage> read_rtcp(std::span<const std::byte> packet) {
    std::vector<RtcpMessage> out;
    while (packet.size() >= 8) {
        ByteReader header{packet};
        const unsigned flags = header.get<std::uint8_t>();
        const auto type = header.get<std::uint8_t>();
        const auto size = 4 + 4 * std::size_t{header.get<std::uint16_t>()};
        if (flags >> 6U != 2 || (flags & 0x20U) != 0 || size < 8 || size > packet.size()) break;
        const auto format = flags & 0x1FU;
        ByteReader body{packet.subspan(8, size - 8)};
        std::optional<RtcpMessage> message;
        if (type == transport_feedback && format == nack_format) message = read_nack(body);
        if (type == transport_feedback && format == arrivals_format) message = read_arrivals(body);
        if (type == application) message = read_probe(body, format);
        if (type == payload_feedback && format == picture_loss_format) {
            message = PictureLoss{body.get<std::uint32_t>()};
            if (body.failed()) message.reset();
        }
        if (message) out.push_back(std::move(*message));
        packet = packet.subspan(size);
    }
    return out;
}

std::uint32_t report_time(Timestamp now) {
    // 65536 / 1000000 in lowest terms: exact, and no overflow for centuries of uptime.
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(microseconds(now)) * 1024 / 15625);
}

RemoteTimestamp ReportClock::unwrap(std::uint32_t time) {
    if (!last_) last_ = time;
    *last_ += static_cast<std::int32_t>(time - static_cast<std::uint32_t>(*last_));
    return remote_timestamp(*last_ * 15625 / 1024);
}

}  // namespace transport
