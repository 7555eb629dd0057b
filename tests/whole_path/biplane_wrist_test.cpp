// Two calibrated X-ray views of one wrist with tantalum beads: what both cameras see lies on one line of sight each,
// and the two lines meet. Autoscoper's sample data (Brown University). Skipped by name where the recordings are not
// there.
#include "augment/geometry.hpp"
#include "devices/devices.hpp"
#include "fakes/box_means.hpp"
#include "fakes/stepped_clock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

namespace {

namespace wrist {

using namespace augment;
using namespace transport;

constexpr double degree = std::numbers::pi / 180;
constexpr int side = 1760;
constexpr double focal_mm = 1000;  // any: the calibration knows pixels alone

std::string file(const std::string& name) {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return fmt::format("{}/xray/biplane_wrist/{}", folder == nullptr ? PROJECT_DIR "/../shared/data" : folder, name);
}

/// As the file has it: pixel ~ K (R x + t), seen from the source, rows down.
struct Calibration {
    Mat3 camera{}, rotation{};
    Vec3 translation;
};
Calibration calibration_of(int number) {
    std::ifstream in{file(fmt::format("xr_calib_wrist_cam0{}.txt", number))};
    std::vector<double> values;
    std::string line;
    while (std::getline(in, line)) {
        if (line.empty() || std::isalpha(static_cast<unsigned char>(line[0])) != 0) continue;
        std::ranges::replace(line, ',', ' ');
        char* at = line.data();
        for (char* end = nullptr;; at = end) {
            const double value = std::strtod(at, &end);
            if (end == at) break;
            values.push_back(value);
        }
    }
    Calibration out;
    if (values.size() < 23) return out;
    for (std::size_t i = 0; i < 9; ++i) {
        out.camera[i / 3][i % 3] = values[2 + i];
        out.rotation[i / 3][i % 3] = values[11 + i];
    }
    out.translation = {values[20], values[21], values[22]};
    return out;
}

/// The same camera in a C-arm's words: angles and detector rotation, the picture flipped, because it is seen from the
/// source. World is the file's, moved by `table`.
XrayCamera camera_of(const Calibration& given, bool flipped) {
    const auto& r = given.rotation;
    const Vec3 beam{r[2][0], r[2][1], r[2][2]}, right{-r[0][0], -r[0][1], -r[0][2]};
    CArmGeometry c_arm;
    const double secondary = std::asin(beam.z), primary = std::atan2(beam.x, -beam.y);
    c_arm.primary_angle_degrees = primary / degree;
    c_arm.secondary_angle_degrees = secondary / degree;
    const Vec3 level{std::cos(primary), std::sin(primary), 0};
    const Vec3 up{-std::sin(secondary) * std::sin(primary), std::sin(secondary) * std::cos(primary),
                  std::cos(secondary)};
    c_arm.detector_rotation_degrees = std::atan2(-dot(right, up), dot(right, level)) / degree;
    c_arm.source_detector_mm = focal_mm;
    c_arm.source_isocentre_mm = focal_mm / 2;
    const auto& k = given.camera;
    auto image = DetectorImage::centred(side, side, {focal_mm / k[0][0], focal_mm / k[1][1]}, focal_mm);
    if (flipped) image = image.flipped();
    image.centre = {k[0][2], k[1][2]};
    // The file's source is at -Rᵀ t; this one stands half a focal length behind its isocentre.
    const auto source = transposed(given.rotation) * (-1.0 * given.translation);
    return XrayCamera{c_arm, image}.on_table({identity(), XrayCamera{c_arm, image}.source() - source});
}

SharedPixels picture(int camera, int frame) {
    fakes::SteppedClock clock;
    const auto name = file(fmt::format("cam0{0}/xr_rad_uln_cam0{0}_UND.{1:04}.tif", camera, frame));
    const auto source = devices::open_source(name, Modality::xray, {}, clock);
    Frame out;
    EXPECT_EQ(source->next(out, {}), capture::Reading::ready);
    return out.pixels;
}

/// Small, round, darker than all round it.
std::vector<Vec2> beads(const Pixels& pixels) {
    const fakes::BoxMeans mean{pixels};
    const auto depth = [&](int x, int y) { return mean(x, y, 7) - mean(x, y, 1); };
    std::vector<Vec2> out;
    for (int y = 300; y < side - 20; ++y)
        for (int x = 300; x < side - 300; ++x) {
            const double here = depth(x, y);
            if (here < 42) continue;
            bool deepest = true;
            for (int dy = -5; dy <= 5 && deepest; ++dy)
                for (int dx = -5; dx <= 5 && deepest; ++dx)
                    deepest = depth(x + dx, y + dy) < here || (dx == 0 && dy == 0);
            if (!deepest) continue;
            double rim = 255, sum = 0;
            Vec2 centre{};
            for (int dy = -4; dy <= 4; ++dy)
                for (int dx = -4; dx <= 4; ++dx) {
                    const double dark = depth(x + dx, y + dy);
                    if (std::max(std::abs(dx), std::abs(dy)) == 4) rim = std::min(rim, here - dark);
                    if (dark < here * 0.5) continue;
                    sum += dark;
                    centre = centre + Vec2{dark * dx, dark * dy};
                }
            if (rim < 0.4 * here) continue;  // an edge or a line
            out.push_back({x + centre.x / sum, y + centre.y / sum});
        }
    return out;
}

/// How near the second camera's beads come to where each of the first's may be, px: through both cameras' own lines of
/// sight.
std::vector<double> misses(const XrayCamera& first, const std::vector<Vec2>& in_first, const XrayCamera& second,
                           const std::vector<Vec2>& in_second) {
    std::vector<double> out;
    for (const auto& bead : in_first) {
        double nearest = 1e9;
        for (const auto& other : in_second) {
            const auto sighting = seen_by_both(first.ray_through(bead), second.ray_through(other));
            if (!sighting) continue;
            // The point between the lines, in both pictures: each is off by half.
            const auto here = first.project(sighting->point), there = second.project(sighting->point);
            if (here && there) nearest = std::min(nearest, length(*here - bead) + length(*there - other));
        }
        out.push_back(nearest);
    }
    return out;
}

class BiplaneWrist : public testing::Test {
protected:
    void SetUp() override {
        if (!std::ifstream{file("xr_calib_wrist_cam01.txt")}) GTEST_SKIP() << "no recordings: set SCIALYTIC_DATA";
    }
};

TEST_F(BiplaneWrist, a_calibrated_camera_is_a_c_arm_whose_picture_is_seen_from_the_source) {
    for (const int number : {1, 2}) {
        const auto given = calibration_of(number);
        const auto camera = camera_of(given, true);
        for (const Vec3 point : {Vec3{0, 0, 0}, {60, -20, 35}, {-35, 80, -10}}) {
            const auto at = given.camera * (given.rotation * point + given.translation);
            const auto seen = camera.project(point);
            ASSERT_TRUE(seen.has_value());
            EXPECT_NEAR(seen->x, at.x / at.z, 0.01);
            EXPECT_NEAR(seen->y, at.y / at.z, 0.01);
        }
    }
}

TEST_F(BiplaneWrist, beads_that_both_views_show_lie_on_lines_of_sight_that_meet) {
    const auto first = camera_of(calibration_of(1), true), second = camera_of(calibration_of(2), true);
    std::vector<double> all, mirrored;
    for (const int frame : {2, 99, 158}) {
        const auto one = beads(*picture(1, frame)), two = beads(*picture(2, frame));
        for (const double miss : misses(first, one, second, two)) all.push_back(miss);
        const auto wrong_one = camera_of(calibration_of(1), false), wrong_two = camera_of(calibration_of(2), false);
        for (const double miss : misses(wrong_one, one, wrong_two, two)) mirrored.push_back(miss);
    }
    ASSERT_GE(all.size(), 9U);
    std::ranges::sort(all);
    std::ranges::sort(mirrored);
    const auto median = [](const std::vector<double>& sorted) { return sorted[sorted.size() / 2]; };
    RecordProperty("beads", static_cast<int>(all.size()));
    RecordProperty("median_px", fmt::format("{:.2f}", median(all)));
    RecordProperty("mirrored_median_px", fmt::format("{:.2f}", median(mirrored)));
    EXPECT_LT(median(all), 1.0);
    EXPECT_GT(median(mirrored), 4 * median(all));
}

}  // namespace wrist

}  // namespace
