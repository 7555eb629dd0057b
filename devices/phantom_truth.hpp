// The phantom: one beating, breathing heart that the ultrasound probe and the C-arm see at once. All that is in their
// pictures follows from the time on the machine's clock, so that two processes show the same instant of the same heart
// and anybody can ask where a thing was when a frame was taken.
#pragma once

#include "augment/geometry.hpp"
#include "devices/phantom_heart.hpp"
#include "transport/clock.hpp"
#include "transport/geometry.hpp"

#include <array>

namespace devices {

/// Everything comes again after so much time: five beats, one breath, one swing. 1.25 and 0.25 Hz.
inline constexpr transport::Microseconds phantom_loop{4'000'000};

struct PhantomScene {
    bool c_arm_swings = false;       ///< through the direction in which the echo's plane is edge-on, and back
    double multiplane_degrees = 90;  ///< 60 to 90 face the standing C-arm
    bool operator==(const PhantomScene&) const = default;
};

struct PhantomTruth {
    transport::CArmGeometry c_arm;
    augment::Vec3 table_mm;           ///< its reference point, W; it stands still
    augment::Rigid world_from_array;  ///< at multiplane 0, where the array's frame is the probe's
    double multiplane_degrees = 0;
    HeartMoment moment;
    std::array<augment::Vec3, phantom_landmarks> landmarks;  ///< W
    augment::Vec3 catheter_tip;                              ///< W
};

/// Depends on the time within the loop alone; the same on every machine.
[[nodiscard]] PhantomTruth phantom_truth(transport::Timestamp time, const PhantomScene& scene = {});

/// When the frame of a loop of `count` is taken: to the microsecond as LoopSource plays it.
[[nodiscard]] transport::Timestamp phantom_frame_time(int frame, int count);

/// The detector's picture is square pixels, 225 mm along its longer side.
[[nodiscard]] transport::PixelSpacing phantom_detector_spacing(int width, int height);
[[nodiscard]] augment::XrayCamera phantom_camera(const PhantomTruth& truth, int width, int height);

}  // namespace devices
