#include "devices/playback.hpp"

#include "devices/mask.hpp"
#include "fakes/stepped_clock.hpp"
#include "transport/pool.hpp"

#include <gtest/gtest.h>

namespace {

using capture::Reading;
using devices::Schedule;
using transport::Microseconds;
using transport::Stage;
using namespace std::chrono_literals;

devices::Loop loop_of(int frames, Schedule schedule) {
    devices::Loop loop;
    transport::PixelPool pool;
    for (int i = 0; i < frames; ++i) {
        auto picture = pool.get(transport::PixelFormat::gray8, 16, 16);
        picture->row(0, 0)[0] = static_cast<std::uint8_t>(i);
        loop.frames.push_back(picture);
    }
    loop.schedule = std::move(schedule);
    return loop;
}

struct Seen {
    int picture = -1;
    Microseconds acquired{0};  ///< since the first question
};

Seen next(capture::Source& source, fakes::SteppedClock& clock, transport::Timestamp start) {
    transport::Frame frame;
    EXPECT_EQ(source.next(frame, {}), Reading::ready);
    const auto acquired = *frame.header.timeline.at(Stage::acquired);
    EXPECT_LE(acquired, clock.now());
    return {frame.pixels->row(0, 0)[0], acquired - start};
}

TEST(Schedule, does_not_drift_at_sixty_frames_per_second) {
    const auto schedule = Schedule::even(60);
    EXPECT_EQ(schedule.at(1), 16667us);
    EXPECT_EQ(schedule.at(2), 33333us);
    EXPECT_EQ(schedule.at(60 * 3600), Microseconds{3600s});
    for (const std::uint64_t frame : {0U, 1U, 2U, 59U, 216'001U}) {
        EXPECT_EQ(schedule.newest_at(schedule.at(frame)), frame);
        EXPECT_EQ(schedule.newest_at(schedule.at(frame + 1) - 1us), frame);
    }
}

TEST(Schedule, repeats_uneven_times) {
    const auto schedule = Schedule::listed({0us, 33000us, 83000us}, 116000us);
    EXPECT_EQ(schedule.at(3), 116000us);
    EXPECT_EQ(schedule.at(5), 199000us);
    EXPECT_EQ(schedule.newest_at(82999us), 1U);
    EXPECT_EQ(schedule.newest_at(115999us), 2U);
    EXPECT_EQ(schedule.newest_at(116000us), 3U);
    EXPECT_EQ(schedule.newest_at(116000us * 10 + 33000us), 31U);
}

TEST(LoopSource, is_exact_over_the_end_of_the_loop) {
    fakes::SteppedClock clock;
    const auto start = clock.now();
    devices::LoopSource source{loop_of(3, Schedule::listed({0us, 33000us, 83000us}, 116000us)), clock};
    const std::vector<Microseconds> due{0us, 33000us, 83000us, 116000us, 149000us, 199000us, 232000us};
    for (std::size_t i = 0; i < due.size(); ++i) {
        const auto seen = next(source, clock, start);
        EXPECT_EQ(seen.picture, static_cast<int>(i % 3));
        EXPECT_EQ(seen.acquired, due[i]);
        EXPECT_EQ(clock.now() - start, due[i]);
    }
}

TEST(LoopSource, skips_to_the_newest_frame_when_its_reader_was_late) {
    fakes::SteppedClock clock;
    const auto start = clock.now();
    devices::LoopSource source{loop_of(10, Schedule::even(100)), clock};
    EXPECT_EQ(next(source, clock, start).picture, 0);
    clock.advance(55ms);
    const auto late = next(source, clock, start);
    EXPECT_EQ(late.picture, 5);
    EXPECT_EQ(late.acquired, 50ms);
    EXPECT_EQ(clock.now() - start, 55ms);
    EXPECT_EQ(next(source, clock, start).acquired, 60ms);
}

TEST(LoopSource, a_frame_late_by_less_than_a_period_is_not_lost) {
    fakes::SteppedClock clock;
    const auto start = clock.now();
    devices::LoopSource source{loop_of(10, Schedule::even(100)), clock};
    EXPECT_EQ(next(source, clock, start).picture, 0);
    clock.advance(19ms);
    EXPECT_EQ(next(source, clock, start).picture, 1);
    EXPECT_EQ(next(source, clock, start).picture, 2);
}

TEST(LoopSource, says_again_when_the_next_frame_is_more_than_a_second_away) {
    fakes::SteppedClock clock;
    const auto start = clock.now();
    devices::LoopSource source{loop_of(2, Schedule::even(0.4)), clock};
    transport::Frame frame;
    EXPECT_EQ(source.next(frame, {}), Reading::ready);
    EXPECT_EQ(source.next(frame, {}), Reading::again);
    EXPECT_EQ(source.next(frame, {}), Reading::again);
    EXPECT_EQ(source.next(frame, {}), Reading::ready);
    EXPECT_EQ(clock.now() - start, 2500ms);
}

TEST(LoopSource, says_again_when_stopped) {
    fakes::SteppedClock clock;
    devices::LoopSource source{loop_of(2, Schedule::even(30)), clock};
    std::stop_source stop;
    stop.request_stop();
    transport::Frame frame;
    EXPECT_EQ(source.next(frame, stop.get_token()), Reading::again);
}

TEST(LoopSource, holds_the_last_image_while_the_beam_is_off) {
    fakes::SteppedClock clock;
    auto loop = loop_of(10, Schedule::even(10));
    loop.beam = [](Microseconds elapsed) { return elapsed < 300ms || elapsed >= 500ms; };
    devices::LoopSource source{std::move(loop), clock};
    std::vector<std::pair<int, bool>> seen;
    for (int i = 0; i < 7; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source.next(frame, {}), Reading::ready);
        seen.emplace_back(frame.pixels->row(0, 0)[0], frame.header.beam_on);
    }
    EXPECT_EQ(seen, (std::vector<std::pair<int, bool>>{
                        {0, true}, {1, true}, {2, true}, {2, false}, {2, false}, {5, true}, {6, true}}));
}

TEST(LoopSource, anchored_loops_show_the_same_instant_whenever_they_are_opened) {
    const auto opened = [](transport::Timestamp at) {
        fakes::SteppedClock clock{at};
        auto loop = loop_of(4, Schedule::even(10));
        loop.anchor = transport::timestamp(50'000);
        loop.geometry_of.resize(4);
        for (std::size_t i = 0; i < 4; ++i)
            loop.geometry_of[i].spacing = transport::PixelSpacing{static_cast<double>(i), 1};
        devices::LoopSource source{std::move(loop), clock};
        transport::Frame frame;
        EXPECT_EQ(source.next(frame, {}), Reading::ready);
        EXPECT_EQ(frame.header.geometry.spacing->x_mm_per_pixel, frame.pixels->row(0, 0)[0]);
        return std::pair{int{frame.pixels->row(0, 0)[0]}, *frame.header.timeline.at(Stage::acquired)};
    };
    EXPECT_EQ(opened(transport::timestamp(1'000'050'000)), (std::pair{0, transport::timestamp(1'000'050'000)}));
    EXPECT_EQ(opened(transport::timestamp(1'000'249'999)), (std::pair{1, transport::timestamp(1'000'150'000)}));
    EXPECT_EQ(opened(transport::timestamp(1'000'250'000)), (std::pair{2, transport::timestamp(1'000'250'000)}));
    EXPECT_EQ(opened(transport::timestamp(1'000'449'000)), (std::pair{3, transport::timestamp(1'000'350'000)}));
}

