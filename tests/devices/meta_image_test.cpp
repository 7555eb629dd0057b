#include "devices/meta_source.hpp"

#include "devices/devices.hpp"
#include "devices/meta_maker.hpp"
#include "fakes/stepped_clock.hpp"

#include <gmock/gmock.h>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

namespace {

using devices::meta_positions;
using devices::read_meta_image;
using testing::ElementsAre;
using testing::HasSubstr;
using transport::Modality;

MetaMaker two_frames() {
    MetaMaker maker;
    maker.fields =
        "Seq_Frame0000_Timestamp = 7417.5\nSeq_Frame0000_ImageStatus = OK\n"
        "Seq_Frame0001_Timestamp = 7417.75\r\nSeq_Frame0001_ImageStatus = OK\n";
    maker.pixels.resize(24);
    std::iota(maker.pixels.begin(), maker.pixels.end(), std::uint8_t{0});
    return maker;
}

std::string pose(double x, double y, double z) {
    return "1 0 0 " + std::to_string(x) + " 0 1 0 " + std::to_string(y) + " 0 0 1 " + std::to_string(z) + " 0 0 0 1 \n";
}

std::vector<int> first_row(const transport::Pixels& picture) {
    return {picture.row(0, 0), picture.row(0, 0) + picture.width};
}

struct MetaFile : testing::Test {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("scialytic-meta-" + std::to_string(getpid()) + ".igs.mha");
    fakes::SteppedClock clock;

    ~MetaFile() override { std::filesystem::remove(path); }
    void write(const MetaMaker& maker) const {
        const auto bytes = maker.bytes();
        std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                    static_cast<std::streamsize>(bytes.size()));
    }
    auto open() { return devices::open_source(path.string(), Modality::ultrasound, {}, clock); }
};

std::string recording(const std::string& name) {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return std::string{folder ? folder : PROJECT_DIR "/../shared/data"} + "/ultrasound/tracked/" + name;
}

TEST(MetaImage, raw_and_compressed_pixels_and_times_come_back) {
    for (const bool compressed : {false, true}) {
        auto maker = two_frames();
        maker.compressed = compressed;
        const auto image = read_meta_image(maker.bytes());
        EXPECT_EQ(image.header.columns, 4);
        EXPECT_EQ(image.header.rows, 3);
        EXPECT_EQ(image.header.orientation, "MFA");
        ASSERT_EQ(image.header.frames.size(), 2U);
        EXPECT_EQ(image.header.frames[1].seconds, 7417.75);
        EXPECT_EQ(image.pixels, maker.pixels);
    }
}

TEST(MetaImage, one_picture_without_a_sequence_is_read) {
    auto maker = two_frames();
    maker.dimensions = "2";
    maker.size = "4                        3";
    maker.fields.clear();
    const auto image = read_meta_image(maker.bytes());
    EXPECT_EQ(image.header.frames.size(), 1U);
    EXPECT_FALSE(image.header.frames[0].seconds);
}

TEST(MetaImage, positions_are_those_in_the_references_frame_while_both_are_seen) {
    MetaMaker maker;
    maker.size = "0 0 3";
    maker.type = "MET_OTHER";
    for (int i = 0; i < 3; ++i) {
        const auto frame = "Seq_Frame000" + std::to_string(i) + "_";
        maker.fields += frame + "ProbeToTrackerTransform = " + pose(10, 20, 30 + i);
        // a quarter turn about z at (1, 0, 0)
        maker.fields += frame + "ReferenceToTrackerTransform = 0 -1 0 1 1 0 0 0 0 0 1 0 0 0 0 1\n";
        maker.fields += frame + "ProbeToTrackerTransformStatus = " + (i == 1 ? "INVALID\n" : "OK\n");
        maker.fields += frame + "Timestamp = " + std::to_string(5 + i) + "\n";
    }
    const auto positions = meta_positions(read_meta_image(maker.bytes()).header);
    ASSERT_EQ(positions.size(), 2U);
    EXPECT_EQ(positions[1].seconds, 7);
    EXPECT_THAT(positions[1].mm, ElementsAre(20, -9, 32));
}

