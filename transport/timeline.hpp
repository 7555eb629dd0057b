// The path of a frame: every stage it passes, and when.
#pragma once

#include "transport/clock.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace transport {

/// The whole product, in order. The README's table, the CSV columns and the reports use these names.
enum class Stage : std::uint8_t {
    acquired,          ///< the device formed the image (its own time, converted)
    captured,          ///< the capture node holds the pixels
    encoded,           ///< last slice left the encoder
    sent,              ///< last packet handed to the uplink
    first_packet,      ///< first packet of the frame is at the server
    received,          ///< last packet of the frame is at the server
    decoded,           ///< pixels are in the server's memory
    paired,            ///< matched with the other modality by acquisition time
    fused,             ///< registered and blended
    annotated,         ///< overlays drawn
    encoded_for_view,  ///< last slice left the view's encoder
    published,         ///< last packet handed to the downlink
    delivered_first,   ///< first packet is at the display
    delivered,         ///< last packet is at the display
    unpacked,          ///< decoded at the display
    presented,         ///< on the panel, or handed to it where the sink tells no vertical blank
};
inline constexpr std::size_t stage_count = 16;

[[nodiscard]] std::string_view name(Stage stage);

/// The marks of one source frame, all on one machine's clock. A missing mark is unknown, never zero.
class Timeline {
public:
    void mark(Stage stage, Timestamp time) { marks_[index(stage)] = time; }
    [[nodiscard]] std::optional<Timestamp> at(Stage stage) const { return marks_[index(stage)]; }
    [[nodiscard]] std::optional<Microseconds> between(Stage from, Stage to) const;
    /// Forgets the mark: a time that could not be converted is unknown.
    void clear(Stage stage) { marks_[index(stage)].reset(); }

    /// How far off the remote marks can be, added up over the machines they came through.
    Microseconds clock_bound{0};
    /// What vouches for that bound, at the worst machine among them.
    ClockBasis clock_basis = ClockBasis::same_machine;
    /// `acquired` was computed from a configured device delay, not told by the device.
    bool acquired_estimated = false;

    bool operator==(const Timeline&) const = default;

private:
    static constexpr std::size_t index(Stage stage) { return static_cast<std::size_t>(stage); }
    std::array<std::optional<Timestamp>, stage_count> marks_{};
};

}  // namespace transport
