// The stamp as an H.264 NAL unit: SEI (6), user data unregistered (5), our UUID, emulation prevention.
#include "transport/stamp.hpp"

#include <algorithm>
#include <array>

namespace transport {

namespace {

// "Scialytic stamp", random version-4 UUID: 5c1a1771-c57a-4d50-9e0f-2b7d6a94e3c1
constexpr std::array<std::uint8_t, 16> uuid{0x5C, 0x1A, 0x17, 0x71, 0xC5, 0x7A, 0x4D, 0x50,
                                            0x9E, 0x0F, 0x2B, 0x7D, 0x6A, 0x94, 0xE3, 0xC1};
constexpr std::uint8_t slice_nal = 1;
constexpr std::uint8_t idr_nal = 5;
constexpr std::uint8_t sei_nal = 6;
constexpr std::uint8_t user_data_unregistered = 5;
constexpr std::size_t longest_stamp = 16384;

struct Nal {
    std::size_t start = 0;    ///< of the start code
    std::size_t payload = 0;  ///< of the NAL header byte
    std::size_t end = 0;
    std::uint8_t type = 0;
};

/// The next NAL unit at or after `from`.
std::optional<Nal> next_nal(std::span<const std::byte> bytes, std::size_t from) {
    const auto at_start_code = [&](std::size_t i) {
        return bytes[i] == std::byte{0} && bytes[i + 1] == std::byte{0} && bytes[i + 2] == std::byte{1};
    };
    std::size_t i = from;
    while (i + 3 < bytes.size() && !at_start_code(i)) ++i;
    if (i + 3 >= bytes.size()) return std::nullopt;
    Nal nal{i, i + 3, bytes.size(), std::to_integer<std::uint8_t>(bytes[i + 3] & std::byte{0x1F})};
    if (i > from && bytes[i - 1] == std::byte{0}) --nal.start;  // four-byte start code
    // A slice is the last thing we look for: do not scan its thousands of bytes for the next start code.
    if (nal.type == slice_nal || nal.type == idr_nal) return nal;
    for (std::size_t k = nal.payload; k + 2 < bytes.size(); ++k) {
        if (!at_start_code(k)) continue;
        nal.end = bytes[k - 1] == std::byte{0} ? k - 1 : k;
        break;
    }
    return nal;
}

std::vector<std::byte> without_emulation_prevention(std::span<const std::byte> bytes) {
    std::vector<std::byte> out;
    out.reserve(bytes.size());
    int zeros = 0;
    for (const auto byte : bytes) {
        if (zeros == 2 && byte == std::byte{3}) {
            zeros = 0;
            continue;
        }
        zeros = byte == std::byte{0} ? zeros + 1 : 0;
        out.push_back(byte);
    }
    return out;
}

/// The payload of our user data inside an SEI NAL's bytes (after the header byte), if it is ours.
std::optional<RemoteStamp> stamp_in_sei(std::span<const std::byte> nal) {
    const auto bytes = without_emulation_prevention(nal.first(std::min(nal.size(), longest_stamp)));
    std::size_t at = 0;
    const auto read_ff = [&]() -> std::optional<std::size_t> {
        std::size_t value = 0;
        while (at < bytes.size()) {
            const auto byte = std::to_integer<std::size_t>(bytes[at++]);
            value += byte;
            if (byte != 0xFF) return value;
        }
        return std::nullopt;
    };
    while (at + 2 < bytes.size()) {
        const auto type = read_ff();
        const auto size = read_ff();
        if (!type || !size || *size > bytes.size() - at) return std::nullopt;
        const auto payload = std::span{bytes}.subspan(at, *size);
        const bool ours = *type == user_data_unregistered && *size > uuid.size() &&
                          std::equal(uuid.begin(), uuid.end(), payload.begin(),
                                     [](std::uint8_t a, std::byte b) { return std::byte{a} == b; });
        if (ours) return stamp_from_bytes(payload.subspan(uuid.size()));
        at += *size;
    }
    return std::nullopt;
}

void append_sei(std::vector<std::byte>& out, const Stamp& stamp) {
    const auto body = to_bytes(stamp);
    std::vector<std::byte> raw;
    raw.reserve(body.size() + 32);
    raw.push_back(std::byte{user_data_unregistered});
    std::size_t size = uuid.size() + body.size();
    for (; size >= 0xFF; size -= 0xFF) raw.push_back(std::byte{0xFF});
    raw.push_back(static_cast<std::byte>(size));
    for (const auto byte : uuid) raw.push_back(std::byte{byte});
    raw.insert(raw.end(), body.begin(), body.end());
    raw.push_back(std::byte{0x80});

    for (const int byte : {0, 0, 0, 1, int{sei_nal}}) out.push_back(static_cast<std::byte>(byte));
    int zeros = 0;
    for (const auto byte : raw) {
        if (zeros == 2 && byte <= std::byte{3}) {
            out.push_back(std::byte{3});
            zeros = 0;
        }
        zeros = byte == std::byte{0} ? zeros + 1 : 0;
        out.push_back(byte);
    }
}

std::optional<Nal> first_slice(std::span<const std::byte> access_unit) {
    for (auto nal = next_nal(access_unit, 0); nal; nal = next_nal(access_unit, nal->end))
        if (nal->type == slice_nal || nal->type == idr_nal) return nal;
    return std::nullopt;
}

}  // namespace

std::vector<std::byte> insert_stamp(std::span<const std::byte> access_unit, const Stamp& stamp) {
    const auto head = before_first_slice(access_unit);
    std::vector<std::byte> out;
    out.reserve(access_unit.size() + 1024);
    out.assign(head.begin(), head.end());
    append_sei(out, stamp);
    out.insert(out.end(), head.end(), access_unit.end());
    return out;
}

std::span<const std::byte> before_first_slice(std::span<const std::byte> access_unit) {
    const auto slice = first_slice(access_unit);
    return slice ? access_unit.first(slice->start) : access_unit;
}

std::optional<RemoteStamp> find_stamp(std::span<const std::byte> access_unit) {
    for (auto nal = next_nal(access_unit, 0); nal; nal = next_nal(access_unit, nal->end)) {
        if (nal->type == slice_nal || nal->type == idr_nal) return std::nullopt;
        if (nal->type != sei_nal) continue;
        auto stamp = stamp_in_sei(access_unit.subspan(nal->payload + 1, nal->end - nal->payload - 1));
        if (stamp) return stamp;
    }
    return std::nullopt;
}

bool is_keyframe(std::span<const std::byte> access_unit) {
    const auto slice = first_slice(access_unit);
    return slice && slice->type == idr_nal;
}

}  // namespace transport
