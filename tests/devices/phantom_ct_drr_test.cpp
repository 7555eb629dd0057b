// The shadow of a CT against somebody else's: Debian's plastimatch, from the file itself.
#include "devices/phantom_ct_shadow.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include <unistd.h>

namespace devices {
namespace {
namespace ct_drr {

using augment::Vec2;

constexpr int size = 168;  // our lines go through each pixel

std::filesystem::path recorded() {
    const char* data = std::getenv("SCIALYTIC_DATA");
    return std::filesystem::path{data != nullptr ? data : ""} / "xray/ct_heart_aorta/ct.nii.gz";
}

/// As plastimatch draws it: top row first, seen from the source; ours is seen from the detector.
Texture plastimatch(const PhantomCt& ct, const augment::XrayCamera& camera, const transport::CArmGeometry& c_arm) {
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("scialytic-ct-drr-{}", getpid());
    std::filesystem::create_directories(folder);
    const auto middle = ct.file_from_world({});
    const auto& axes = camera.rotation();
    const auto in_file = [&](std::size_t row) {
        return ct.file_from_world({axes[row][0], axes[row][1], axes[row][2]}) - middle;
    };
    const auto up = in_file(1), beam = in_file(2);
    const double mm = size * phantom_detector_spacing(size, size).x_mm_per_pixel;
    const auto command = fmt::format(
        "cd {} && plastimatch drr -I {} -O view_ -t pfm -i exact --sad {} --sid {} --nrm '{} {} {}' --vup '{} {} {}' "
        "-r '{} {}' -z '{} {}' -o '{} {} {}' >drr.log 2>&1",
        folder.string(), recorded().string(), c_arm.source_isocentre_mm, c_arm.source_detector_mm, -beam.x, -beam.y,
        -beam.z, up.x, up.y, up.z, size, size, mm, mm, middle.x, middle.y, middle.z);
    EXPECT_EQ(std::system(command.c_str()), 0);
    Texture out{size, size};
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() != ".pfm") continue;
        std::ifstream in{entry.path(), std::ios::binary};
        std::string line;
        for (int i = 0; i < 3; ++i) std::getline(in, line);
        in.read(reinterpret_cast<char*>(out.values.data()),
                static_cast<std::streamsize>(out.values.size() * sizeof(float)));
        EXPECT_TRUE(in);
    }
    std::filesystem::remove_all(folder);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size / 2; ++x) std::swap(out.at(x, y), out.at(size - 1 - x, y));
    return out;
}

/// What is between 1.5 and 5 pixels wide: edges, no fog.
Texture details(const Texture& picture) {
    auto fine = picture, coarse = picture;
    fine.blur(1.5F, 1.5F);
    coarse.blur(5, 5);
    for (std::size_t i = 0; i < fine.values.size(); ++i) fine.values[i] -= coarse.values[i];
    return fine;
}

struct Agreement {
    double correlation = 0;
    Vec2 shift;  ///< of ours against theirs, pixels
};
/// In a tile: how alike, and by which shift they would be most alike (one step of Gauss and Newton, contrast free).
Agreement compare(const Texture& ours, const Texture& theirs, int left, int top, int side) {
    double aa = 0, bb = 0, ab = 0;
    for (int y = top; y < top + side; ++y)
        for (int x = left; x < left + side; ++x) {
            const auto a = static_cast<double>(ours.at(x, y)), b = static_cast<double>(theirs.at(x, y));
            aa += a * a, bb += b * b, ab += a * b;
        }
    const double contrast = ab / bb;
    double xx = 0, xy = 0, yy = 0, x_off = 0, y_off = 0;
    for (int y = top; y < top + side; ++y)
        for (int x = left; x < left + side; ++x) {
            const double dx = contrast * static_cast<double>(theirs.at(x + 1, y) - theirs.at(x - 1, y)) / 2;
            const double dy = contrast * static_cast<double>(theirs.at(x, y + 1) - theirs.at(x, y - 1)) / 2;
            const double off = contrast * static_cast<double>(theirs.at(x, y)) - static_cast<double>(ours.at(x, y));
            xx += dx * dx, xy += dx * dy, yy += dy * dy, x_off += dx * off, y_off += dy * off;
        }
    const double det = xx * yy - xy * xy;
    return {ab / std::sqrt(aa * bb), {(yy * x_off - xy * y_off) / det, (xx * y_off - xy * x_off) / det}};
}

TEST(PhantomCtDrr, the_still_shadow_of_a_ct_lies_where_plastimatch_draws_it) {
    if (std::system("command -v plastimatch >/dev/null") != 0) GTEST_SKIP() << "plastimatch is not installed";
    if (!std::filesystem::exists(recorded())) GTEST_SKIP() << "no recordings: set SCIALYTIC_DATA";
    const PhantomCt ct{read_nifti(recorded())};
    const CtShadow shadow{ct};
    double worst = 0, least_alike = 1;
    for (const auto& [primary, secondary] : {std::array{50.0, -20.0}, {0.0, 0.0}, {-20.0, -20.0}, {30.0, 25.0}}) {
        PhantomTruth truth;
        truth.c_arm = {primary, secondary, 1100, 750};
        Texture picture{size, size};
        shadow.add(picture, truth);
        const auto camera = phantom_camera(truth, size, size);
        const auto ours = details(picture), theirs = details(plastimatch(ct, camera, truth.c_arm));
        const auto whole = compare(ours, theirs, 24, 24, size - 48);
        EXPECT_GT(whole.correlation, 0.8) << primary << ' ' << secondary;
        EXPECT_LT(length(whole.shift), 0.2)
            << primary << ' ' << secondary << ": " << whole.shift.x << ' ' << whole.shift.y;
        worst = std::max(worst, length(whole.shift));
        least_alike = std::min(least_alike, whole.correlation);
    }
    RecordProperty("largest_shift_px", fmt::format("{:.3f}", worst));
    RecordProperty("least_correlation", fmt::format("{:.3f}", least_alike));
    std::printf("largest shift %.3f px of %.2f mm, least correlation %.3f\n", worst,
                phantom_detector_spacing(size, size).x_mm_per_pixel, least_alike);
}

}  // namespace ct_drr
}  // namespace
}  // namespace devices