TEST(MetaImage, a_status_without_a_pose_is_no_position) {
    MetaMaker maker;
    maker.size = "0 0 2";
    maker.type = "MET_OTHER";
    maker.fields =
        "Seq_Frame0000_Timestamp = 5\nSeq_Frame0000_ProbeToTrackerTransformStatus = OK\n"
        "Seq_Frame0001_Timestamp = 6\nSeq_Frame0001_ProbeToTrackerTransformStatus = OK\n"
        "Seq_Frame0001_ProbeToTrackerTransform = " +
        pose(10, 20, 30);
    const auto positions = meta_positions(read_meta_image(maker.bytes()).header);
    ASSERT_EQ(positions.size(), 1U);
    EXPECT_EQ(positions[0].seconds, 6);
}

TEST(MetaImage, wrong_files_are_refused_with_the_key_at_fault) {
    const auto refusal = [](const std::vector<std::uint8_t>& bytes) -> std::string {
        try {
            (void)read_meta_image(bytes);
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(std::string{error.what()}.find('\n'), std::string::npos);
            return error.what();
        }
        return "taken";
    };
    const auto with = [](const auto& change) {
        auto maker = two_frames();
        change(maker);
        return maker.bytes();
    };
    EXPECT_THAT(refusal({}), HasSubstr("cut off"));
    EXPECT_THAT(refusal({'n', 'o', '\n'}), HasSubstr("no MetaImage"));
    EXPECT_THAT(refusal(with([](auto& m) { m.size = "4 3"; })), HasSubstr("DimSize = '4 3'"));
    EXPECT_THAT(refusal(with([](auto& m) { m.size = "4 3 -2"; })), HasSubstr("DimSize"));
    EXPECT_THAT(refusal(with([](auto& m) { m.size = "40000 3 2"; })), HasSubstr("up to 16384"));
    EXPECT_THAT(refusal(with([](auto& m) { m.size = "16384 16384 200000"; })), HasSubstr("over 400 MB"));
    EXPECT_THAT(refusal(with([](auto& m) { m.size = "4 3 3"; })), HasSubstr("24 bytes of pixels"));
    EXPECT_THAT(refusal(with([](auto& m) { m.dimensions = "4"; })), HasSubstr("NDims = '4'"));
    EXPECT_THAT(refusal(with([](auto& m) { m.type = "MET_FLOAT"; })), HasSubstr("MET_FLOAT"));
    EXPECT_THAT(refusal(with([](auto& m) { m.data_file = "other.raw"; })), HasSubstr("other.raw"));
    EXPECT_THAT(refusal(with([](auto& m) { m.fields += "Seq_Frame0002_Timestamp = 1\n"; })), HasSubstr("2 frames"));
    EXPECT_THAT(refusal(with([](auto& m) { m.fields += "Seq_Frame0001_Timestamp = nan\n"; })), HasSubstr("Timestamp"));
    EXPECT_THAT(refusal(with([](auto& m) { m.fields += "Seq_Frame0001_PToTTransform = 1 2 3\n"; })),
                HasSubstr("16 numbers"));
    EXPECT_THAT(refusal(with([](auto& m) { m.fields += "Seq_Frame0001_PToTTransform = " + pose(1e12, 0, 0); })),
                HasSubstr("at most 1e9"));
    EXPECT_THAT(refusal(with([](auto& m) { m.fields += "CompressedData = maybe\n"; })),
                HasSubstr("CompressedData = 'maybe': wanted True or False"));
    auto packed = two_frames();
    packed.compressed = true;
    auto cut = packed.bytes();
    cut.resize(cut.size() - 6);
    EXPECT_THAT(refusal(cut), HasSubstr("cut off"));
    packed.size = "4 3 1";
    packed.fields.clear();
    EXPECT_THAT(refusal(packed.bytes()), HasSubstr("unpacks to over 12 bytes"));
}

