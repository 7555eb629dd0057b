#include "devices/devices.hpp"
#include "devices/dicom_maker.hpp"
#include "fakes/stepped_clock.hpp"

#include <gmock/gmock.h>

namespace {

using capture::Reading;
using fakes::DicomMaker;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using transport::Modality;
using transport::PixelFormat;
using transport::Stage;

struct Player {
    fakes::SteppedClock clock;
    fakes::TemporaryFile file;
    std::unique_ptr<capture::Source> source;

    explicit Player(const DicomMaker& maker, Modality wanted = Modality::xray,
                    const devices::SourceSettings& settings = {}) {
        maker.write(file.path());
        source = devices::open_source(file.path(), wanted, settings, clock);
    }
    transport::Frame next() {
        transport::Frame frame;
        EXPECT_EQ(source->next(frame, {}), Reading::ready);
        return frame;
    }
    /// Time of each of the next frames since the first.
    std::vector<std::int64_t> times(int count) {
        std::vector<std::int64_t> times;
        const auto start = transport::microseconds(clock.now());
        for (int i = 0; i < count; ++i)
            times.push_back(transport::microseconds(*next().header.timeline.at(Stage::acquired)) - start);
        return times;
    }
};

std::string refusal(const std::string& path, Modality wanted = Modality::ultrasound) {
    fakes::SteppedClock clock;
    try {
        (void)devices::open_source(path, wanted, {}, clock);
    } catch (const std::runtime_error& error) {
        std::string line = error.what();
        EXPECT_THAT(line, AllOf(HasSubstr(path), Not(HasSubstr("\n")), Not(HasSubstr("Secret"))));
        return line;
    }
    ADD_FAILURE() << path << " was opened";
    return {};
}

int ramp(int frame, int x, int y, int) {
    return 20 * frame + 8 * x + 3 * y;
}

class GreySyntax : public testing::TestWithParam<E_TransferSyntax> {};

TEST_P(GreySyntax, comes_out_as_it_was_stored) {
    DicomMaker maker;
    maker.syntax = GetParam();
    maker.pixel = ramp;
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_WindowCenter, "128");
        data.putAndInsertString(DCM_WindowWidth, "256");
    };
    Player player{maker};
    const int tolerance = GetParam() == EXS_JPEGProcess1 ? 3 : 0;
    for (int n = 0; n < 4; ++n) {
        const auto frame = player.next();
        ASSERT_EQ(frame.pixels->format, PixelFormat::gray8);
        for (int y = 0; y < 12; ++y)
            for (int x = 0; x < 16; ++x) EXPECT_NEAR(frame.pixels->row(0, y)[x], ramp(n % 3, x, y, 0), tolerance);
    }
}
INSTANTIATE_TEST_SUITE_P(Dicom, GreySyntax,
                         testing::Values(EXS_LittleEndianImplicit, EXS_LittleEndianExplicit, EXS_BigEndianExplicit,
                                         EXS_RLELossless, EXS_JPEGProcess1, EXS_JPEGProcess14, EXS_JPEGProcess14SV1,
                                         EXS_JPEGLSLossless, EXS_DeflatedLittleEndianExplicit),
                         [](const auto& test) { return "syntax_" + std::to_string(static_cast<int>(test.param)); });

class ColourSyntax : public testing::TestWithParam<E_TransferSyntax> {};

TEST_P(ColourSyntax, red_is_red_in_full_range_bt601) {
    DicomMaker maker;
    maker.syntax = GetParam();
    maker.samples = 3;
    maker.photometric = "RGB";
    maker.pixel = [](int, int, int, int sample) { return sample == 0 ? 255 : 0; };
    Player player{maker};
    const auto frame = player.next();
    ASSERT_EQ(frame.pixels->format, PixelFormat::i420);
    EXPECT_NEAR(frame.pixels->row(0, 5)[7], 76, 2);
    EXPECT_NEAR(frame.pixels->row(1, 2)[3], 85, 2);
    EXPECT_NEAR(frame.pixels->row(2, 2)[3], 255, 2);
}
INSTANTIATE_TEST_SUITE_P(Dicom, ColourSyntax,
                         testing::Values(EXS_LittleEndianExplicit, EXS_RLELossless, EXS_JPEGProcess1,
                                         EXS_JPEGProcess14SV1, EXS_JPEGLSLossless),
                         [](const auto& test) { return "syntax_" + std::to_string(static_cast<int>(test.param)); });

