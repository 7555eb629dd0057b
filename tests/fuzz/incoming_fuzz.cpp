// Packets to a receiving half, each behind what says when, by which path and how long it is; then the parity and
// repairs that a stranger makes of his bytes. Whatever they are: no crash, time is bounded, memory is, and no timer
// spins.
#include "transport/bytes.hpp"
#include "transport/rtp/history.hpp"
#include "transport/rtp/incoming.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace transport;

void check(bool holds) {
    if (!holds) std::abort();
}

/// As the network does: called when due, and never for ever.
void pass(RtpIncoming& incoming, Timestamp from, Timestamp to) {
    int calls = 0;
    for (auto now = from; incoming.due() <= to; ++calls) {
        now = std::max(now, incoming.due());
        const auto feedback = incoming.take_feedback(now);
        for (const auto& messages : feedback.by_path) check(messages.empty() || to_rtcp(1, messages).size() <= 1200);
        check(feedback.to_all.empty() || to_rtcp(1, feedback.to_all).size() <= 1500);
        // A gap is asked for every 10 ms at most, a report is due every 25 ms, a tail is asked for three times.
        check(calls < 20 + 2048 * ((to - from) / Microseconds{10'000} + 1));
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr RtpStream stream{0x50, 0x54, 96};
    std::size_t told = 0;
    std::size_t came = 0;
    RtpIncoming incoming{stream, {}, [&](const WholeUnit& unit) {
                             check(!unit.bytes.empty() && unit.first_packet <= unit.last_packet);
                             told += unit.bytes.size();
                         }};
    FecReceiver parity{stream.media_ssrc};
    auto rest = std::span{reinterpret_cast<const std::byte*>(data), size};
    auto now = timestamp(1'000'000'000);
    while (rest.size() > 4) {
        // What: kind and path, then time in ms, then two bytes of length.
        const auto kind = std::to_integer<unsigned>(rest[0]);
        const Microseconds step{1000 * std::to_integer<int>(rest[1])};
        const auto length = std::size_t{ByteReader{rest.subspan(2)}.get<std::uint16_t>()} % 2049;
        rest = rest.subspan(4);
        std::vector<std::byte> packet{rest.begin(),
                                      rest.begin() + static_cast<std::ptrdiff_t>(std::min(length, rest.size()))};
        rest = rest.subspan(packet.size());
        pass(incoming, now, now + step);
        now += step;
        const std::size_t path = kind % 5;
        // Of our stream: otherwise few would pass the door.
        if (packet.size() >= 12 && (kind & 0x80U) == 0) {
            packet[0] = (packet[0] & std::byte{0x3F}) | std::byte{0x80};
            packet[1] = (packet[1] & std::byte{0x80}) | static_cast<std::byte>(96 + (kind >> 4U) % 3);
            packet[8] = packet[9] = packet[10] = std::byte{0};
            packet[11] = static_cast<std::byte>(0x50 + (kind >> 4U) % 3);
        }
        came += packet.size();
        if (kind >> 4U == 15) incoming.know_link(step);
        if (kind >> 4U == 14)
            incoming.take_copy(static_cast<std::uint16_t>(length), path, now);
        else
            incoming.take(packet, path, now);
        const auto read = read_rtp(packet);
        if (read && read->ssrc == stream.media_ssrc) parity.saw_media(read->sequence, packet);
        if (read && read->ssrc == stream.fec_ssrc()) parity.saw_fec(*read);
        for (const auto& restored : parity.take_recovered()) check(restored.size() > 12 && restored.size() <= 2060);
        if (const auto original = from_repair(packet, stream.media_ssrc, stream.payload_type))
            check(original->size() + 2 == packet.size());
    }
    pass(incoming, now, now + Microseconds{10'000'000});
    check(incoming.due() == Timestamp::max());
    const auto counts = incoming.counts();
    check(counts.packets <= size && counts.restored <= 48 * size && incoming.loss() >= 0 && incoming.loss() <= 1);
    // Parity may make a packet of each of its bits, and a packet in a unit may be read as several.
    check(told <= 64 * (came + 1024) * 48);
    return 0;
}