TEST(Mask, keeps_the_regions_and_blacks_the_rest) {
    transport::PixelPool pool;
    auto picture = pool.get(transport::PixelFormat::i420, 8, 8);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < picture->plane_height(plane); ++y)
            std::fill_n(picture->row(plane, y), picture->plane_width(plane), std::uint8_t{200});
    devices::Mask{{{2, 2, 4, 4}}, {{4, 4, 100, 100}}}.apply(*picture);
    EXPECT_EQ(picture->row(0, 2)[2], 200);
    EXPECT_EQ(picture->row(0, 3)[5], 200);
    EXPECT_EQ(picture->row(0, 1)[2], 0);
    EXPECT_EQ(picture->row(0, 4)[4], 0);
    EXPECT_EQ(picture->row(1, 1)[1], 200);
    EXPECT_EQ(picture->row(1, 2)[2], 128);
    EXPECT_EQ(picture->row(2, 0)[0], 128);
}

TEST(Mask, names_the_text_that_is_no_rectangle) {
    EXPECT_EQ(devices::read_masks({"1,2,30,40", "0, 0, 5, 5"}).size(), 2U);
    for (const auto* text : {"1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,0,4", ""}) {
        try {
            (void)devices::read_masks({text});
            FAIL() << text;
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string{error.what()}.find(std::string{"'"} + text + "'"), std::string::npos);
        }
    }
}

}  // namespace
