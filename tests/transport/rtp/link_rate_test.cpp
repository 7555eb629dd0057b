// Links that carry less than the pictures would take, through the sender and receiver that run live, on a clock that
// jumps.
#include "fakes/emulated_stream.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;
using namespace std::chrono_literals;

struct ThinLink : testing::Test {
    static fakes::StreamSource pictures(Microseconds length) {
        return {.length = length, .period = 33'333us, .bytes = 40'000, .adapts = true};
    }
    static fakes::StreamResult run(const std::string& profile, Microseconds length) {
        return fakes::run_up(profile, pictures(length));
    }
};

TEST_F(ThinLink, a_private_network_carries_every_picture_as_the_source_gives_it) {
    const auto result = run("private-midband", 60s);
    EXPECT_GE(result.sent, result.offered - 5) << "the first moments, when nothing is known of the link";
    EXPECT_EQ(result.intact, result.sent);
    EXPECT_GT(result.megabits / 60, 9);
}

TEST_F(ThinLink, a_public_network_gets_what_it_carries_and_pictures_stay_live) {
    const auto result = run("public-5g", 300s);
    EXPECT_GT(result.share(), 0.95);
    EXPECT_GT(result.sent, result.offered / 3);
    EXPECT_LT(result.ms(0.5), 60);
    EXPECT_GT(result.megabits / 300, 2.5);
}

TEST_F(ThinLink, lte_gets_what_it_carries_and_pictures_stay_live) {
    const auto result = run("lte-fallback", 300s);
    EXPECT_GT(result.share(), 0.95);
    EXPECT_LT(result.ms(0.5), 80);
    EXPECT_GT(result.megabits / 300, 1.5);
}

TEST_F(ThinLink, pictures_of_an_hour_are_the_same_with_the_same_seed) {
    const auto first = run("public-5g", 3600s);
    const auto again = run("public-5g", 3600s);
    EXPECT_GT(first.share(), 0.95);
    EXPECT_EQ(first.took, again.took);
    EXPECT_EQ(first.sent, again.sent);
}

TEST_F(ThinLink, of_two_streams_that_share_a_link_the_room_camera_gives_way_to_the_echo) {
    auto profile = link_profile("wired", {});
    profile.up.rate = std::make_shared<const RateTrace>(RateTrace::constant(6'000));
    profile.up.delay_ms = link_profile("private-midband", {}).up.delay_ms;
    fakes::EmulatedLink radio{{profile}, 3};
    auto echo_end = fakes::emulated_end(radio.ways(), 10);
    auto camera_end = fakes::emulated_end(radio.ways(), 20);
    echo_end.priority = Priority::diagnostic;
    camera_end.priority = Priority::context;
    auto source = pictures(60s);
    source.bytes = 20'000;  // 4.8 Mbit/s each
    fakes::EmulatedStream echo{radio, radio.node, echo_end, radio.server, fakes::emulated_end({}, 10), source};
    fakes::EmulatedStream camera{radio, radio.node, camera_end, radio.server, fakes::emulated_end({}, 20), source};
    bool turn = false;
    radio.run_until(radio.clock.now() + 60s, [&](Timestamp now) {
        turn = !turn;
        (turn ? echo : camera).step(now);
        return now + 16'666us;
    });
    EXPECT_GT(echo.result.megabits, 2 * camera.result.megabits);
    EXPECT_GT(echo.result.megabits / 60, 3);
    EXPECT_GT(camera.result.intact, 100) << "it shrinks, and stays";
}

}  // namespace
