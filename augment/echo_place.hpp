// Where the echo of a picture lies in its X-ray, and whether anybody may believe it. Decided once for all views.
#pragma once

#include "augment/geometry.hpp"
#include "augment/pairing.hpp"
#include "augment/registration_step.hpp"
#include "transport/stamp.hpp"

#include <cstdint>
#include <optional>

namespace augment {

/// The probe, as far as it is known at one moment. Positions on the table.
struct KnownProbe {
    transport::Registration registration = transport::Registration::searching;
    Rigid table_from_array;  ///< of the array at multiplane 0
    Step per_second{};       ///< its motion of late, about the array's origin, axes of the table
    Matrix<6, 6> doubt{};    ///< covariance of a step about the array's origin: translation mm, rotation rad
    transport::Timestamp seen{};
    double error_mm = 0;  ///< 95 %, projected, `target_mm` in front of the array; 0 unknown
};

/// A source that claims a longer period than half a second would stretch the limits as it likes.
[[nodiscard]] transport::Microseconds trusted_period(const transport::FrameHeader& frame);

/// Of the X-ray picture that is shown, as far as the server knows; the limits are the display's when nobody set others.
enum class XrayAge : std::uint8_t {
    live,
    ageing,  ///< the beam is off, or nothing new has been seen when it should have
    gone     ///< nothing has come for so long that it is no use
};
[[nodiscard]] XrayAge age_of(const transport::FrameHeader& xray, transport::Timestamp now);

struct EchoPlace {
    transport::Placing placing;
    std::optional<KnownProbe> probe;   ///< what was decided with
    std::optional<XrayCamera> camera;  ///< of the X-ray, on the table; nothing when its geometry is no use
    std::optional<EchoPlane> plane;
    std::optional<EchoInXray> echo;  ///< nothing when it is placed by hand, or not at all
    XrayAge xray_age = XrayAge::gone;
    bool together = false;  ///< both show the same moment, and the beam is on
    bool texture = false;   ///< the echo may be blended over the X-ray
    bool outline = false;   ///< its sector's edge and markers may be drawn there
};

/// `probe`: what registration knows; nothing when nobody looks for one. A tracker's pose in the echo's own frame goes
/// before it. Without the geometry of both pictures the echo is placed by hand. `most_skew`: texture goes above it.
[[nodiscard]] EchoPlace place_of(const Paired& frames, const std::optional<KnownProbe>& probe,
                                 transport::Microseconds most_skew, transport::Timestamp now);

/// The doubt about a step of the pose as MarkerDoubt wants it: about the camera's source, in its frame.
[[nodiscard]] Matrix<6, 6> doubt_in_camera(const KnownProbe& probe, const XrayCamera& camera);

}  // namespace augment
