#include "render/freshness.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace render {
namespace {

using namespace std::chrono_literals;
using transport::FrameHeader;
using transport::FreshnessLimits;
using transport::Microseconds;
using transport::Modality;
using transport::Stage;
using transport::Timestamp;

constexpr Timestamp start = transport::timestamp(1'000'000'000);

// A source that sends one frame a period, each shown `latency` after it was taken.
struct Stream {
    ModalityFreshness freshness{FreshnessLimits{}};
    Microseconds period;
    Microseconds latency = 20ms;
    FrameHeader header;
    Timestamp taken = start;

    explicit Stream(double per_second, Modality modality = Modality::ultrasound)
        : period{std::llround(1e6 / per_second)} {
        header.modality = modality;
        header.period = period;
    }
    Timestamp show() { return show(taken + latency); }
    Timestamp show(Timestamp now) {
        header.timeline.mark(Stage::captured, taken);
        header.content_changed = taken;
        freshness.saw(header, now);
        return now;
    }
    Timestamp next() {
        taken += period;
        ++header.sequence;
        return show();
    }
    Timestamp run(int frames) {
        Timestamp now = show();
        for (int i = 1; i < frames; ++i) now = next();
        return now;
    }
    [[nodiscard]] State at(Timestamp now) const { return freshness.judge(now).state; }
};

TEST(Freshness, before_the_first_picture_there_is_no_signal) {
    const ModalityFreshness nothing{FreshnessLimits{}};
    const auto verdict = nothing.judge(start);
    EXPECT_EQ(verdict.state, State::lost);
    EXPECT_FALSE(verdict.age);
    EXPECT_FALSE(verdict.silent);
}

TEST(Freshness, the_age_is_now_minus_the_source_time_of_the_picture_shown) {
    Stream stream{30};
    const auto now = stream.run(5);
    EXPECT_EQ(stream.freshness.judge(now + 7ms).age, Microseconds{27ms});
}

TEST(Freshness, acquired_counts_before_captured) {
    Stream stream{30};
    stream.header.timeline.mark(Stage::acquired, start - 30ms);
    stream.show();
    EXPECT_EQ(stream.freshness.judge(start + 20ms).age, Microseconds{50ms});
}

class Rates : public testing::TestWithParam<double> {
protected:
    [[nodiscard]] Microseconds limit(Microseconds fixed, double periods) const {
        return std::max(fixed, Microseconds{std::llround(std::round(1e6 / GetParam()) * periods)});
    }
};

TEST_P(Rates, a_stream_is_live_from_its_third_frame_and_stays_so_between_frames) {
    Stream stream{GetParam()};
    EXPECT_EQ(stream.at(stream.show()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    for (int i = 0; i < 200; ++i) {
        const auto now = stream.next();
        ASSERT_EQ(stream.at(now), State::live) << "frame " << i;
        ASSERT_EQ(stream.at(now + stream.period - 1us), State::live) << "just before frame " << i + 1;
    }
}

TEST_P(Rates, silence_is_stale_after_200_ms_or_3_periods_and_not_a_microsecond_earlier) {
    Stream stream{GetParam()};
    const auto last = stream.run(10);
    const auto stale = limit(200ms, 3);
    EXPECT_LT(stream.at(last + stale), State::stale);
    EXPECT_EQ(stream.at(last + stale + 1us), State::stale);
}

TEST_P(Rates, silence_is_lost_after_1_s_or_5_periods) {
    Stream stream{GetParam()};
    const auto last = stream.run(10);
    const auto lost = limit(1s, 5);
    EXPECT_EQ(stream.at(last + lost), State::stale);
    EXPECT_EQ(stream.at(last + lost + 1us), State::lost);
    EXPECT_EQ(stream.at(last + 1h), State::lost);
}

TEST_P(Rates, silence_is_never_live_beyond_100_ms_or_2_periods_of_age) {
    Stream stream{GetParam()};
    stream.run(10);
    const auto late = limit(100ms, 2);
    EXPECT_EQ(stream.at(stream.taken + late), State::live);
    EXPECT_EQ(stream.at(stream.taken + late + 1us), State::late);
}

TEST_P(Rates, pictures_that_come_over_100_ms_old_are_late_and_steadily_so) {
    Stream stream{GetParam()};
    stream.latency = 100ms + 1us;
    stream.run(10);
    for (int i = 0; i < 20; ++i) {
        const auto now = stream.next();
        ASSERT_EQ(stream.at(now), State::late);
        ASSERT_EQ(stream.at(now + stream.period - 1us), State::late);
    }
}

TEST_P(Rates, after_stale_it_takes_three_new_frames_to_be_live) {
    Stream stream{GetParam()};
    stream.run(10);
    stream.taken += limit(200ms, 3);  // and one period: the gap
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

TEST_P(Rates, after_lost_the_first_frame_is_stale_and_the_third_live) {
    Stream stream{GetParam()};
    stream.run(10);
    stream.taken += 10s;
    EXPECT_EQ(stream.at(stream.taken), State::lost);
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

TEST_P(Rates, another_gap_while_coming_back_starts_the_count_again) {
    Stream stream{GetParam()};
    stream.run(10);
    for (int i = 0; i < 5; ++i) {
        stream.taken += limit(200ms, 3);
        EXPECT_EQ(stream.at(stream.next()), State::stale);
        EXPECT_EQ(stream.at(stream.next()), State::stale);
    }
}

TEST_P(Rates, the_same_frame_in_new_pictures_is_not_new) {
    Stream stream{GetParam()};
    auto now = stream.run(10);
    const auto stale = limit(200ms, 3);
    const auto last = now;
    for (; now <= last + stale + 1us; now += 5ms) stream.show(now);
    EXPECT_EQ(stream.at(last + stale + 1us), State::stale);
}

TEST_P(Rates, a_replay_that_advances_the_sequence_but_not_the_clock_is_not_live) {
    Stream stream{GetParam()};
    auto now = stream.run(30);
    const auto replayed = stream.taken - 20 * stream.period;
    const auto end = now + limit(200ms, 3);
    stream.taken = replayed;
    for (int i = 0; now <= end; ++i) {  // twenty old pictures, over and over
        stream.taken = replayed + (i % 20) * stream.period;
        ++stream.header.sequence;
        now = stream.show(now + stream.period);
    }
    EXPECT_EQ(stream.at(now), State::stale);
    for (int i = 0; i < 100; ++i) {
        stream.taken = replayed + (i % 20) * stream.period;
        ++stream.header.sequence;
        now = stream.show(now + stream.period);
        ASSERT_GE(stream.at(now), State::stale);
    }
    EXPECT_EQ(stream.at(now), State::lost);
    EXPECT_GT(stream.freshness.judge(now).age, limit(1s, 5));
}

TEST_P(Rates, a_clock_that_goes_on_without_the_sequence_is_not_live) {
    Stream stream{GetParam()};
    auto now = stream.run(10);
    const auto end = now + limit(200ms, 3);
    while (now <= end) {
        stream.taken += stream.period;
        now = stream.show();
    }
    EXPECT_EQ(stream.at(now), State::stale);
}

TEST_P(Rates, a_restarted_node_counts_from_zero_and_is_live_after_three_frames) {
    Stream stream{GetParam()};
    stream.run(1000);
    stream.taken += 3s;
    stream.header.sequence = 0;
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::live);
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

TEST_P(Rates, content_that_does_not_change_for_a_second_is_still_though_frames_come) {
    Stream stream{GetParam()};
    auto now = stream.run(10);
    const auto changed = stream.taken;
    const auto repeat = [&] {
        stream.taken += stream.period;
        ++stream.header.sequence;
        stream.header.timeline.mark(Stage::captured, stream.taken);
        stream.header.content_changed = changed;
        now = stream.taken + stream.latency;
        stream.freshness.saw(stream.header, now);
    };
    while (now + stream.period < changed + 1s) repeat();
    EXPECT_EQ(stream.at(changed + 1s), State::live);
    EXPECT_EQ(stream.at(changed + 1s + 1us), State::still);
    for (int i = 0; i < 50; ++i) {
        repeat();
        ASSERT_EQ(stream.at(now + 1ms), now + 1ms > changed + 1s ? State::still : State::live);
    }
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

INSTANTIATE_TEST_SUITE_P(PerSecond, Rates, testing::Values(7.5, 25.0, 30.0, 60.0), [](const auto& rate) {
    return "at_" + std::to_string(static_cast<int>(rate.param)) + (rate.param < 8 ? "_and_a_half" : "");
});

TEST(Freshness, one_late_frame_shows_as_late_until_three_came_in_time) {
    Stream stream{60};
    stream.run(20);
    stream.latency = 120ms;
    const auto now = stream.next();
    EXPECT_EQ(stream.at(now), State::late);
    stream.taken += 100ms;
    stream.latency = 20ms;
    EXPECT_EQ(stream.at(stream.next()), State::late);
    EXPECT_EQ(stream.at(stream.next()), State::late);
    stream.next();
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

TEST(Freshness, pictures_a_second_old_are_stale_however_steadily_they_come) {
    Stream stream{30};
    stream.latency = 1s + 1us;
    EXPECT_EQ(stream.at(stream.run(100)), State::stale);
}

TEST(Freshness, doubt_about_the_clock_counts_against_the_picture) {
    Stream stream{30};
    stream.header.timeline.clock_bound = 30ms;
    stream.run(10);
    EXPECT_EQ(stream.at(stream.taken + 70ms), State::live);
    EXPECT_EQ(stream.at(stream.taken + 70ms + 1us), State::late);
}

TEST(Freshness, without_a_source_time_nothing_is_live) {
    Stream stream{30};
    stream.run(10);
    auto now = stream.taken + 20ms;
    stream.header.timeline = {};
    for (int i = 0; i < 50; ++i) {
        ++stream.header.sequence;
        now += stream.period;
        stream.freshness.saw(stream.header, now);
        ASSERT_EQ(stream.at(now), State::stale);
        ASSERT_FALSE(stream.freshness.judge(now).age);
    }
}

TEST(Freshness, a_source_time_in_the_future_is_no_source_time_and_leaves_no_trace) {
    Stream stream{30};
    stream.run(10);
    const auto taken = stream.taken;
    stream.taken += 1h;
    ++stream.header.sequence;
    EXPECT_EQ(stream.at(stream.show(taken + 50ms)), State::stale);
    stream.taken = taken + 60ms;
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

TEST(Freshness, a_source_cannot_stretch_the_limits_with_a_nonsense_period) {
    Stream stream{30};
    stream.header.period = 1h;
    const auto last = stream.run(10);
    EXPECT_EQ(stream.at(last + 2500ms + 1us), State::lost);
}

TEST(Freshness, an_unknown_period_is_measured) {
    Stream stream{7.5};
    stream.header.period = 0us;
    const auto last = stream.run(10);
    EXPECT_LT(stream.at(last + 399ms), State::stale);
    EXPECT_EQ(stream.at(last + 401ms), State::stale);
}

TEST(Freshness, the_sequence_may_wrap) {
    Stream stream{30};
    stream.header.sequence = 0xFFFF'FFFA;
    stream.run(5);
    for (int i = 0; i < 20; ++i) ASSERT_EQ(stream.at(stream.next()), State::live);
}

TEST(Freshness, beam_off_is_said_with_the_age_of_the_last_image_and_stale_wins_over_it) {
    Stream stream{15, Modality::xray};
    stream.run(10);
    const auto last_image = stream.taken;
    stream.header.beam_on = false;
    Timestamp now{};
    for (int i = 0; i < 60; ++i) now = stream.next();
    EXPECT_EQ(stream.at(now), State::xray_off);
    EXPECT_EQ(stream.freshness.judge(now).since_beam, now - last_image);
    EXPECT_EQ(stream.at(now + 201ms), State::stale);
    EXPECT_EQ(stream.at(now + 1001ms), State::lost);
    stream.header.beam_on = true;
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

TEST(Freshness, only_an_xray_has_a_beam) {
    Stream stream{30, Modality::ultrasound};
    stream.header.beam_on = false;
    EXPECT_EQ(stream.at(stream.run(10)), State::live);
}

// An echo and an X-ray in one picture, the X-ray `skew` before the echo.
struct Pair {
    Freshness freshness{FreshnessLimits{}};
    transport::Stamp stamp;
    Timestamp taken = start;
    Microseconds period = 33333us;

    Pair() {
        stamp.sources.resize(2);
        stamp.sources[0].header.modality = Modality::ultrasound;
        stamp.sources[1].header.modality = Modality::xray;
        for (auto& source : stamp.sources) source.header.period = period;
    }
    Timestamp next(Microseconds skew, bool echo = true, bool xray = true) {
        taken += period;
        if (echo) advance(stamp.sources[0].header, taken);
        if (xray) advance(stamp.sources[1].header, taken - skew);
        freshness.saw(stamp, taken + 5ms);
        return taken + 5ms;
    }
    static void advance(FrameHeader& header, Timestamp time) {
        ++header.sequence;
        header.timeline.mark(Stage::captured, time);
    }
};

TEST(Fusion, is_trusted_when_both_live_within_the_skew) {
    Pair pair;
    pair.next(8ms), pair.next(8ms);
    const auto states = pair.freshness.judge(pair.next(8ms));
    EXPECT_TRUE(states.fusion.trusted);
    EXPECT_EQ(states.fusion.skew, Microseconds{8ms});
}

TEST(Fusion, is_unsynced_at_once_beyond_the_skew_and_back_after_three_pictures) {
    Pair pair;
    for (int i = 0; i < 5; ++i) pair.next(90ms);
    EXPECT_TRUE(pair.freshness.judge(pair.taken + 5ms).fusion.synced);
    EXPECT_FALSE(pair.freshness.judge(pair.next(100ms + 1us)).fusion.synced);
    EXPECT_FALSE(pair.freshness.judge(pair.next(50ms)).fusion.trusted);
    EXPECT_FALSE(pair.freshness.judge(pair.next(50ms)).fusion.trusted);
    EXPECT_TRUE(pair.freshness.judge(pair.next(50ms)).fusion.trusted);
}

TEST(Fusion, is_unsynced_when_a_clock_is_unknown) {
    Pair pair;
    for (int i = 0; i < 5; ++i) pair.next(0ms);
    pair.stamp.sources[1].header.timeline.clear(Stage::captured);
    const auto states = pair.freshness.judge(pair.next(0ms, true, false));
    EXPECT_FALSE(states.fusion.trusted);
    EXPECT_FALSE(states.fusion.synced);
    EXPECT_EQ(states.fusion.why, "clock unknown");
}

TEST(Fusion, doubt_about_the_clocks_counts_as_skew) {
    Pair pair;
    pair.stamp.sources[0].header.timeline.clock_bound = 30ms;
    pair.stamp.sources[1].header.timeline.clock_bound = 30ms;
    for (int i = 0; i < 5; ++i) pair.next(50ms);
    EXPECT_FALSE(pair.freshness.judge(pair.taken + 5ms).fusion.synced);
}

TEST(Fusion, is_not_trusted_when_either_source_goes_stale_though_pictures_come) {
    for (const bool echo : {true, false}) {
        Pair pair;
        for (int i = 0; i < 5; ++i) pair.next(0ms);
        Timestamp now{};
        for (int i = 0; i < 8; ++i) now = pair.next(0ms, echo, !echo);
        const auto states = pair.freshness.judge(now);
        EXPECT_EQ(states.of(echo ? Modality::xray : Modality::ultrasound).state, State::stale);
        EXPECT_EQ(states.of(echo ? Modality::ultrasound : Modality::xray).state, State::live);
        EXPECT_FALSE(states.fusion.trusted);
    }
}

TEST(Faults, a_frozen_source_is_still_though_the_other_modality_moves) {
    for (const std::size_t frozen : {0U, 1U}) {
        Pair pair;
        Timestamp now{};
        const auto next = [&](bool freezes) {
            for (std::size_t i = 0; i < 2; ++i)
                if (!freezes || i != frozen) pair.stamp.sources[i].header.content_changed = pair.taken + pair.period;
            now = pair.next(0ms);
        };
        for (int i = 0; i < 10; ++i) next(false);
        const auto froze = *pair.stamp.sources[frozen].header.content_changed;
        const auto which = pair.stamp.sources[frozen].header.modality;
        const auto other = pair.stamp.sources[1 - frozen].header.modality;
        while (now - froze <= 1s) {
            EXPECT_EQ(pair.freshness.judge(now).of(which).state, State::live);
            next(true);
        }
        for (int i = 0; i < 20; ++i, next(true)) {
            const auto states = pair.freshness.judge(now);
            ASSERT_EQ(states.of(which).state, State::still);
            ASSERT_EQ(states.of(other).state, State::live);
        }
        next(false);
        EXPECT_EQ(pair.freshness.judge(now).of(which).state, State::live);
    }
}

TEST(Faults, a_dead_source_in_the_pictures_of_the_other_is_stale_and_lost_in_time) {
    for (const bool echo_dies : {true, false}) {
        Pair pair;
        Timestamp last{};
        for (int i = 0; i < 10; ++i) last = pair.next(0ms);
        const auto dead = echo_dies ? Modality::ultrasound : Modality::xray;
        const auto other = echo_dies ? Modality::xray : Modality::ultrasound;
        Timestamp now = last;
        const auto until = [&](State wanted) {
            while (pair.freshness.judge(now).of(dead).state != wanted && now - last < 10s)
                now = pair.next(0ms, !echo_dies, echo_dies);
            return now - last;
        };
        EXPECT_LE(until(State::stale), 200ms + pair.period);
        EXPECT_LE(until(State::lost), 1s + pair.period);
        EXPECT_EQ(pair.freshness.judge(now).of(other).state, State::live);
        pair.next(0ms), pair.next(0ms);
        EXPECT_EQ(pair.freshness.judge(pair.next(0ms)).of(dead).state, State::live) << "three frames bring it back";
    }
}

TEST(Faults, a_clock_that_becomes_unknown_is_stale_at_once_and_live_with_the_third_known_frame) {
    Stream stream{30};
    stream.run(10);
    auto known = stream.header;
    for (int i = 0; i < 20; ++i) {  // two thirds of a second
        stream.taken += stream.period;
        ++stream.header.sequence;
        stream.header.timeline.clear(Stage::captured);
        stream.header.content_changed.reset();
        stream.freshness.saw(stream.header, stream.taken + 20ms);
        EXPECT_EQ(stream.at(stream.taken + 20ms), State::stale);
    }
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::stale);
    EXPECT_EQ(stream.at(stream.next()), State::live);
}

TEST(Fusion, is_not_trusted_when_pictures_stop) {
    Pair pair;
    for (int i = 0; i < 5; ++i) pair.next(0ms);
    EXPECT_TRUE(pair.freshness.judge(pair.taken + 205ms).fusion.trusted);
    EXPECT_FALSE(pair.freshness.judge(pair.taken + 205ms + 1us).fusion.trusted);
}

TEST(Fusion, of_one_source_is_none) {
    Pair pair;
    pair.stamp.sources.pop_back();
    pair.freshness.saw(pair.stamp, start);
    EXPECT_FALSE(pair.freshness.judge(start).fusion.both);
    EXPECT_FALSE(pair.freshness.judge(start).fusion.trusted);
}

}  // namespace
}  // namespace render
