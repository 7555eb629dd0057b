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

/// What places the echo in the X-ray.
enum class Registration : std::uint8_t {
    by_hand,     ///< nothing known of the probe: laid there in two dimensions, by whoever set it
    searching,   ///< the probe has not been found yet: no overlay
    registered,  ///< it is where the X-ray shows it
    ageing,      ///< it was; no X-ray since, or not seen in it for a while
    lost,        ///< no overlay
};
[[nodiscard]] std::string_view name(Registration registration);

struct Placing {
    /// A pose ages when the probe was seen longer ago, and is lost: breathing and a hand have moved it since.
    static constexpr Microseconds ages_after{1'000'000};
    static constexpr Microseconds lost_after{30'000'000};
    Registration registration = Registration::by_hand;
    std::optional<Timestamp> seen;  ///< exposure in which the probe was last found
    double error_mm = 0;            ///< 95 % of the probe's projection at its own depth; 0 unknown
    Rect drawn;                     ///< on the canvas: sector's edge, probe, targets; empty without
    bool edge_on = false;           ///< the echo's plane lies along the beam: outline and markers only
    bool operator==(const Placing&) const = default;
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
    Placing placing;
    std::uint32_t annotation_revision = 0;
    std::vector<Placed> sources;  ///< at most 8
    std::vector<LateMark> late;   ///< at most 64
    bool operator==(const Stamp&) const = default;
};

/// A stamp as it came: its times are the sender's, so they stay shut in until `localise` converts them.
class RemoteStamp {
public:
    explicit RemoteStamp(Stamp stamp) : stamp_{std::move(stamp)} {}
    [[nodiscard]] std::uint64_t boot() const { return stamp_.boot; }
    [[nodiscard]] StreamId stream() const { return stamp_.stream; }
    [[nodiscard]] std::uint32_t sequence() const { return stamp_.sequence; }
    [[nodiscard]] const std::string& node() const { return stamp_.node; }
    /// Every time on this machine's clock, bounds added up. `sender` is ignored when sender and receiver run on
    /// the same boot. While the sender's clock is unknown its marks become unknown too.
    [[nodiscard]] Stamp localise(const ClockOffset& sender) const;

private:
    Stamp stamp_;
};

/// Bytes of the SEI payload without the UUID: version, body, CRC-32. Big endian, golden-tested.
[[nodiscard]] std::vector<std::byte> to_bytes(const Stamp& stamp);
/// Nothing when the bytes are truncated, forged, of another version or out of limits.
[[nodiscard]] std::optional<RemoteStamp> stamp_from_bytes(std::span<const std::byte> bytes);

/// Inserts the stamp as an SEI NAL before the first slice of an Annex-B access unit.
[[nodiscard]] std::vector<std::byte> insert_stamp(std::span<const std::byte> access_unit, const Stamp& stamp);
/// Finds and checks the stamp of an Annex-B access unit.
[[nodiscard]] std::optional<RemoteStamp> find_stamp(std::span<const std::byte> access_unit);
/// What comes before the first slice: parameter sets, the stamp. All of it when there is no slice.
[[nodiscard]] std::span<const std::byte> before_first_slice(std::span<const std::byte> access_unit);
/// True when the access unit holds an IDR slice.
[[nodiscard]] bool is_keyframe(std::span<const std::byte> access_unit);

}  // namespace transport
