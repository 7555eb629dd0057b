// Is what we look at live? Judged by the display alone, from source time, sequence and content; never from
// arrival alone, and never on the word of the server. Pure: `now` is passed in.
#pragma once

#include "transport/options.hpp"
#include "transport/stamp.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace render {

/// From good to bad. FROZEN is not here: it is what this display's user wants, while this goes on being judged.
enum class State : std::uint8_t {
    live,
    late,      ///< new pictures come, but old ones
    still,     ///< new pictures come, and all show the same: the scanner is frozen, or one picture is sent again
    xray_off,  ///< the beam is reported off: the last image is held
    stale,     ///< nothing new, or nothing that can be trusted to be new
    lost,      ///< nothing new for long, or never
};
[[nodiscard]] std::string_view name(State state);

/// What is known of one modality at one instant.
struct Verdict {
    State state = State::lost;
    std::string_view why = "no picture yet";            ///< for the log: one line per change of state
    std::optional<transport::Microseconds> age;         ///< of the picture shown; nothing when its clock is unknown
    transport::Microseconds bound{0};                   ///< how far off `age` can be
    std::optional<transport::Microseconds> silent;      ///< since the last new picture; nothing before the first
    std::optional<transport::Microseconds> unchanged;   ///< since the content last changed
    std::optional<transport::Microseconds> since_beam;  ///< xray_off: age of the last image taken with the beam on
};

/// When the device formed the image: `acquired`, else `captured`.
[[nodiscard]] std::optional<transport::Timestamp> source_time(const transport::FrameHeader& header);

/// One modality. Back from STALE or LOST only after `live_again_frames` new pictures in a row; the same from LATE.
class ModalityFreshness {
public:
    explicit ModalityFreshness(const transport::FreshnessLimits& limits) : limits_{limits} {}
    /// A picture with this source frame is shown from now on. The same frame may come in many pictures.
    void saw(const transport::FrameHeader& header, transport::Timestamp now);
    [[nodiscard]] Verdict judge(transport::Timestamp now) const;

private:
    struct Seen {  // a frame, reduced to what is judged
        transport::StreamId stream = 0;
        std::uint32_t sequence = 0;
        std::optional<transport::Timestamp> time;  // nothing: unknown, or in the future
        transport::Microseconds bound{0};
    };
    [[nodiscard]] transport::Microseconds limit(int milliseconds, double periods) const;
    [[nodiscard]] bool overdue(const Seen& frame, transport::Timestamp now, transport::Microseconds limit) const;
    void count_new(const Seen& frame, bool restarted, transport::Timestamp now);

    transport::FreshnessLimits limits_;
    transport::Microseconds period_{0};
    std::optional<Seen> shown_;   // in the last picture
    std::optional<Seen> newest_;  // the last that was new
    std::optional<transport::Timestamp> newest_came_;
    std::optional<transport::Timestamp> content_changed_;
    std::optional<transport::Timestamp> beam_seen_;
    bool xray_off_ = false;
    int live_run_ = 0;     // new pictures in a row without a gap
    int on_time_run_ = 0;  // of these, in a row on time
};

/// May the echo be shown on the X-ray?
struct FusionVerdict {
    bool both = false;     ///< the picture has an echo and an X-ray
    bool trusted = false;  ///< false: the overlay has to go
    bool synced = false;   ///< skew known and within its limit for `live_again_frames` pictures
    std::string_view why = "one source only";
    std::optional<transport::Microseconds> skew;  ///< source time of the echo minus that of the X-ray, as shown
    transport::Microseconds bound{0};
    /// What places the echo, by this display's own clock.
    transport::Registration registration = transport::Registration::by_hand;
    std::optional<transport::Microseconds> unseen;  ///< since the exposure that the probe was last found in
    bool drawn_live = false;                        ///< sector, probe and targets in the X-ray may be shown
};

struct States {
    std::array<Verdict, 3> modality;  ///< by Modality
    FusionVerdict fusion;
    [[nodiscard]] const Verdict& of(transport::Modality which) const {
        return modality[static_cast<std::size_t>(which)];
    }
};

/// All modalities of one display. Not thread safe.
class Freshness {
public:
    explicit Freshness(const transport::FreshnessLimits& limits);
    /// The picture of this stamp (times already ours: see transport::localise) is shown from now on.
    void saw(const transport::Stamp& stamp, transport::Timestamp now);
    [[nodiscard]] States judge(transport::Timestamp now) const;

private:
    void judge_registration(FusionVerdict& fusion, transport::Timestamp now) const;

    transport::FreshnessLimits limits_;
    std::array<ModalityFreshness, 3> modalities_;
    FusionVerdict fusion_;
    transport::Placing placing_;
    int synced_run_ = 0;
};

}  // namespace render