TEST(DicomColour, ybr_full_passes_through) {
    DicomMaker maker;
    maker.samples = 3;
    maker.photometric = "YBR_FULL";
    maker.pixel = [](int, int, int, int sample) { return sample == 0 ? 120 : sample == 1 ? 100 : 150; };
    Player player{maker};
    const auto frame = player.next();
    EXPECT_NEAR(frame.pixels->row(0, 5)[7], 120, 1);
    EXPECT_NEAR(frame.pixels->row(1, 2)[3], 100, 1);
    EXPECT_NEAR(frame.pixels->row(2, 2)[3], 150, 1);
}

TEST(DicomColour, palette_is_looked_up) {
    DicomMaker maker;
    maker.photometric = "PALETTE COLOR";
    maker.pixel = [](int, int x, int, int) { return x < 8 ? 0 : 1; };
    maker.more = [](DcmDataset& data) {
        // 0 is black, 1 is blue
        const Uint16 dark[] = {0, 0}, blue[] = {0, 0xFFFF}, descriptor[] = {2, 0, 16};
        for (const auto& tag : {DCM_RedPaletteColorLookupTableDescriptor, DCM_GreenPaletteColorLookupTableDescriptor,
                                DCM_BluePaletteColorLookupTableDescriptor})
            data.putAndInsertUint16Array(tag, descriptor, 3);
        data.putAndInsertUint16Array(DCM_RedPaletteColorLookupTableData, dark, 2);
        data.putAndInsertUint16Array(DCM_GreenPaletteColorLookupTableData, dark, 2);
        data.putAndInsertUint16Array(DCM_BluePaletteColorLookupTableData, blue, 2);
    };
    Player player{maker};
    const auto frame = player.next();
    EXPECT_EQ(frame.pixels->row(0, 3)[2], 0);
    EXPECT_EQ(frame.pixels->row(1, 1)[1], 128);
    EXPECT_NEAR(frame.pixels->row(0, 3)[12], 29, 1);
    EXPECT_EQ(frame.pixels->row(1, 1)[6], 255);
}

TEST(DicomGrey, monochrome1_is_inverted) {
    DicomMaker maker;
    maker.photometric = "MONOCHROME1";
    maker.pixel = [](int, int x, int, int) { return x < 8 ? 0 : 255; };
    Player player{maker};
    const auto frame = player.next();
    EXPECT_EQ(frame.pixels->row(0, 3)[2], 255);
    EXPECT_EQ(frame.pixels->row(0, 3)[12], 0);
}

TEST(DicomGrey, sixteen_bits_follow_the_stored_window) {
    for (const auto syntax : {EXS_LittleEndianExplicit, EXS_RLELossless, EXS_JPEGProcess14SV1, EXS_JPEGLSLossless}) {
        DicomMaker maker;
        maker.bits = 16;
        maker.syntax = syntax;
        maker.pixel = [](int, int x, int, int) { return 4000 * x; };
        maker.more = [](DcmDataset& data) {
            data.putAndInsertString(DCM_WindowCenter, "30000");
            data.putAndInsertString(DCM_WindowWidth, "20000");
        };
        Player player{maker};
        const auto frame = player.next();
        EXPECT_EQ(frame.pixels->row(0, 3)[4], 0);     // 16000
        EXPECT_EQ(frame.pixels->row(0, 3)[11], 255);  // 44000
        EXPECT_NEAR(frame.pixels->row(0, 3)[7], 255.0 * 8000 / 20000, 1);
    }
}

TEST(DicomGrey, twelve_bits_without_a_window_take_the_range_of_the_whole_loop) {
    DicomMaker maker;
    maker.bits = 12;
    maker.pixel = [](int frame, int x, int, int) { return 1000 + 500 * frame + (x > 8 ? 500 : 0); };
    Player player{maker};
    // 1000 … 2500 over three frames; a window per frame would show them all alike
    for (const int expected : {0, 85, 170}) EXPECT_NEAR(player.next().pixels->row(0, 3)[2], expected, 1);
    player.next();
    player.next();
    EXPECT_EQ(player.next().pixels->row(0, 3)[12], 255);
}

