// The lag of a device as an engineer asks for it, at the shell.
#include "bench/calibrate.hpp"

#include "bench/processes.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <unistd.h>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string tank() {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return std::string{folder ? folder : PROJECT_DIR "/../shared/data"} +
           "/ultrasound/tracked/WaterTankBottomTranslation";
}

struct Calibrate : testing::Test {
    fs::path log = fs::temp_directory_path() / ("scialytic-calibrate-" + std::to_string(getpid()) + ".log");
    std::string said;

    ~Calibrate() override { fs::remove(log); }
    int run(std::vector<std::string> words) {
        words.insert(words.begin(), {BUILD_DIR "/scialytic", "calibrate"});
        fs::remove(log);
        const int code = bench::Process::start(words, log).wait();
        std::ifstream file{log};
        said.assign(std::istreambuf_iterator<char>{file}, {});
        return code;
    }
};

TEST_F(Calibrate, a_picture_against_itself_has_no_lag_to_set) {
    ASSERT_EQ(run({"lag", "--reference", "phantom?width=256&height=256", "--of", "phantom?width=200&height=200&seed=4",
                   "--of-stream", "ultrasound"}),
              0)
        << said;
    EXPECT_THAT(said, HasSubstr("no delay to set"));
    EXPECT_THAT(said, HasSubstr("451 of 451 pictures"));
    EXPECT_THAT(said, HasSubstr("a loop of 4.0 s over and over"));
}

TEST_F(Calibrate, the_recursive_filter_of_a_fluoroscope_is_seen_as_a_lag) {
    ASSERT_EQ(run({"lag", "--reference", "phantom?lag=0&width=256&height=256", "--reference-stream", "xray", "--of",
                   "phantom?lag=0.5&width=256&height=256"}),
              0)
        << said;
    std::smatch found;
    ASSERT_TRUE(std::regex_search(said, found, std::regex{"lag ([0-9.]+) ms"})) << said;
    EXPECT_NEAR(std::stod(found[1]), 33, 8) << "lag / (1 - lag) frames of 33 ms";
    EXPECT_THAT(said, HasSubstr("a property of these recordings"));
    EXPECT_THAT(said, Not(HasSubstr("device-delay-ms"))) << "a drawn source would not heed it";
}

TEST_F(Calibrate, the_water_tank_recording_tells_how_late_its_pictures_are) {
    const auto stem = tank();
    if (!fs::exists(stem + "VideoBuffer.igs.mha")) GTEST_SKIP() << stem;
    ASSERT_EQ(run({"lag", "--reference", stem + "TrackerBuffer-trimmed.igs.mha", "--of", stem + "VideoBuffer.igs.mha",
                   "--of-by", "reflector"}),
              0)
        << said;
    EXPECT_THAT(said, HasSubstr("801 poses"));
    EXPECT_THAT(said, HasSubstr("198 of 201 pictures"));
    EXPECT_THAT(said, HasSubstr("seen from 30° beside, the lag is 2."));
    EXPECT_THAT(said, HasSubstr("lag 64."));
}

