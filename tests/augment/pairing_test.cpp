#include "augment/pairing.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace {

using namespace std::chrono_literals;
using augment::LeaderRule;
using augment::Paired;
using augment::Pairing;
using transport::Frame;
using transport::Microseconds;
using transport::Modality;
using transport::Stage;
using transport::timestamp;
using transport::Timestamp;

/// Pictures that take so long that nobody but the leader ever makes one: what is told here is who leads.
constexpr Microseconds endless = 1h;

/// A modality that sends frames at a steady rate, each arriving `delay` after it was acquired.
struct Device {
    Modality modality = Modality::ultrasound;
    Microseconds period = 40ms;
    Microseconds delay = 10ms;
    std::uint32_t sequence = 0;
    bool beam_on = true;
    int width = 512;
    Microseconds making = endless;

    [[nodiscard]] Frame frame(Timestamp acquired) {
        Frame out;
        out.header.modality = modality;
        out.header.sequence = ++sequence;
        out.header.period = period;
        out.header.beam_on = beam_on;
        out.header.width = width;
        out.header.height = 512;
        out.header.timeline.mark(Stage::captured, acquired + 1ms);
        out.header.timeline.mark(Stage::acquired, acquired);
        return out;
    }
    std::optional<Paired> send(Pairing& pairing, Timestamp acquired) {
        return pairing.add(frame(acquired), acquired + delay, making);
    }
};

