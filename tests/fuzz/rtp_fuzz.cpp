// RTP packets from a stranger, each behind its length in two bytes: whatever they say, no crash, nothing out of
// nothing, and a unit that is accepted survives being taken apart and put together again.
#include "transport/bytes.hpp"
#include "transport/rtp/order.hpp"
#include "transport/rtp/packet.hpp"

#include <cstdlib>

namespace {

using namespace transport;
using Unit = H264Depacketizer::AccessUnit;

void check(bool holds) {
    if (!holds) std::abort();
}

std::optional<Unit> again(const Unit& unit) {
    H264Packetizer packetizer{{.mtu = 64}};
    H264Depacketizer depacketizer;
    const auto packets = packetizer.packets(unit.bytes, unit.time);
    std::optional<Unit> out;
    std::size_t begin = 0;
    for (const auto end : packets.ends) {
        const auto packet = read_rtp(std::span{packets.bytes}.subspan(begin, end - begin));
        check(packet && !out && end - begin <= 64 && packet->marker == (end == packets.bytes.size()));
        out = depacketizer.take(*packet);
        begin = end;
    }
    return out;
}

/// Long start codes and NAL units as H.264 knows them. A stranger's may hold anything, even start codes.
bool is_canonical(std::span<const std::byte> unit) {
    std::size_t zeros = 0;
    bool starts = false;
    bool empty = true;
    for (const auto byte : unit) {
        const auto value = std::to_integer<unsigned>(byte);
        if (starts && ((value & 0x1FU) == 0 || (value & 0x1FU) > 23)) return false;
        const bool code = zeros >= 2 && value == 1;
        if (code && (zeros != 3 || starts)) return false;
        if (!code && zeros >= 2 && value != 0) {
            if (value == 2 || zeros > 2) return false;
        }
        empty = empty && code;
        starts = code;
        zeros = value == 0 ? zeros + 1 : 0;
    }
    return !empty && !starts && zeros == 0;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto rest = std::span{reinterpret_cast<const std::byte*>(data), size};
    RtpOrder order{RtpPatience{Microseconds{5000}, {}, {}}};
    H264Depacketizer units;
    std::size_t came = 0;
    std::size_t passed = 0;
    std::size_t accepted = 0;
    for (Timestamp now{}; rest.size() >= 2; now += Microseconds{1000}) {
        const auto length = std::size_t{ByteReader{rest}.get<std::uint16_t>()};
        rest = rest.subspan(2);
        const auto bytes = rest.first(std::min(length, rest.size()));
        rest = rest.subspan(bytes.size());
        const auto packet = read_rtp(bytes);
        if (!packet) continue;
        ++came;
        order.take(packet->sequence, bytes, now, [&](std::span<const std::byte> next) {
            ++passed;
            const auto unit = units.take(*read_rtp(next));
            if (!unit) return;
            accepted += unit->bytes.size();
            check(!unit->bytes.empty());
            const auto same = again(*unit);
            if (is_canonical(unit->bytes)) check(same && same->bytes == unit->bytes && same->time == unit->time);
        });
    }
    check(passed <= came && accepted <= 2 * size);
    return 0;
}
