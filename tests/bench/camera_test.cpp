// The camera judge before videos that were rendered from runs whose latencies are known.
#include "bench/camera_judge.hpp"
#include "bench/camera_scene.hpp"
#include "bench/judges_agree.hpp"
#include "bench/result.hpp"
#include "fakes/shown_run.hpp"
#include "transport/options.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

constexpr std::int64_t frame_us = 32'117;
constexpr Span always{0, 1'000'000'000'000};

/// About 30 frames a second of one stream, at every phase of the camera's pictures, later and less late by turns.
std::vector<SceneFrame> frames_of(StreamId stream, std::uint32_t count, std::int64_t latency_us,
                                  std::uint32_t drop_every = 0) {
    std::vector<SceneFrame> out;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (drop_every > 0 && i % drop_every == drop_every - 1) continue;
        const std::int64_t captured = 50'000'000 + stream * 7'919 + frame_us * i;
        out.push_back({stream, i + 100, captured, captured + latency_us + (i * 2'741) % 9'000});
    }
    return out;
}

std::vector<SceneFrame> two_streams(std::uint32_t count) {
    auto out = frames_of(1, count, 41'000);
    const auto xray = frames_of(2, count, 63'000);
    out.insert(out.end(), xray.begin(), xray.end());
    return out;
}

CameraTiming timing_of(const CameraSceneSettings& settings) {
    const auto in_us = [](double ms) { return Microseconds{std::llround(ms * 1000)}; };
    return {in_us(1000 / settings.frames_per_second), in_us(settings.readout_ms), in_us(settings.exposure_ms)};
}

CameraReport judged(const CameraSceneSettings& settings, const std::vector<SceneFrame>& frames,
                    const CameraTiming& timing) {
    CameraScene scene{settings, frames};
    CameraJudge judge{timing};
    for (std::size_t i = 0; i < scene.pictures(); ++i) judge.take(*scene.picture(i), Timestamp{scene.at(i)});
    return judge.report();
}

/// Camera minus truth, µs, and whether each is within its bound.
struct Errors {
    double mean_us = 0;
    std::size_t frames = 0;
    std::size_t beyond_bound = 0;
};
Errors errors_of(const CameraReport& report, const std::vector<SceneFrame>& frames) {
    std::map<FrameKey, std::int64_t> truth;
    for (const auto& frame : frames) truth[{frame.stream, frame.sequence}] = frame.presented_us - frame.captured_us;
    Errors out;
    for (const auto& frame : report.frames) {
        const auto error = frame.latency_us() - truth.at({frame.stream, frame.sequence});
        out.mean_us += static_cast<double>(error);
        out.beyond_bound += std::abs(error) > frame.bound_us ? 1 : 0;
        ++out.frames;
    }
    out.mean_us /= static_cast<double>(std::max<std::size_t>(1, out.frames));
    return out;
}

TEST(Camera, agrees_with_the_run_that_its_video_was_rendered_from) {
    const CameraSceneSettings settings;
    const auto frames = two_streams(75);
    const auto report = judged(settings, frames, timing_of(settings));
    const auto errors = errors_of(report, frames);
    EXPECT_GT(errors.frames, 120U);
    EXPECT_EQ(errors.beyond_bound, 0U);
    EXPECT_LT(std::abs(errors.mean_us), 700) << "what is known of the camera leaves no shift";

    std::vector<SeenCode> codes;
    for (const auto& frame : frames)
        codes.push_back({frame.presented_us, frame.stream, frame.sequence, frame.captured_us});
    const auto agreement = compare_judges(
        judgement("in-picture code", codes, always, 0us),
        judgement("camera", camera_codes(report), always, Microseconds{report.streams[0].uncertainty.p99}));
    EXPECT_TRUE(agreement.agree()) << to_line(agreement);
    EXPECT_EQ(agreement.only_second, 0U);
}

TEST(Camera, the_same_with_60_pictures_a_second_and_more_noise) {
    CameraSceneSettings settings;
    settings.frames_per_second = 60;
    settings.exposure_ms = 8;
    settings.readout_ms = 14;
    settings.noise = 8;
    settings.seed = 5;
    const auto frames = frames_of(1, 90, 80'000);
    const auto report = judged(settings, frames, timing_of(settings));
    const auto errors = errors_of(report, frames);
    EXPECT_GT(errors.frames, 60U);
    EXPECT_EQ(errors.beyond_bound, 0U);
    EXPECT_LT(std::abs(errors.mean_us), 1'500);
}

TEST(Camera, a_rolling_shutter_that_is_not_taken_off_shows_as_a_shift) {
    CameraSceneSettings settings;
    settings.frames_per_second = 120;
    settings.readout_ms = 8;
    const auto frames = frames_of(1, 75, 41'000);
    auto timing = timing_of(settings);
    timing.readout = 0us;
    // The display hangs higher in the picture by about a third: it was seen 2.6 ms earlier than believed.
    EXPECT_GT(std::abs(errors_of(judged(settings, frames, timing), frames).mean_us), 1'500);
    timing.readout = 8ms;
    EXPECT_LT(std::abs(errors_of(judged(settings, frames, timing), frames).mean_us), 800);
}

TEST(Camera, what_is_not_known_of_it_widens_the_uncertainty) {
    const CameraSceneSettings settings;
    const auto frames = frames_of(1, 45, 41'000);
    const auto known = judged(settings, frames, timing_of(settings));
    const auto unknown = judged(settings, frames, {timing_of(settings).period, std::nullopt, std::nullopt});
    EXPECT_GT(unknown.streams[0].uncertainty.p50, known.streams[0].uncertainty.p50 + 2'000);
    EXPECT_EQ(errors_of(unknown, frames).beyond_bound, 0U);
}

TEST(Camera, frames_that_the_display_never_shows_are_counted) {
    const CameraSceneSettings settings;
    auto frames = frames_of(1, 75, 41'000);
    // Shown on the source's screen, but replaced on the display before anybody could see them.
    for (std::size_t i = 0; i + 1 < frames.size(); ++i)
        if (i % 10 == 9) frames[i].presented_us = frames[i + 1].presented_us;
    const auto report = judged(settings, frames, timing_of(settings));
    EXPECT_NEAR(static_cast<double>(report.streams.at(0).only_on_source), 6, 1);
}

TEST(Camera, codes_are_found_where_they_stand) {
    for (const double perspective : {0.0, 0.01, 0.02}) {
        CameraSceneSettings settings;
        settings.perspective = perspective;
        CameraScene scene{settings, two_streams(10)};
        std::map<std::pair<StreamId, bool>, double> off;  // by place: the corner that is farthest off
        for (std::size_t back = 1; back <= 4; ++back)     // one may see a code that is just changing
            for (const auto& one : find_quads(*scene.picture(scene.pictures() - back)))
                for (const bool display : {false, true}) {
                    const auto truth = display ? scene.display(one.code.stream) : scene.source(one.code.stream);
                    double worst = 0;
                    for (std::size_t i = 0; i < 4; ++i)
                        worst = std::max(worst, std::hypot(one.where.corners[i].x - truth.corners[i].x,
                                                           one.where.corners[i].y - truth.corners[i].y));
                    if (worst < 20) off[{one.code.stream, display}] = worst;
                }
        EXPECT_EQ(off.size(), 4U) << "bent by " << perspective;
        for (const auto& [place, pixels] : off) EXPECT_LT(pixels, 1.5) << "bent by " << perspective;
    }
}

/// Two streams at 30 frames a second, whose codes tell these numbers and times.
std::vector<SceneFrame> coded_frames(std::uint32_t first_sequence, std::int64_t first_captured_us, std::uint32_t count,
                                     std::int64_t source_phase_us) {
    std::vector<SceneFrame> out;
    for (const StreamId stream : {StreamId{1}, StreamId{2}})
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto captured = first_captured_us + (stream - 1) * source_phase_us + 33'333 * std::int64_t{i};
            out.push_back({stream, first_sequence + i, captured, captured + 15'000 + (i * 2'741) % 4'000});
        }
    return out;
}

CameraSceneSettings fast_camera(std::uint64_t seed) {
    CameraSceneSettings settings;
    settings.frames_per_second = 240;
    settings.readout_ms = 4;
    settings.exposure_ms = 2;
    settings.seed = seed;
    return settings;
}

/// The camera cannot tell since when the first code has stood at a place; it must tell every other.
void expect_all_but_the_first(const CameraSceneSettings& settings, const std::vector<SceneFrame>& frames) {
    const auto report = judged(settings, frames, timing_of(settings));
    const auto errors = errors_of(report, frames);
    EXPECT_GE(errors.frames * 100, frames.size() * 90);
    EXPECT_EQ(errors.beyond_bound, 0U);
    for (const auto& stream : report.streams) EXPECT_LT(stream.uncertainty.max, 10'000) << "two pictures and a bit";
}

TEST(Camera, reads_codes_that_count_from_zero) {
    for (const std::uint64_t seed : {4U, 9U})
        expect_all_but_the_first(fast_camera(seed), coded_frames(0, 700, 24, 11'000));
}

TEST(Camera, reads_codes_of_a_clock_that_has_run_for_hours) {
    for (const std::uint64_t seed : {1U, 2U})
        expect_all_but_the_first(
            fast_camera(seed),
            coded_frames(63, 6'450'468'157 + 40'000'000 * static_cast<std::int64_t>(seed), 24, 2'000));
}

TEST(Camera, reads_codes_of_the_calendars_clock) {
    expect_all_but_the_first(fast_camera(3), coded_frames(70'000, 1'764'300'000'000'000, 24, 29'000));
}

TEST(Camera, a_display_that_starts_a_second_late_is_found_too) {
    auto frames = coded_frames(500, 1'000'000'000, 45, 5'000);
    std::erase_if(frames, [](const SceneFrame& frame) { return frame.stream != 1; });
    // The source's screen has shown many by then.
    for (auto& frame : frames) frame.presented_us += 1'000'000;
    const auto settings = fast_camera(6);
    const auto report = judged(settings, frames, timing_of(settings));
    EXPECT_GT(report.frames.size(), 38U);
    EXPECT_EQ(errors_of(report, frames).beyond_bound, 0U);
}

TEST(Camera, codes_of_small_numbers_are_found_to_a_pixel_in_any_picture) {
    const auto settings = fast_camera(7);
    CameraScene scene{settings, coded_frames(0, 700, 8, 0)};
    std::size_t readable = 0;
    std::size_t found = 0;
    for (std::size_t i = 20; i < scene.pictures(); i += 5) {
        const auto picture = scene.picture(i);
        for (const StreamId stream : {StreamId{1}, StreamId{2}})
            for (const auto& truth : {scene.source(stream), scene.display(stream)})
                readable += read_quad(*picture, truth) ? 1 : 0;
        for (const auto& one : find_quads(*picture)) {
            double nearest = 1e9;
            for (const auto& truth : {scene.source(one.code.stream), scene.display(one.code.stream)}) {
                double worst = 0;
                for (std::size_t k = 0; k < 4; ++k)
                    worst = std::max(worst, std::hypot(one.where.corners[k].x - truth.corners[k].x,
                                                       one.where.corners[k].y - truth.corners[k].y));
                nearest = std::min(nearest, worst);
            }
            EXPECT_LT(nearest, 1.5);
            ++found;
        }
    }
    EXPECT_GT(readable, 20U);
    EXPECT_GE(found * 10, readable * 9);
}

TEST(Camera, says_what_it_cannot_judge) {
    CameraSceneSettings settings;
    CameraJudge nothing{timing_of(settings)};
    EXPECT_THROW((void)nothing.report(), std::runtime_error);
    // The display shows nothing for as long as the video lasts.
    auto frames = frames_of(1, 30, 41'000);
    for (auto& frame : frames) frame.presented_us += 60'000'000;
    CameraScene scene{settings, frames};
    CameraJudge judge{timing_of(settings)};
    for (std::size_t i = 0; i < 60; ++i) judge.take(*scene.picture(i), Timestamp{scene.at(i)});
    try {
        (void)judge.report();
        FAIL() << "one screen was judged";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("stream 1 was seen at 1 place"), std::string::npos) << error.what();
    }
}

TEST(Camera, a_video_file_is_judged_from_the_command_line) {
    const auto folder = std::filesystem::path{testing::TempDir()} / ("camera_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    {
        std::ofstream csv{folder / "run.csv"};
        csv << frames_header;
        for (const auto& frame : frames_of(1, 45, 41'000))
            csv << "1,ultrasound," << frame.sequence << ',' << frame.captured_us << ',' << frame.presented_us
                << ",0,,0,1,0\n";
    }
    const auto video = (folder / "run.y4m").string();
    ASSERT_EQ(run_camera_scene({(folder / "run.csv").string(), "--out", video, "--width", "640", "--height", "360",
                                "--blur", "0.4"}),
              0);
    const auto out = folder / "judged";
    ASSERT_EQ(run_camera({video, "--out", out.string(), "--readout-ms", "7", "--exposure-ms", "3"}), 0);
    const auto result = read_result(out / "result.json");
    EXPECT_EQ(result.judge, "camera");
    ASSERT_EQ(result.streams.size(), 1U);
    EXPECT_EQ(result.streams[0].name, "ultrasound");
    EXPECT_NEAR(static_cast<double>(result.streams[0].period.count()), static_cast<double>(frame_us), 2);
    EXPECT_GT(read_codes(out / "codes.csv").size(), 30U);
    EXPECT_TRUE(std::filesystem::exists(out / "camera.json"));
    std::filesystem::remove_all(folder);
}

TEST(CameraScene, refuses_what_is_no_frames_csv) {
    const auto in = [](const std::string& rows) {
        std::istringstream csv{std::string{frames_header} + rows};
        return read_scene_frames(csv, 1);
    };
    EXPECT_EQ(in("1,xray,7,1000,2000,1000,,0,1,0\n2,xray,8,0,0,0,,0,1,0\n").size(), 1U);
    EXPECT_EQ(in("1,xray,7,1000,2000,1000,,0,1,0\n")[0].stream, 2);
    for (const std::string rows : {"1,xray,7,1000\n", "1,xray,x,1000,2000\n", "1,70000,7,1000,2000\n", ""})
        EXPECT_THROW((void)in(rows), std::runtime_error) << rows;
    std::istringstream other{"a,b\n"};
    EXPECT_THROW((void)read_scene_frames(other, 1), std::runtime_error);
    EXPECT_THROW((void)run_camera({"/nowhere.mp4"}), UsageError) << "--out is missing";
    EXPECT_THROW((void)run_camera({"/nowhere.mp4", "--out", "/tmp/x"}), std::runtime_error);
}

}  // namespace
