// Real pictures of a coronary tree whose centrelines are known, through the product's own reader and projection.
// Vukicevic et al., Sci Rep 8:1711 (2018). Skipped by name where the recordings are not there.
#include "augment/geometry.hpp"
#include "devices/dicom_cine.hpp"
#include "fakes/box_means.hpp"
#include "fakes/stepped_clock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace augment;
using namespace transport;

std::string phantom_file(const std::string& name) {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return fmt::format("{}/xray/fluoro_coronary_phantom/{}", folder == nullptr ? PROJECT_DIR "/../shared/data" : folder,
                       name);
}

/// Points of the centrelines, from the file's frame to W: fitted once on three of the views.
std::vector<Vec3> centrelines() {
    const Rigid world_from_file{
        rows_of({0.01610, 0.03894, -0.99911}, {0.07751, 0.99619, 0.04008}, {0.99686, -0.07808, 0.01302}),
        {-552.72, -88.50, -81.40}};
    std::ifstream file{phantom_file("Centerlines.vtk")};
    std::string word;
    while (file >> word && word != "POINTS") continue;
    std::size_t count = 0;
    file >> count >> word;
    std::vector<Vec3> out;
    for (Vec3 point; out.size() < count && file >> point.x >> point.y >> point.z;)
        out.push_back(world_from_file(point));
    return out;
}

struct View {
    ImageGeometry geometry;
    SharedPixels picture;
};

/// A late frame: the recursive filter has settled.
View view_of(const std::string& name) {
    fakes::SteppedClock clock;
    const auto source = devices::open_dicom_cine(phantom_file(name), Modality::xray, {}, clock);
    View out;
    for (int i = 0; i < 13; ++i) {
        Frame frame;
        if (source->next(frame, {}) != capture::Reading::ready) break;
        out = {frame.header.geometry, frame.pixels};
    }
    return out;
}

/// Where vessels run: pixels that are darker than their surroundings, and the darkest across one of four directions.
std::vector<Vec2> ridges_of(const Pixels& picture) {
    const int width = picture.width, height = picture.height;
    const fakes::BoxMeans mean{picture};
    constexpr double darker = 30;
    std::vector<Vec2> out;
    for (int y = 12; y < height - 12; ++y)
        for (int x = 12; x < width - 12; ++x) {
            const double here = mean(x, y, 1);
            if (mean(x, y, 15) - here < darker) continue;
            for (const auto& [dx, dy] : {std::pair{1, 0}, {0, 1}, {1, 1}, {1, -1}}) {
                const bool darkest = here < mean(x + 2 * dx, y + 2 * dy, 1) && here < mean(x - 2 * dx, y - 2 * dy, 1) &&
                                     here + darker / 2 < mean(x + 5 * dx, y + 5 * dy, 1) &&
                                     here + darker / 2 < mean(x - 5 * dx, y - 5 * dy, 1);
                if (!darkest) continue;
                out.push_back({static_cast<double>(x), static_cast<double>(y)});
                break;
            }
        }
    return out;
}

constexpr double farthest = 20;  // px: where the picture shows no vessel, it says nothing of the projection

/// From each projected point to the nearest ridge, px, sorted.
std::vector<double> residuals(const XrayCamera& camera, const std::vector<Vec3>& points,
                              const std::vector<Vec2>& ridges) {
    std::vector<double> out;
    for (const auto& point : points) {
        const auto pixel = camera.project(point);
        if (!pixel) continue;
        double nearest = farthest;
        for (const auto& ridge : ridges) nearest = std::min(nearest, length(ridge - *pixel));
        out.push_back(nearest);
    }
    std::ranges::sort(out);
    return out;
}

struct CoronaryPhantom : testing::Test {
    void SetUp() override {
        if (!std::ifstream{phantom_file("Centerlines.vtk")}) GTEST_SKIP() << "no recordings at SCIALYTIC_DATA";
        points = centrelines();
        ASSERT_EQ(points.size(), 464U);
        for (const auto* name : {"IM1_LAO31_CAU0.dcm", "IM2_RAO27_CAU0.dcm", "IM3_RAO1_CAU23.dcm"}) {
            auto& view = views.emplace_back(view_of(name));
            ASSERT_TRUE(view.picture && view.geometry.c_arm) << name;
            ASSERT_FALSE(defect_of(*view.geometry.c_arm, view.geometry.spacing))
                << *defect_of(*view.geometry.c_arm, view.geometry.spacing);
            ridges.push_back(ridges_of(*view.picture));
        }
    }
    XrayCamera camera(std::size_t view, double primary_sign, double secondary_sign, bool mirrored) const {
        auto c_arm = *views[view].geometry.c_arm;
        c_arm.primary_angle_degrees *= primary_sign;
        c_arm.secondary_angle_degrees *= secondary_sign;
        const auto& picture = *views[view].picture;
        const auto image = DetectorImage::centred(picture.width, picture.height, *views[view].geometry.spacing,
                                                  c_arm.source_detector_mm);
        return {c_arm, mirrored ? image.flipped() : image};
    }
    std::vector<Vec3> points;
    std::vector<View> views;
    std::vector<std::vector<Vec2>> ridges;
};

TEST_F(CoronaryPhantom, centrelines_lie_on_the_vessels_that_the_pictures_show) {
    for (std::size_t view = 0; view < views.size(); ++view) {
        const auto off = residuals(camera(view, 1, 1, false), points, ridges[view]);
        RecordProperty(fmt::format("view_{}_median_px", view + 1), fmt::format("{:.2f}", off[off.size() / 2]));
        EXPECT_LE(off[off.size() / 2], 2.5) << "view " << view + 1 << " of " << ridges[view].size();
    }
}

TEST_F(CoronaryPhantom, other_signs_or_a_mirror_fit_the_pictures_much_worse) {
    const auto mean_of = [&](double primary_sign, double secondary_sign, bool mirrored) {
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t view = 0; view < views.size(); ++view)
            for (const double off :
                 residuals(camera(view, primary_sign, secondary_sign, mirrored), points, ridges[view]))
                sum += off, ++count;
        return sum / static_cast<double>(count);
    };
    const double ours = mean_of(1, 1, false);
    for (const double primary : {1.0, -1.0})
        for (const double secondary : {1.0, -1.0})
            for (const bool mirrored : {false, true}) {
                if (primary > 0 && secondary > 0 && !mirrored) continue;
                EXPECT_GT(mean_of(primary, secondary, mirrored), 1.5 * ours)
                    << primary << ' ' << secondary << ' ' << mirrored;
            }
}

}  // namespace