TEST_F(Calibrate, two_time_bases_without_anything_in_common_are_brought_together) {
    const auto stem = tank();
    if (!fs::exists(stem + "VideoBuffer.igs.mha")) GTEST_SKIP() << stem;
    std::ifstream file{stem + "TrackerBuffer-trimmed.igs.mha", std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::string here = "_Timestamp = 74", elsewhere = "_Timestamp = 94";  // 2000 s later
    for (auto at = text.find(here); at != std::string::npos; at = text.find(here, at))
        text.replace(at, here.size(), elsewhere);
    const auto moved = log.string() + ".igs.mha";
    std::ofstream{moved, std::ios::binary} << text;
    EXPECT_EQ(run({"lag", "--reference", moved, "--of", stem + "VideoBuffer.igs.mha", "--of-by", "reflector"}), 0)
        << said;
    fs::remove(moved);
    EXPECT_THAT(said, HasSubstr("offset -1999.93"));
}

TEST_F(Calibrate, a_probe_on_an_ellipse_is_refused) {
    std::string text = "ObjectType = Image\nNDims = 3\nDimSize = 0 0 400\nElementType = MET_OTHER\n";
    for (int i = 0; i < 400; ++i) {
        const double t = 0.05 * i, phase = 8 * t + 0.6 * std::sin(0.7 * t);
        text += fmt::format(
            "Seq_Frame{0:04}_Timestamp = {1}\nSeq_Frame{0:04}_ProbeToTrackerTransform = 1 0 0 {2} 0 1 0 {3} 0 0 1 0 0 "
            "0 0 1"
            "\nSeq_Frame{0:04}_ProbeToTrackerTransformStatus = OK\n",
            i, t, 10 * std::cos(phase), 3 * std::sin(phase));
    }
    const auto ellipse = log.string() + ".mha";
    std::ofstream{ellipse, std::ios::binary} << text << "ElementDataFile = LOCAL\n";
    EXPECT_EQ(run({"lag", "--reference", ellipse, "--of", ellipse}), 1) << said;
    fs::remove(ellipse);
    EXPECT_THAT(said, HasSubstr("its motion is no straight line: seen from 30° beside, the lag is 2"));
}

TEST_F(Calibrate, what_cannot_be_told_is_refused_in_one_line) {
    struct Refusal {
        std::vector<std::string> words;
        int code;
        std::string says;
    };
    const std::vector<Refusal> refusals{
        {{}, 2, "allowed: lag"},
        {{"lag"}, 2, "--reference SOURCE is needed"},
        {{"lag", "--reference", "phantom", "--from", "x"}, 2, "'--from' is unknown"},
        {{"lag", "--reference", "phantom", "--of", "phantom", "--seconds", "5"}, 2, "12 to 600"},
        {{"lag", "--reference", "phantom", "--of", "phantom", "--of-by", "magic"},
         2,
         "picture, centre, reflector, poses"},
        {{"lag", "--reference", "/nowhere/a.mha", "--of", "phantom"}, 1, "/nowhere/a.mha"},
        {{"lag", "--reference", "phantom", "--of", "phantom", "--of-by", "poses"}, 1, "only a MetaImage"},
        {{"lag", "--reference", "phantom", "--of", "phantom", "--range-ms", "6000"}, 2, "10 to 5000"},
        {{"lag", "--reference", "gst: videotestsrc is-live=true", "--of", "phantom", "--of-by", "poses"},
         1,
         "'phantom': only a MetaImage"},
        {{"lag", "--reference", "synthetic", "--of", "phantom?c_arm=swing"}, 1, "calibrate lag: "},
    };
    for (const auto& refusal : refusals) {
        EXPECT_EQ(run(refusal.words), refusal.code) << said;
        EXPECT_THAT(said, HasSubstr("scialytic: "));
        EXPECT_THAT(said, HasSubstr(refusal.says));
    }
}

TEST_F(Calibrate, the_help_names_every_key) {
    EXPECT_EQ(run({"--help"}), 0);
    for (const auto* key : {"--reference", "--of", "--reference-by", "--of-by", "--reference-stream", "--of-stream",
                            "--seconds", "--range-ms", "--help"})
        EXPECT_THAT(said, HasSubstr(std::string{"  "} + key));
}

TEST(CalibrateWords, a_lag_between_live_sources_becomes_a_delay_where_it_is_surely_one) {
    using enum bench::LagBetween;
    augment::Lag lag{.seconds = 0.1203, .bound_s = 0.004, .correlation = 0.98, .periods = 18, .overlap_s = 14.9};
    EXPECT_THAT(bench::lag_words(lag, live_sources), HasSubstr("lag 120.3 ms ± 4.0 ms (95 %, by chance alone; "));
    EXPECT_THAT(bench::lag_words(lag, live_sources), HasSubstr("), correlation 0.980, 18 periods"));
    EXPECT_THAT(
        bench::lag_words(lag, live_sources),
        HasSubstr("the second shows it later: --device-delay-ms 120.3 at its capture node, or so much more than "
                  "the reference's own"));
    EXPECT_THAT(bench::lag_words(lag, recordings), Not(HasSubstr("device-delay")));
    lag.seconds = -0.05;
    EXPECT_THAT(bench::lag_words(lag, live_sources),
                HasSubstr("the reference shows it later: --device-delay-ms 50.0 at its capture node, or so much more "
                          "than the second's own"));
    lag.seconds = 0.003;
    EXPECT_THAT(bench::lag_words(lag, live_sources), HasSubstr("no delay to set"));
    lag.seconds = 5000.07;
    EXPECT_THAT(bench::lag_words(lag, time_bases), HasSubstr("offset 5000.0700 s ± 4.0 ms"));
    EXPECT_THAT(bench::lag_words(lag, time_bases), Not(HasSubstr("device-delay")));
}

}  // namespace
