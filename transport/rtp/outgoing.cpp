#include "transport/rtp/outgoing.hpp"

#include <algorithm>
#include <iterator>

namespace transport {

namespace {

constexpr Microseconds least_spacing{5'000};  // who asks without end gets no more than that

}  // namespace

RtpOutgoing::RtpOutgoing(const RtpStream& stream, const RtpSettings& settings)
    : stream_{stream},
      settings_{settings},
      packetizer_{{stream.media_ssrc, stream.payload_type, settings.mtu}},
      fec_{stream.fec_ssrc(), stream.fec_type()},
      repair_{settings.repair_budget} {}

RtpPackets RtpOutgoing::packets(std::span<const std::byte> access_unit, std::uint32_t time, Timestamp now) {
    time_ = time;
    auto picture = packetizer_.packets(access_unit, time);
    if (picture.ends.empty()) return picture;
    const auto count = picture.ends.size();
    counts_.packets += count;
    auto out = picture;
    if (const int percent = settings_.fec ? repair_.fec_percent() : 0; percent > 0) {
        const auto parity = fec_.protect(picture, next_, percent);
        counts_.parity += parity.ends.size();
        const auto begin = out.bytes.size();
        out.bytes.insert(out.bytes.end(), parity.bytes.begin(), parity.bytes.end());
        for (const auto end : parity.ends) out.ends.push_back(begin + end);
    }
    history_.add(std::move(picture), next_, now);
    next_ = static_cast<std::uint16_t>(next_ + count);
    return out;
}

RtpPackets RtpOutgoing::padding(std::size_t bytes, Timestamp now) {
    auto out = packetizer_.padding(bytes, time_);
    history_.add(out, next_++, now);
    return out;
}

std::vector<std::vector<std::byte>> RtpOutgoing::answer(const Nack& nack, Timestamp now) {
    std::vector<std::vector<std::byte>> out;
    if (nack.media_ssrc != stream_.media_ssrc) return out;
    std::vector<std::vector<std::byte>> copies;
    for (const auto sequence : nack.sequences) {
        // Two paths carry the same question, and the answer to the first may be on its way.
        const auto sent = history_.take_again(sequence, now, std::max(round_trip_ / 2, least_spacing));
        if (!sent || now - sent->time > settings_.repair_budget + round_trip_) continue;  // given up meanwhile
        ++counts_.resent;
        const auto repeat = [&] {
            return to_repair(sent->bytes, stream_.repair_ssrc(), stream_.repair_type(), next_repair_++);
        };
        out.push_back(repeat());
        // The first answer was lost as well: there is time for perhaps one more.
        if (sent->again) copies.push_back(repeat());
    }
    // Behind the others: what loses a packet likes to lose its neighbour.
    out.insert(out.end(), std::make_move_iterator(copies.begin()), std::make_move_iterator(copies.end()));
    return out;
}

std::vector<PacketReport> RtpOutgoing::take(const ArrivalReport& report, Timestamp now) {
    std::vector<PacketReport> out;
    if (report.media_ssrc != stream_.media_ssrc) return out;
    repair_.saw(report, now);
    const auto told = receiver_clock_.unwrap(report.time);
    for (std::size_t i = 0; i < report.ago.size(); ++i) {
        const auto sequence = static_cast<std::uint16_t>(report.begin + i);
        const auto sent = history_.find(sequence);
        if (!sent) continue;
        const auto& ago = report.ago[i];
        out.push_back({sequence, sent->time, sent->bytes.size(), ago ? std::optional{told - *ago} : std::nullopt});
    }
    return out;
}

void RtpOutgoing::know_round_trip(Microseconds round_trip) {
    round_trip_ = round_trip;
    repair_.know_round_trip(round_trip);
}

}  // namespace transport