TEST(DicomGrey, an_odd_last_column_and_row_are_cut_off) {
    DicomMaker maker;
    maker.columns = 15;
    maker.rows = 11;
    maker.pixel = ramp;
    Player player{maker};
    const auto frame = player.next();
    EXPECT_EQ(frame.header.width, 14);
    EXPECT_EQ(frame.header.height, 10);
    EXPECT_EQ(player.source->info().height, 10);
}

TEST(DicomTimes, follow_the_frame_time_vector_exactly) {
    DicomMaker maker;
    maker.frames = 4;
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_FrameTimeVector, "33.333\\33.333\\50\\33.333");
        data.putAndInsertTagKey(DCM_FrameIncrementPointer, DCM_FrameTimeVector);
    };
    EXPECT_THAT(Player{maker}.times(6), ElementsAre(0, 33333, 83333, 116666, 149999, 183332));
}

TEST(DicomTimes, a_vector_that_begins_with_zero_loops_at_its_mean) {
    DicomMaker maker;
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_FrameTimeVector, "0\\30\\50");
        data.putAndInsertTagKey(DCM_FrameIncrementPointer, DCM_FrameTimeVector);
    };
    EXPECT_THAT(Player{maker}.times(5), ElementsAre(0, 30000, 80000, 120000, 150000));
}

TEST(DicomTimes, fall_back_from_frame_time_to_cine_rate_to_display_rate_to_25) {
    DicomMaker maker;
    maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_FrameTime, "66.6667"); };
    EXPECT_THAT(Player{maker}.times(4), ElementsAre(0, 66667, 133333, 200000));
    maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_CineRate, "50"); };
    EXPECT_THAT(Player{maker}.times(4), ElementsAre(0, 20000, 40000, 60000));
    maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_RecommendedDisplayFrameRate, "10"); };
    EXPECT_THAT(Player{maker}.times(4), ElementsAre(0, 100000, 200000, 300000));
    maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_FrameTime, "nonsense"); };
    Player player{maker};
    EXPECT_THAT(player.times(3), ElementsAre(0, 40000, 80000));
    EXPECT_THAT(player.source->info().warnings, ElementsAre(HasSubstr("25 frames/s")));
}

TEST(DicomTimes, a_wished_rate_wins) {
    DicomMaker maker;
    maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_FrameTime, "40"); };
    devices::SourceSettings settings;
    settings.frames_per_second = 60;
    Player player{maker, Modality::xray, settings};
    EXPECT_THAT(player.times(5), ElementsAre(0, 16667, 33333, 50000, 66667));
    EXPECT_EQ(player.source->info().period.count(), 16667);
}

TEST(DicomGeometry, tells_the_c_arm_and_the_detectors_pixels) {
    DicomMaker maker;
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_PositionerPrimaryAngle, "31.3");
        data.putAndInsertString(DCM_PositionerSecondaryAngle, "-23.2");
        data.putAndInsertString(DCM_DistanceSourceToDetector, "860");
        data.putAndInsertString(DCM_DistanceSourceToPatient, "720");
        data.putAndInsertString(DCM_ImagerPixelSpacing, "0.4\\0.3");
    };
    Player player{maker};
    const auto geometry = player.next().header.geometry;
    EXPECT_EQ(geometry.c_arm, (transport::CArmGeometry{31.3, -23.2, 860, 720}));
    EXPECT_EQ(geometry.spacing, (transport::PixelSpacing{0.3, 0.4}));  // DICOM stores rows first
}

DicomMaker echo_with_regions() {
    DicomMaker maker;
    maker.pixel = [](int, int x, int y, int) { return x + y == 0 ? 0 : 200 + y; };
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_FrameTime, "40");
        fakes::add_region(data, 4, 2, 11, 9, 0.05);
        fakes::add_region(data, 12, 2, 15, 3, 0.01);
    };
    return maker;
}