TEST_F(MetaFile, plays_at_its_recorded_times_in_a_loop) {
    write(two_frames());
    const auto source = open();
    EXPECT_THAT(source->info().description, HasSubstr("MetaImage, 2 frames of 4x2"));
    EXPECT_TRUE(source->info().warnings.empty());
    std::vector<std::int64_t> times;
    for (int i = 0; i < 4; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), capture::Reading::ready);
        times.push_back(microseconds(*frame.header.timeline.at(transport::Stage::acquired)));
        EXPECT_THAT(first_row(*frame.pixels), ElementsAre(i % 2 * 12, i % 2 * 12 + 1, i % 2 * 12 + 2, i % 2 * 12 + 3));
    }
    EXPECT_EQ(times[1] - times[0], 250'000);
    EXPECT_EQ(times[2] - times[0], 500'000);
}

TEST_F(MetaFile, pictures_are_turned_to_the_marked_side_and_far) {
    auto maker = two_frames();
    const auto row_of = [&](const std::string& orientation) {
        maker.orientation = orientation;
        const auto picture = devices::meta_picture(read_meta_image(maker.bytes()), 0);
        return first_row(*picture);
    };
    EXPECT_THAT(row_of("MF"), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(row_of("UFD"), ElementsAre(3, 2, 1, 0));
    EXPECT_THAT(row_of("MN"), ElementsAre(8, 9, 10, 11));
    EXPECT_THAT(row_of("UN"), ElementsAre(11, 10, 9, 8));
    maker.orientation = "FM";
    write(maker);
    EXPECT_THAT(open()->info().warnings, ElementsAre(HasSubstr("orientation 'FM'")));
}

TEST_F(MetaFile, invalid_pictures_and_times_are_told) {
    auto maker = two_frames();
    maker.fields = "Seq_Frame0000_ImageStatus = INVALID\nSeq_Frame0001_ImageStatus = OK\n";
    write(maker);
    EXPECT_THAT(open()->info().warnings, ElementsAre(HasSubstr("1 of 2 pictures"), HasSubstr("25 frames/s")));
    EXPECT_THAT(
        devices::open_source(path.string(), Modality::ultrasound, {.frames_per_second = 50}, clock)->info().warnings,
        ElementsAre(HasSubstr("1 of 2 pictures")));
    maker.fields += "Seq_Frame0001_ImageStatus = INVALID\n";
    write(maker);
    EXPECT_THROW((void)open(), std::runtime_error);
}

TEST_F(MetaFile, what_cannot_be_played_is_refused_by_its_name) {
    MetaMaker poses;
    poses.size = "0 0 1";
    poses.type = "MET_OTHER";
    write(poses);
    try {
        (void)open();
        ADD_FAILURE() << "played";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string{error.what()}, "cannot play '" + path.string() + "': it holds poses and no pictures");
    }
}

TEST(MetaRecording, every_tracked_recording_is_read) {
    if (!std::filesystem::exists(recording(""))) GTEST_SKIP() << "ultrasound/tracked";
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{recording("")}) {
        if (entry.path().extension() != ".mha") continue;
        const auto image = read_meta_image(entry.path().string());
        EXPECT_EQ(image.pixels.size(), image.header.frames.size() * image.header.frame_bytes()) << entry.path();
        for (const auto& frame : image.header.frames) EXPECT_TRUE(frame.seconds) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 6);
}

TEST(MetaRecording, the_water_tank_pair_holds_201_pictures_and_801_poses) {
    const auto stem = recording("WaterTankBottomTranslation");
    if (!std::filesystem::exists(stem + "VideoBuffer.igs.mha")) GTEST_SKIP() << stem;
    EXPECT_EQ(read_meta_image(stem + "VideoBuffer.igs.mha").header.frames.size(), 201U);
    const auto positions = meta_positions(read_meta_image(stem + "TrackerBuffer-trimmed.igs.mha").header);
    ASSERT_EQ(positions.size(), 801U);
    EXPECT_EQ(positions.front().seconds, 7415.679586);
    EXPECT_NEAR(positions.front().mm[2], 93.50, 0.01);
}

}  // namespace
