#include "devices/phantom_truth.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace devices {

using augment::Mat3;
using augment::Rigid;
using augment::Vec3;

namespace {

namespace course {

constexpr double beats = 5;  // in a loop
constexpr double detector_mm = 225;
constexpr transport::CArmGeometry standing{50, -20, 1100, 750};
constexpr double swing_degrees = 70;  // towards the right and back, in a loop
constexpr Vec3 table{12, 130, -40};
constexpr Vec3 array{3, 45, 18};  // behind the left atrium, breathed out
/// Of the probe about its shaft, towards the patient's left, and of its tip backwards.
constexpr double turned_degrees = 15, flexed_degrees = 8;

constexpr double radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

Rigid probe(double loop, double breath) {
    // Looking forward with its tip to the feet: across is the patient's right.
    const auto anterior = augment::rows_of({-1, 0, 0}, {0, 0, -1}, {0, -1, 0});
    const double round = 2 * std::numbers::pi * loop;
    const double turn = radians(turned_degrees + 2 * std::sin(round));
    const double flex = radians(flexed_degrees + 1.5 * std::sin(2 * round + 0.7));
    const double roll = radians(1.5 * std::sin(round + 2));
    const Mat3 about_shaft =
        augment::rows_of({std::cos(turn), 0, -std::sin(turn)}, {0, 1, 0}, {std::sin(turn), 0, std::cos(turn)});
    const Mat3 about_across =
        augment::rows_of({1, 0, 0}, {0, std::cos(flex), std::sin(flex)}, {0, -std::sin(flex), std::cos(flex)});
    const Vec3 wobble{0.8 * std::sin(round + 0.4), 0.5 * std::sin(2 * round), 0};
    return {anterior * about_shaft * about_across * augment::turn_about_z(roll),
            array + wobble + 0.5 * heart_breath(breath)};
}

}  // namespace course

}  // namespace

PhantomTruth phantom_truth(transport::Timestamp time, const PhantomScene& scene) {
    const auto within = (time.time_since_epoch() % phantom_loop + phantom_loop) % phantom_loop;
    const double loop = static_cast<double>(within.count()) / static_cast<double>(phantom_loop.count());
    const double beat = loop * course::beats;
    const double there_and_back = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * loop);

    PhantomTruth truth;
    truth.moment = {beat - std::floor(beat), there_and_back};
    truth.c_arm = course::standing;
    if (scene.c_arm_swings) truth.c_arm.primary_angle_degrees -= course::swing_degrees * there_and_back;
    truth.table_mm = course::table;
    truth.world_from_array = course::probe(loop, truth.moment.breath);
    truth.multiplane_degrees = scene.multiplane_degrees;
    const PhantomHeart heart{truth.moment};
    truth.landmarks = heart.landmarks;
    truth.catheter_tip = heart.catheter.back();
    return truth;
}

transport::Timestamp phantom_frame_time(int frame, int count) {
    const double us = static_cast<double>(phantom_loop.count()) * frame / count;
    return transport::timestamp(std::llround(us));
}

transport::PixelSpacing phantom_detector_spacing(int width, int height) {
    const double mm = course::detector_mm / std::max(width, height);
    return {mm, mm};
}

augment::XrayCamera phantom_camera(const PhantomTruth& truth, int width, int height) {
    return {truth.c_arm, augment::DetectorImage::centred(width, height, phantom_detector_spacing(width, height),
                                                         truth.c_arm.source_detector_mm)};
}

}  // namespace devices