TEST(DicomRegions, tell_millimetres_and_black_what_lies_outside) {
    Player player{echo_with_regions(), Modality::ultrasound};
    const auto frame = player.next();
    ASSERT_EQ(frame.header.geometry.regions.size(), 2U);
    EXPECT_EQ(frame.header.geometry.regions[0].bounds, (transport::Rect{4, 2, 8, 8}));
    EXPECT_NEAR(frame.header.geometry.spacing->x_mm_per_pixel, 0.5, 1e-9);
    EXPECT_EQ(frame.pixels->row(0, 1)[5], 0);
    EXPECT_EQ(frame.pixels->row(0, 2)[3], 0);
    EXPECT_GT(frame.pixels->row(0, 2)[4], 0);
    EXPECT_GT(frame.pixels->row(0, 3)[15], 0);
    EXPECT_EQ(frame.pixels->row(0, 4)[15], 0);
    EXPECT_THAT(player.source->info().warnings, IsEmpty());
}

TEST(DicomRegions, leave_the_picture_alone_when_told_so) {
    devices::SourceSettings settings;
    settings.mask_outside_regions = false;
    settings.masks = {"0,0,2,2"};
    Player player{echo_with_regions(), Modality::ultrasound, settings};
    const auto frame = player.next();
    EXPECT_EQ(frame.pixels->row(0, 1)[1], 0);
    EXPECT_GT(frame.pixels->row(0, 1)[5], 0);
}

TEST(DicomRegions, that_would_blank_the_picture_are_not_used_to_mask_it) {
    auto maker = echo_with_regions();
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_FrameTime, "40");
        fakes::add_region(data, 0, 0, 1, 1, 0.05);
    };
    Player player{maker, Modality::ultrasound};
    EXPECT_GT(player.next().pixels->row(0, 6)[6], 0);
    EXPECT_THAT(player.source->info().warnings, ElementsAre(HasSubstr("burned in")));
}

TEST(DicomRegions, incomplete_ones_are_not_trusted) {
    auto maker = echo_with_regions();
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_FrameTime, "40");
        fakes::add_region(data, 0, 0, 15, 11, 0.01);
        fakes::add_region(data, 4, 2, 11, 9, 0.05);
        fakes::add_region(data, 4, 2, 99, 9, 0.05);
        DcmItem* item = nullptr;
        data.findAndGetSequenceItem(DCM_SequenceOfUltrasoundRegions, item, 0);
        item->findAndDeleteElement(DCM_PhysicalDeltaX);
    };
    Player player{maker, Modality::ultrasound};
    const auto frame = player.next();
    EXPECT_EQ(frame.header.geometry.regions.size(), 1U);
    EXPECT_EQ(frame.pixels->row(0, 0)[5], 0);
    EXPECT_THAT(player.source->info().warnings, ElementsAre(HasSubstr("2 of 3 ultrasound regions")));
}

TEST(DicomBadInput, is_refused_in_one_line) {
    EXPECT_THAT(refusal("/nonexistent/loop.dcm"), HasSubstr("No such file"));
    EXPECT_THAT(refusal(::testing::TempDir()), HasSubstr("folder"));
    const fakes::TemporaryFile file;
    file.write("");
    EXPECT_THAT(refusal(file.path()), HasSubstr("empty"));
    file.write("this is neither a picture nor a film");
    EXPECT_THAT(refusal(file.path()), HasSubstr("neither DICOM nor a video"));
    file.write(std::string(128, '\0') + "DICM");
    refusal(file.path());
    file.write(std::string(128, '\0') + "DICM" + std::string(500, 'x'));
    refusal(file.path());
}

TEST(DicomBadInput, a_stray_delimiter_behind_the_pixels_is_read_past_with_one_warning) {
    auto maker = echo_with_regions();
    maker.syntax = EXS_RLELossless;
    const fakes::TemporaryFile file;
    maker.write(file.path());
    file.write(file.bytes() + std::string{"\xfe\xff\xdd\xe0\0\0\0\0", 8});
    fakes::SteppedClock clock;
    const auto source = devices::open_source(file.path(), Modality::ultrasound, {}, clock);
    EXPECT_THAT(source->info().warnings, ElementsAre(AllOf(HasSubstr("malformed"), HasSubstr("3 frames"))));
    transport::Frame frame;
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ(frame.header.geometry.regions.size(), 2U);
}

