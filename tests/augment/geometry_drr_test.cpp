// Our projection against somebody else's: balls in a volume, projected by Debian's plastimatch.
#include "augment/geometry.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include <unistd.h>

namespace augment {
namespace {
namespace drr {

constexpr double sid = 1200, sod = 765, pitch = 0.3;
constexpr int size = 1024;
constexpr int voxels = 160;
constexpr double voxel_mm = 0.75;
constexpr double ball_mm = 3;
const std::vector<Vec3> balls{{0, 0, 0},      {40, 5, -10},  {-35, 20, 25},  {10, -40, 38},
                              {-15, 30, -42}, {30, -25, 20}, {-40, -35, -20}};

/// Share of the voxel that lies in a ball, by 27 samples.
float filled(Vec3 centre) {
    for (const auto& ball : balls) {
        if (length(centre - ball) > ball_mm + 2 * voxel_mm) continue;
        int inside = 0;
        for (int i = 0; i < 27; ++i) {
            const int x = i % 3 - 1, y = i / 3 % 3 - 1, z = i / 9 - 1;
            const Vec3 off{x / 3.0, y / 3.0, z / 3.0};
            inside += length(centre + voxel_mm * off - ball) < ball_mm ? 1 : 0;
        }
        return static_cast<float>(inside) / 27;
    }
    return 0;
}

void write_volume(const std::filesystem::path& file) {
    constexpr double first = -(voxels - 1) * voxel_mm / 2;
    std::ofstream out{file, std::ios::binary};
    out << fmt::format(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
        "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = {0} {0} {0}\nElementSpacing = {1} {1} {1}\n"
        "DimSize = {2} {2} {2}\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n",
        first, voxel_mm, voxels);
    std::vector<float> slice(static_cast<std::size_t>(voxels) * voxels);
    for (int z = 0; z < voxels; ++z) {
        for (std::size_t i = 0; i < slice.size(); ++i) {
            const auto column = i % voxels, row = i / voxels;
            const auto x = static_cast<double>(column), y = static_cast<double>(row);
            slice[i] = filled({first + x * voxel_mm, first + y * voxel_mm, first + z * voxel_mm});
        }
        out.write(reinterpret_cast<const char*>(slice.data()),
                  static_cast<std::streamsize>(slice.size() * sizeof(float)));
    }
}

/// As plastimatch writes it: top row first, seen from the source.
std::vector<float> read_picture(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::string line;
    for (int i = 0; i < 3; ++i) std::getline(in, line);
    std::vector<float> out(static_cast<std::size_t>(size) * size);
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size() * sizeof(float)));
    return in ? out : std::vector<float>{};
}

/// Centre of what is dark around a pixel, our columns.
Vec2 centre_near(const std::vector<float>& picture, Vec2 pixel) {
    constexpr int reach = 20;  // a ball is 16 pixels in radius
    double sum = 0;
    Vec2 centre;
    for (int row = static_cast<int>(pixel.y) - reach; row <= static_cast<int>(pixel.y) + reach; ++row)
        for (int column = static_cast<int>(pixel.x) - reach; column <= static_cast<int>(pixel.x) + reach; ++column) {
            const auto mirrored = static_cast<std::size_t>(size - 1 - column);
            const double value = picture.at(static_cast<std::size_t>(row) * size + mirrored);
            sum += value;
            centre = centre + Vec2{value * column, value * row};
        }
    return {centre.x / sum, centre.y / sum};
}

class Plastimatch : public testing::Test {
protected:
    void SetUp() override {
        if (std::system("command -v plastimatch >/dev/null") != 0) GTEST_SKIP() << "plastimatch is not installed";
        std::filesystem::create_directories(folder);
        write_volume(folder / "balls.mha");
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    std::vector<float> picture(const XrayCamera& camera) const {
        const auto& rows = camera.rotation();
        const auto command = fmt::format(
            "cd {} && plastimatch drr -I balls.mha -O view_ -t pfm -i exact -P none --sad {} --sid {} "
            "--nrm '{} {} {}' --vup '{} {} {}' -r '{} {}' -z '{} {}' -o '0 0 0' >drr.log 2>&1",
            folder.string(), sod, sid, -rows[2][0], -rows[2][1], -rows[2][2], rows[1][0], rows[1][1], rows[1][2], size,
            size, size * pitch, size * pitch);
        EXPECT_EQ(std::system(command.c_str()), 0);
        for (const auto& entry : std::filesystem::directory_iterator{folder})
            if (entry.path().extension() == ".pfm") return read_picture(entry.path());
        return {};
    }
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / fmt::format("scialytic-drr-{}", getpid());
};

TEST_F(Plastimatch, projects_balls_to_where_we_do) {
    std::vector<double> errors;
    for (const auto& [primary, secondary] : {std::array{0.0, 0.0}, {31.0, 12.0}, {-40.0, -33.0}, {90.0, 5.0}}) {
        const XrayCamera camera{{primary, secondary, sid, sod},
                                DetectorImage::centred(size, size, {pitch, pitch}, sid)};
        const auto seen = picture(camera);
        ASSERT_FALSE(seen.empty());
        for (const auto& ball : balls) {
            const auto expected = *camera.project(ball);
            const bool alone = std::ranges::all_of(balls, [&](const Vec3& other) {
                return other == ball || length(*camera.project(other) - expected) > 45;
            });
            if (alone) errors.push_back(length(centre_near(seen, expected) - expected));
        }
    }
    ASSERT_GT(errors.size(), 20U);
    std::ranges::sort(errors);
    RecordProperty("median_px", fmt::format("{:.3f}", errors[errors.size() / 2]));
    EXPECT_LT(errors.back(), 0.2) << "median " << errors[errors.size() / 2] << " px of " << errors.size();
    EXPECT_LT(errors[errors.size() / 2], 0.05);
}

}  // namespace drr
}  // namespace
}  // namespace augment