constexpr Timestamp start = timestamp(1'000'000'000);

/// Both run from `from` to `to`; who led each picture, in order.
std::vector<Modality> run(Pairing& pairing, const std::vector<Device*>& devices, Microseconds from, Microseconds to) {
    std::vector<Modality> leaders;
    for (auto now = from; now < to; now += 1ms)
        for (auto* device : devices)
            if (now % device->period == 0ms)
                if (const auto paired = device->send(pairing, start + now)) leaders.push_back(paired->leader);
    return leaders;
}

std::vector<Modality> times(std::size_t count, Modality modality) {
    return std::vector<Modality>(count, modality);
}

struct PairingTest : testing::Test {
    Pairing pairing{LeaderRule::automatic};
    Device echo{.modality = Modality::ultrasound};
    Device xray{.modality = Modality::xray};
};

TEST_F(PairingTest, the_first_frame_makes_a_picture_without_a_partner) {
    const auto paired = echo.send(pairing, start);
    ASSERT_TRUE(paired);
    EXPECT_EQ(paired->leader, Modality::ultrasound);
    EXPECT_TRUE(paired->ultrasound);
    EXPECT_FALSE(paired->xray);
    EXPECT_FALSE(paired->skew());
}

TEST_F(PairingTest, the_faster_live_modality_leads) {
    echo.period = 20ms;
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    EXPECT_EQ(run(pairing, {&echo, &xray}, 400ms, 800ms), times(20, Modality::ultrasound));
}

TEST_F(PairingTest, at_equal_rates_the_xray_leads) {
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    EXPECT_EQ(run(pairing, {&echo, &xray}, 400ms, 800ms), times(10, Modality::xray));
}

TEST_F(PairingTest, the_configured_leader_leads_although_it_is_slower) {
    pairing = Pairing{LeaderRule::ultrasound};
    xray.period = 20ms;
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    EXPECT_EQ(run(pairing, {&echo, &xray}, 400ms, 800ms), times(10, Modality::ultrasound));
}

TEST_F(PairingTest, the_configured_leader_hands_over_when_it_is_silent) {
    pairing = Pairing{LeaderRule::xray};
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    run(pairing, {&echo}, 400ms, 800ms);
    EXPECT_EQ(run(pairing, {&echo}, 800ms, 1200ms), times(10, Modality::ultrasound));
}

TEST_F(PairingTest, the_measured_rate_counts_not_the_promised_one) {
    echo.period = xray.period = 40ms;
    for (int i = 0; i < 20; ++i) {
        (void)echo.send(pairing, start + i * 40ms);
        for (int half = 0; half < 2; ++half)  // says 40 ms, comes every 20
            EXPECT_TRUE(xray.send(pairing, start + i * 40ms + half * 20ms));
    }
    xray.period = 10ms;  // says 10 ms, comes every 80
    int led_by_echo = 0;
    for (int i = 20; i < 60; ++i) {
        led_by_echo += echo.send(pairing, start + i * 40ms).has_value() ? 1 : 0;
        if (i % 2 == 0) (void)xray.send(pairing, start + i * 40ms);
    }
    EXPECT_GE(led_by_echo, 25);
}

TEST_F(PairingTest, one_hiccup_of_the_link_does_not_change_the_leader) {
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    xray.delay = 95ms;  // this one frame is late
    EXPECT_TRUE(xray.send(pairing, start + 400ms));
    xray.delay = 10ms;
    EXPECT_FALSE(echo.send(pairing, start + 480ms));
    EXPECT_EQ(run(pairing, {&echo, &xray}, 520ms, 800ms), times(7, Modality::xray));
}

TEST_F(PairingTest, bursts_do_not_make_a_stream_faster) {
    for (int i = 0; i < 30; ++i) {  // echo frames arrive in pairs: 0 ms and 80 ms apart, 40 on average
        const auto now = start + i * 40ms;
        if (i % 2 == 1) {
            (void)pairing.add(echo.frame(now - 40ms), now, endless);
            EXPECT_FALSE(pairing.add(echo.frame(now), now, endless)) << "frame " << i;
        }
        EXPECT_TRUE(pairing.add(xray.frame(now), now, endless)) << "frame " << i;
    }
}

TEST_F(PairingTest, the_echo_goes_on_exactly_when_the_xray_has_been_silent_for_100_ms) {
    run(pairing, {&echo, &xray}, 0ms, 401ms);  // the last X-ray arrives at 410 ms
    EXPECT_FALSE(pairing.add(echo.frame(start + 505ms), start + 510ms, endless));
    EXPECT_TRUE(pairing.add(echo.frame(start + 506ms), start + 510ms + 1us, endless));
}

TEST_F(PairingTest, a_slow_leader_is_waited_for_two_of_its_periods) {
    xray.period = 80ms;
    echo.period = 90ms;
    run(pairing, {&xray}, 0ms, 721ms);  // the last one arrives at 730 ms
    (void)echo.send(pairing, start + 721ms);
    EXPECT_FALSE(pairing.add(echo.frame(start + 880ms), start + 890ms, endless));
    EXPECT_TRUE(pairing.add(echo.frame(start + 881ms), start + 890ms + 1us, endless));
}

TEST_F(PairingTest, the_echo_goes_on_at_once_when_the_beam_is_off) {
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    xray.beam_on = false;  // the last image is held and still sent
    EXPECT_EQ(run(pairing, {&xray, &echo}, 400ms, 600ms), times(5, Modality::ultrasound));
}

TEST_F(PairingTest, the_xray_leads_again_with_its_first_live_frame) {
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    run(pairing, {&echo}, 400ms, 1000ms);
    EXPECT_EQ(run(pairing, {&xray, &echo}, 1000ms, 1200ms), times(5, Modality::xray));
    xray.beam_on = false;
    run(pairing, {&echo, &xray}, 1200ms, 1400ms);
    xray.beam_on = true;
    EXPECT_EQ(run(pairing, {&xray, &echo}, 1400ms, 1600ms), times(5, Modality::xray));
}

TEST_F(PairingTest, a_held_xray_is_still_shown_when_there_is_no_echo) {
    xray.beam_on = false;
    EXPECT_EQ(run(pairing, {&xray}, 0ms, 200ms), times(5, Modality::xray));
}

TEST_F(PairingTest, the_partner_is_the_nearest_in_acquisition_time_not_in_arrival) {
    echo.delay = 50ms;
    run(pairing, {&xray}, 0ms, 321ms);
    for (int i = 7; i < 10; ++i) EXPECT_FALSE(echo.send(pairing, start + i * 40ms));
    // Acquired at 322 ms, arriving long after the echo of 360 ms.
    const auto paired = pairing.add(xray.frame(start + 322ms), start + 420ms, endless);
    ASSERT_TRUE(paired && paired->ultrasound);
    EXPECT_EQ(paired->ultrasound->header.timeline.at(Stage::acquired), start + 320ms);
    EXPECT_EQ(paired->skew(), Microseconds{-2ms});
}

TEST_F(PairingTest, without_an_acquisition_time_the_capture_time_counts) {
    auto older = echo.frame(start);
    auto newer = echo.frame(start + 40ms);
    older.header.timeline.clear(Stage::acquired);  // captured at 1 ms
    (void)xray.send(pairing, start - 21ms);
    (void)pairing.add(older, start + 41ms, endless);
    (void)pairing.add(newer, start + 45ms, endless);
    const auto paired = pairing.add(xray.frame(start + 19ms), start + 46ms, endless);
    ASSERT_TRUE(paired && paired->ultrasound);
    EXPECT_EQ(paired->ultrasound->header.sequence, older.header.sequence);
    EXPECT_EQ(paired->skew(), Microseconds{-18ms});
}

TEST_F(PairingTest, without_any_time_the_newest_is_the_partner_and_the_skew_is_unknown) {
    (void)xray.send(pairing, start - 1ms);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(echo.send(pairing, start + i * 20ms));
    auto timeless = xray.frame(start);
    timeless.header.timeline = {};
    const auto paired = pairing.add(timeless, start + 200ms, endless);
    ASSERT_TRUE(paired && paired->ultrasound);
    EXPECT_EQ(paired->ultrasound->header.sequence, echo.sequence);
    EXPECT_FALSE(paired->skew());
}

TEST_F(PairingTest, eight_frames_are_kept_to_choose_from) {
    pairing = Pairing{LeaderRule::xray};
    (void)xray.send(pairing, start - 1ms);
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(echo.send(pairing, start + i * 10ms));
    const auto paired = pairing.add(xray.frame(start), start + 110ms, endless);
    ASSERT_TRUE(paired && paired->ultrasound);
    EXPECT_EQ(paired->ultrasound->header.timeline.at(Stage::acquired), start + 20ms);
}

TEST_F(PairingTest, after_a_restart_of_the_node_no_frame_of_before_is_a_partner) {
    run(pairing, {&echo}, 0ms, 400ms);
    echo.sequence = 0;
    (void)echo.send(pairing, start + 2000ms);
    const auto paired = pairing.add(xray.frame(start + 360ms), start + 2020ms, endless);
    ASSERT_TRUE(paired && paired->ultrasound);
    EXPECT_EQ(paired->ultrasound->header.timeline.at(Stage::acquired), start + 2000ms);
}

TEST_F(PairingTest, after_a_change_of_size_no_frame_of_the_old_size_is_a_partner) {
    run(pairing, {&xray}, 0ms, 400ms);
    xray.width = 1024;
    const auto first = xray.send(pairing, start + 400ms);
    ASSERT_TRUE(first && first->xray);
    EXPECT_EQ(first->xray->header.width, 1024);
    pairing = [this] {
        Pairing other{LeaderRule::ultrasound};
        xray.width = 512;
        run(other, {&xray}, 0ms, 400ms);
        xray.width = 1024;
        (void)xray.send(other, start + 400ms);
        return other;
    }();
    const auto paired = pairing.add(echo.frame(start + 200ms), start + 420ms, endless);
    ASSERT_TRUE(paired && paired->xray);
    EXPECT_EQ(paired->xray->header.width, 1024);
}

TEST_F(PairingTest, the_last_xray_stays_in_the_picture_however_long_it_pauses) {
    run(pairing, {&xray}, 0ms, 400ms);
    const auto paired = echo.send(pairing, start + 60s);
    ASSERT_TRUE(paired && paired->xray);
    EXPECT_EQ(paired->xray->header.sequence, xray.sequence);
}

TEST_F(PairingTest, a_forgotten_stream_is_in_no_picture) {
    run(pairing, {&echo, &xray}, 0ms, 400ms);
    pairing.forget(Modality::xray);
    const auto paired = echo.send(pairing, start + 400ms);
    ASSERT_TRUE(paired);
    EXPECT_FALSE(paired->xray);
}

TEST_F(PairingTest, the_camera_makes_no_picture_and_rides_with_the_newest) {
    Device camera{.modality = Modality::camera};
    EXPECT_FALSE(camera.send(pairing, start));
    EXPECT_FALSE(camera.send(pairing, start + 500ms));
    const auto paired = echo.send(pairing, start + 1ms);
    ASSERT_TRUE(paired && paired->camera);
    EXPECT_EQ(paired->camera->header.sequence, 2U);
}

struct OwnPicture : PairingTest {
    OwnPicture() {
        echo.making = xray.making = 10ms;
        run(pairing, {&echo, &xray}, 0ms, 401ms);  // the last X-ray arrives at 410 ms, the next is due at 450 ms
    }
    std::optional<Paired> echo_at(Microseconds arrival) {
        return pairing.add(echo.frame(start + arrival - 10ms), start + arrival, echo.making);
    }
};

TEST_F(OwnPicture, is_made_when_the_leader_would_keep_the_frame_waiting_longer_than_it_would_wait_itself) {
    EXPECT_TRUE(echo_at(444ms));
    EXPECT_FALSE(echo_at(445ms));
    EXPECT_FALSE(echo_at(455ms)) << "overdue, but due any moment";
    EXPECT_TRUE(echo_at(456ms));
}

TEST_F(OwnPicture, of_the_leader_is_worth_a_wait_when_the_other_s_frame_is_due_within_half_of_what_it_takes) {
    const auto leaders_at = [&](Microseconds arrival) {
        Pairing both{LeaderRule::automatic};
        Device probe{.modality = Modality::ultrasound, .making = 10ms},
            c_arm{.modality = Modality::xray, .making = 10ms};
        run(both, {&probe, &c_arm}, 0ms, 401ms);  // the next echo arrives at 450 ms
        const auto paired = both.add(c_arm.frame(start + arrival - 10ms), start + arrival, 10ms);
        return paired ? paired->better_by : std::nullopt;
    };
    EXPECT_EQ(leaders_at(444ms), std::nullopt);
    EXPECT_EQ(leaders_at(446ms), start + 452ms);
    EXPECT_EQ(leaders_at(450ms), start + 452ms);
    EXPECT_EQ(leaders_at(453ms), std::nullopt) << "late already: nobody knows by how much";
}

TEST_F(OwnPicture, holds_the_newest_of_both_and_follows_the_leader_s_rate) {
    const auto paired = echo_at(430ms);
    ASSERT_TRUE(paired && paired->ultrasound && paired->xray);
    EXPECT_EQ(paired->leader, Modality::xray);
    EXPECT_EQ(paired->ultrasound->header.sequence, echo.sequence);
    EXPECT_EQ(paired->xray->header.sequence, xray.sequence);
}

TEST_F(OwnPicture, lets_every_frame_of_both_be_shown_when_neither_waits) {
    std::vector<std::uint32_t> echoes;
    std::vector<std::uint32_t> xrays;
    for (int i = 0; i < 20; ++i) {
        for (auto* device : {&xray, &echo}) {
            const auto paired = device->send(pairing, start + 440ms + i * 40ms + (device == &echo ? 17ms : 0ms));
            if (!paired) continue;
            if (echoes.empty() || echoes.back() != paired->ultrasound->header.sequence)
                echoes.push_back(paired->ultrasound->header.sequence);
            if (xrays.empty() || xrays.back() != paired->xray->header.sequence)
                xrays.push_back(paired->xray->header.sequence);
        }
    }
    for (const auto* shown : {&echoes, &xrays})
        for (std::size_t i = 1; i < shown->size(); ++i) EXPECT_EQ((*shown)[i], (*shown)[i - 1] + 1);
    EXPECT_EQ(xrays.back(), xray.sequence);
    EXPECT_EQ(echoes.back(), echo.sequence);
}

TEST_F(OwnPicture, is_never_followed_by_an_older_frame_however_late_the_leader_comes) {
    const auto newest = echo_at(470ms);
    ASSERT_TRUE(newest);
    // Acquired at 425 ms: the echo of 400 ms would be nearer, but 460 ms has been shown.
    const auto paired = pairing.add(xray.frame(start + 425ms), start + 480ms, 10ms);
    ASSERT_TRUE(paired && paired->ultrasound);
    EXPECT_EQ(paired->ultrasound->header.sequence, newest->ultrasound->header.sequence);
}

TEST(LeaderRule, is_named_as_in_the_options) {
    EXPECT_EQ(augment::leader_rule_named("auto"), LeaderRule::automatic);
    EXPECT_EQ(augment::leader_rule_named("xray"), LeaderRule::xray);
    EXPECT_EQ(augment::leader_rule_named("ultrasound"), LeaderRule::ultrasound);
    EXPECT_FALSE(augment::leader_rule_named("camera"));
}

}  // namespace
