// What a picture says about itself on the wire: one SEI user-data unit per access unit.
#pragma once

#include "transport/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace transport {

/// One source frame inside the picture and where it stands on the canvas.
struct Placed {
    FrameHeader header;
    Rect pane;   ///< on the canvas, pixels: title bar and image; empty when this layout does not show it
    Rect image;  ///< inside the pane: the whole source image, scaled
    Rect code;   ///< where the source's in-picture code was copied; empty when it carries none
    bool operator==(const Placed&) const = default;
};

/// A mark that happened after its frame's stamp had left (`sent`, `published`), riding in a later stamp.
struct LateMark {
    StreamId stream = 0;
    std::uint32_t sequence = 0;
    Stage stage = Stage::sent;
    Timestamp time{};
    bool operator==(const LateMark&) const = default;
};

/// Everything a receiver is told about one picture. All times are the sender's clock until `localise`.
struct Stamp {
    StreamId stream = 0;         ///< of the picture that travels: a source stream or a viewer class
    std::uint32_t sequence = 0;  ///< of that picture
    std::uint64_t boot = 0;      ///< boot_id() of the sender
    std::string node;            ///< sender's name, at most 32 bytes
    Timestamp sender_time{};     ///< when the stamp was written
    Rect canvas;                 ///< the picture proper; rows below it belong to the in-picture codes
    Rect overlay;                ///< where the echo is blended over the X-ray; empty when it is not
    std::uint32_t annotation_revision = 0;
    std::vector<Placed> sources;  ///< at most 8
    std::vector<LateMark> late;   ///< at most 64
    bool operator==(const Stamp&) const = default;
};

/// Bytes of the SEI payload without the UUID: version, body, CRC-32. Big endian, golden-tested.
[[nodiscard]] std::vector<std::byte> to_bytes(const Stamp& stamp);
/// Nothing when the bytes are truncated, forged, of another version or out of limits.
[[nodiscard]] std::optional<Stamp> stamp_from_bytes(std::span<const std::byte> bytes);

/// Inserts the stamp as an SEI NAL before the first slice of an Annex-B access unit.
[[nodiscard]] std::vector<std::byte> insert_stamp(std::span<const std::byte> access_unit, const Stamp& stamp);
/// Finds and checks the stamp of an Annex-B access unit.
[[nodiscard]] std::optional<Stamp> find_stamp(std::span<const std::byte> access_unit);

/// Converts every time in the stamp to this machine's clock; times that cannot be converted become unknown.
/// `offset` is the sender's; bounds add up. Returns false when the clock is not known yet.
bool localise(Stamp& stamp, const ClockOffset& offset);

}  // namespace transport