TEST(DicomBadInput, a_region_whose_item_does_not_end_gives_one_line) {
    auto maker = echo_with_regions();
    maker.lengths = EET_UndefinedLength;
    const std::string item_end{"\xfe\xff\x0d\xe0\0\0\0\0", 8};
    const fakes::TemporaryFile file;
    maker.write(file.path());
    const auto sound = file.bytes();
    for (const auto at : {sound.find(item_end), sound.rfind(item_end)}) {
        auto bytes = sound;
        file.write(bytes.erase(at, item_end.size()));
        EXPECT_THAT(refusal(file.path()), HasSubstr("damaged DICOM"));
    }
}

TEST(DicomBadInput, no_frames_is_told) {
    DicomMaker maker;
    maker.frames = 0;
    const fakes::TemporaryFile file;
    maker.write(file.path());
    EXPECT_THAT(refusal(file.path()), HasSubstr("without pictures"));
    maker.frames = 1;
    maker.write(file.path());
    auto bytes = file.bytes();
    bytes[bytes.find("IS\x02") + 4] = '0';  // Number of Frames
    file.write(bytes);
    EXPECT_THAT(refusal(file.path()), HasSubstr("no frames"));
}

TEST(DicomBadInput, a_loop_that_does_not_fit_into_memory_is_refused) {
    DicomMaker maker;
    maker.columns = maker.rows = 256;
    maker.frames = 1;
    maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_NumberOfFrames, "90000"); };
    const fakes::TemporaryFile file;
    maker.write(file.path());
    EXPECT_THAT(refusal(file.path()), HasSubstr("2 GB"));
}

TEST(DicomBadInput, a_truncated_file_plays_what_decodes_or_is_refused) {
    for (const auto syntax : {EXS_LittleEndianExplicit, EXS_RLELossless, EXS_JPEGProcess1, EXS_JPEGLSLossless}) {
        DicomMaker maker;
        maker.syntax = syntax;
        maker.frames = 10;
        maker.columns = maker.rows = 64;
        maker.pixel = [](int frame, int x, int y, int) { return (x * 31 + y * 17 + frame * 40 + x * y) & 255; };
        maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_FrameTime, "40"); };
        const fakes::TemporaryFile file;
        maker.write(file.path());
        const auto bytes = file.bytes();
        int played = 0;
        for (std::size_t keep = 100; keep < bytes.size(); keep += bytes.size() / 23) {
            file.write(bytes.substr(0, keep));
            fakes::SteppedClock clock;
            try {
                const auto source = devices::open_source(file.path(), Modality::xray, {}, clock);
                EXPECT_THAT(source->info().warnings, ElementsAre(HasSubstr("of 10 frames")));
                transport::Frame frame;
                EXPECT_EQ(source->next(frame, {}), Reading::ready);
                ++played;
            } catch (const std::runtime_error& error) {
                EXPECT_THAT(error.what(), AllOf(HasSubstr(file.path()), Not(HasSubstr("\n"))));
            }
        }
        RecordProperty(std::to_string(static_cast<int>(syntax)), played);
    }
}

TEST(DicomBadInput, a_damaged_frame_ends_the_loop_before_it) {
    DicomMaker maker;
    maker.syntax = EXS_JPEGProcess14SV1;
    maker.frames = 6;
    maker.columns = maker.rows = 64;
    maker.pixel = [](int frame, int x, int y, int) { return (x * 31 + y * 17 + frame * 40) & 255; };
    maker.more = [](DcmDataset& data) { data.putAndInsertString(DCM_FrameTime, "40"); };
    const fakes::TemporaryFile file;
    maker.write(file.path());
    auto bytes = file.bytes();
    std::size_t fourth = 0;
    for (int i = 0; i < 4; ++i) fourth = bytes.find("\xff\xd8\xff", fourth + 1);
    bytes.replace(fourth, 40, 40, '\x55');
    file.write(bytes);
    fakes::SteppedClock clock;
    const auto source = devices::open_source(file.path(), Modality::xray, {}, clock);
    EXPECT_THAT(source->info().warnings, ElementsAre("only 3 of 6 frames can be decoded"));
}

TEST(DicomPrivacy, nothing_of_the_patient_is_told) {
    Player player{echo_with_regions(), Modality::ultrasound};
    EXPECT_THAT(player.source->info().description, Not(HasSubstr("Secret")));
}

}  // namespace
