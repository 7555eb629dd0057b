#include "devices/nifti.hpp"
#include "devices/nifti_maker.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

namespace devices {
namespace {
namespace nifti_files {

using augment::Vec3;

constexpr int count = 24;  // 2 x 3 x 4

template <typename Value>
NiftiMaker of(std::int16_t datatype, bool big_endian = false) {
    NiftiMaker file;
    file.datatype = datatype;
    file.big_endian = big_endian;
    for (int i = 0; i < count; ++i) file.add(static_cast<Value>(i));
    return file;
}

std::string line_for(const std::vector<std::uint8_t>& bytes) {
    try {
        (void)parse_nifti(bytes);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

void expect_near(Vec3 a, Vec3 b) {
    EXPECT_LT(length(a - b), 1e-5) << a.x << ' ' << a.y << ' ' << a.z;
}

TEST(Nifti, values_of_every_type_and_both_byte_orders) {
    for (const bool big : {false, true})
        for (const auto& file :
             {of<std::uint8_t>(2, big), of<std::int16_t>(4, big), of<std::int32_t>(8, big), of<float>(16, big),
              of<double>(64, big), of<std::int8_t>(256, big), of<std::uint16_t>(512, big)}) {
            const auto volume = parse_nifti(file.bytes());
            EXPECT_EQ(volume.size, (std::array{2, 3, 4}));
            ASSERT_EQ(volume.values.size(), 24U);
            for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(volume.values[i], static_cast<float>(i));
        }
    auto negative = of<std::int16_t>(4);
    negative.put(negative.voxels, 0, std::int16_t{-1024});
    EXPECT_EQ(parse_nifti(negative.bytes()).values[0], -1024);
}

TEST(Nifti, slope_and_intercept_are_applied_and_a_slope_of_zero_is_none) {
    auto file = of<std::uint8_t>(2);
    file.slope = 2, file.inter = -1000;
    EXPECT_EQ(parse_nifti(file.bytes()).values[7], -986);
    file.slope = 0;
    EXPECT_EQ(parse_nifti(file.bytes()).values[7], 7);
}

TEST(Nifti, the_sform_comes_as_lps) {
    auto file = of<std::uint8_t>(2);
    file.srow = {0, 0, 3, 10, -2, 0, 0, 20, 0, 1.5F, 0, 30};
    const auto volume = parse_nifti(file.bytes());
    // right, anterior, head in the file; left, posterior, head here
    expect_near(volume.first, {-10, -20, 30});
    expect_near(volume.step * Vec3{1, 0, 0}, {0, 2, 0});
    expect_near(volume.step * Vec3{0, 1, 0}, {0, 0, 1.5});
    expect_near(volume.step * Vec3{0, 0, 1}, {-3, 0, 0});
    file.units = 1;  // metres
    for (auto& value : file.srow) value /= 1000;
    expect_near(parse_nifti(file.bytes()).first, volume.first);
}

TEST(Nifti, the_qform_is_a_turn_with_a_handedness) {
    auto file = of<std::uint8_t>(2);
    file.sform = 0, file.qform = 1;
    file.pixdim = {-1, 1, 2, 3, 0, 0, 0, 0};
    const auto half = static_cast<float>(std::sqrt(0.5));
    file.quaternion = {0, 0, half, 5, 6, 7};  // a quarter about the head's axis: i points forwards, j to the left
    const auto volume = parse_nifti(file.bytes());
    expect_near(volume.first, {-5, -6, 7});
    expect_near(volume.step * Vec3{1, 0, 0}, {0, -1, 0});
    expect_near(volume.step * Vec3{0, 1, 0}, {2, 0, 0});
    expect_near(volume.step * Vec3{0, 0, 1}, {0, 0, -3});
}

TEST(Nifti, a_packed_file_is_read_as_a_plain_one) {
    const auto folder = std::filesystem::temp_directory_path();
    const auto file = folder / "scialytic-nifti-test.nii.gz";
    const auto bytes = of<std::int16_t>(4).bytes();
    auto* packed = gzopen(file.c_str(), "wb");
    ASSERT_EQ(gzwrite(packed, bytes.data(), static_cast<unsigned>(bytes.size())), static_cast<int>(bytes.size()));
    gzclose(packed);
    EXPECT_EQ(read_nifti(file).values, parse_nifti(bytes).values);
    // cut off within what is packed
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 20);
    try {
        (void)read_nifti(file);
        ADD_FAILURE();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(file.string() + ": "), std::string::npos) << error.what();
    }
    std::filesystem::remove(file);
    EXPECT_THROW((void)read_nifti(file), std::runtime_error);
}

TEST(Nifti, what_is_wrong_is_named_in_one_line) {
    const auto wrong = [](const char* words, const auto& change) {
        auto file = of<float>(16);
        change(file);
        const auto line = line_for(file.bytes());
        EXPECT_NE(line.find(words), std::string::npos) << words << ": " << line;
        EXPECT_EQ(line.find('\n'), std::string::npos);
    };
    static constexpr auto nan = std::numeric_limits<float>::quiet_NaN();
    wrong("'n+1'", [](auto& file) { file.magic = {'n', '+', '2', 0}; });
    wrong("another file", [](auto& file) { file.magic = {'n', 'i', '1', 0}; });
    wrong("dim[0] is 2", [](auto& file) { file.dim[0] = 2; });
    wrong("dim[0] is -3", [](auto& file) { file.dim[0] = -3; });
    wrong("dim[2] is -5", [](auto& file) { file.dim[2] = -5; });
    wrong("dim[3] is 1", [](auto& file) { file.dim[3] = 1; });
    wrong("dim[4] is 2", [](auto& file) { file.dim[0] = 4, file.dim[4] = 2; });
    wrong("million voxels", [](auto& file) { file.dim[1] = file.dim[2] = file.dim[3] = 32767; });
    wrong("cut off: 20x3x4", [](auto& file) { file.dim[1] = 20; });
    wrong("cut off", [](auto& file) { file.voxels.pop_back(); });
    wrong("datatype 128", [](auto& file) { file.datatype = 128; });
    wrong("vox_offset is -1", [](auto& file) { file.vox_offset = -1; });
    wrong("vox_offset is 1e+30", [](auto& file) { file.vox_offset = 1e30F; });
    wrong("vox_offset is nan", [](auto& file) { file.vox_offset = nan; });
    wrong("scl_slope is nan", [](auto& file) { file.slope = nan; });
    wrong("qform_code and sform_code", [](auto& file) { file.sform = 0; });
    wrong("srow_y[3] is nan", [](auto& file) { file.srow[7] = nan; });
    wrong("0 mm apart along j", [](auto& file) { file.srow[5] = 0; });
    wrong("do not span", [](auto& file) { file.srow = {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}; });
    wrong("quaternion", [](auto& file) { file.sform = 0, file.qform = 1, file.quaternion[0] = 2; });
    wrong("kilometre", [](auto& file) { file.srow[3] = 1e9F; });
    wrong("voxel 1, 2, 3 is nan", [](auto& file) { file.put(file.voxels, 23 * sizeof(float), nan); });
    EXPECT_NE(line_for({1, 2, 3}).find("3 bytes"), std::string::npos);
    EXPECT_NE(line_for({}).find("0 bytes"), std::string::npos);
}

TEST(Nifti, the_recorded_ct_lies_where_its_readme_says) {
    const auto* data = std::getenv("SCIALYTIC_DATA");
    const auto file = std::filesystem::path{data != nullptr ? data : ""} / "xray/ct_heart_aorta/ct.nii.gz";
    if (data == nullptr || !std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
    const auto volume = read_nifti(file);
    EXPECT_EQ(volume.size, (std::array{120, 126, 164}));
    EXPECT_LT(length(volume.first - Vec3{-71.66, -255.66, 540.20}), 0.01);
    EXPECT_EQ(*std::ranges::min_element(volume.values), -1078);
    EXPECT_EQ(*std::ranges::max_element(volume.values), 3343);
}

}  // namespace nifti_files
}  // namespace
}  // namespace devices
