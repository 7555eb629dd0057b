// The link as it runs live, over emulated radios on a clock that jumps: what is lost, what is repaired, how late.
#include "fakes/emulated_stream.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::run_down;
using fakes::run_up;

TEST(Stream, over_a_private_network_pictures_take_what_the_radio_takes) {
    const auto result = run_up("private-midband", {.length = 60s});
    EXPECT_EQ(result.intact, result.sent);
    EXPECT_LT(result.ms(0.5), 12);
    EXPECT_LT(result.ms(0.99), 20);
}

TEST(Stream, single_losses_are_repaired_by_parity_before_anybody_could_ask) {
    const auto with = run_up("private-midband+loss=2%", {.length = 60s}, true);
    const auto without = run_up("private-midband+loss=2%", {.length = 60s}, false);
    EXPECT_GT(with.share(), 0.999);
    EXPECT_GT(without.share(), 0.999);
    EXPECT_LT(with.ms(0.95), without.ms(0.95));
}

TEST(Stream, losses_in_bursts_are_repaired_by_sending_again) {
    const auto result = run_up("private-midband+loss=2%x8", {.length = 60s});
    EXPECT_GT(result.share(), 0.995);
    EXPECT_LT(result.ms(0.99), 60);
}

TEST(Stream, a_twentieth_of_all_packets_lost_is_repaired_within_the_budget) {
    EXPECT_GT(run_up("private-midband+loss=5%", {.length = 60s}).share(), 0.995);
    EXPECT_GT(run_up("private-midband+loss=5%x8", {.length = 60s}).share(), 0.99);
}

TEST(Stream, the_same_seed_gives_the_same_hour_of_pictures) {
    const auto first = run_up("private-midband+loss=2%x8", {.length = 20s});
    const auto again = run_up("private-midband+loss=2%x8", {.length = 20s});
    EXPECT_EQ(first.took, again.took);
}

TEST(Stream, on_two_paths_the_loss_of_either_loses_no_picture) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {}), link_profile("private-oran", {})}, 1};
    const auto result = run_up(radio, {.length = 60s, .each = [&](int picture) {
                                           if (picture == 600) radio.cut(0);
                                           if (picture == 900) radio.cut(0, true);
                                           if (picture == 1500) radio.cut(1);
                                           if (picture == 1800) radio.cut(1, true);
                                       }});
    EXPECT_EQ(result.intact, result.sent);
    EXPECT_LT(result.ms(0.99), 40);
}

TEST(Stream, on_two_paths_with_handovers_no_picture_is_lost) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {}), link_profile("wifi-handover", {})}, 7};
    const auto result = run_up(radio, {.length = 120s});
    EXPECT_EQ(result.intact, result.sent);
}

TEST(Stream, on_one_path_pictures_come_again_soon_after_each_handover) {
    fakes::EmulatedLink radio{{link_profile("wifi-handover", {})}, 7};
    const auto result = run_up(radio, {.length = 120s});
    EXPECT_GT(result.share(), 0.95);
    EXPECT_LT(result.longest_gap, 1s);
}

TEST(Stream, a_keyframe_is_asked_for_until_it_comes_but_made_once_for_questions_that_crossed_it) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {})}, 1};
    const auto receiver = make_rtp_receiver(
        radio.server, fakes::emulated_end({}), [](const Arrival&) {}, radio.clock, Handover::at_once);
    const auto sender = make_rtp_sender(radio.node, fakes::emulated_end(radio.ways()), radio.clock);
    const auto run = [&](Microseconds time) {
        radio.run_until(radio.clock.now() + time, [](Timestamp) { return Timestamp::max(); });
    };
    run(1s);
    (void)sender->take_keyframe_request();  // for whoever has just appeared
    receiver->request_keyframe();
    run(30ms);
    EXPECT_TRUE(sender->take_keyframe_request());
    receiver->request_keyframe();
    const auto unit = fakes::annex_b({fakes::nal(fakes::slice, 4000)});
    sender->send({unit, 0, radio.clock.now(), true});
    run(30ms);
    EXPECT_FALSE(sender->take_keyframe_request()) << "it is on its way";
    run(100ms);
    receiver->request_keyframe();
    run(30ms);
    EXPECT_TRUE(sender->take_keyframe_request()) << "it was lost, or another picture since";
}

/// A receiver that lacks a keyframe asks every 100 ms until it has one of 60 kB; how many the sender is asked for.
int keyframes_made(const LinkProfile& profile) {
    fakes::EmulatedLink radio{{profile}, 1};
    bool has_keyframe = true;
    const auto receiver = make_rtp_receiver(
        radio.server, fakes::emulated_end({}),
        [&](const Arrival& arrival) { has_keyframe = has_keyframe || arrival.bytes.size() > 50'000; }, radio.clock,
        Handover::at_once);
    const auto sender = make_rtp_sender(radio.node, fakes::emulated_end(radio.ways()), radio.clock);
    const auto picture = fakes::annex_b({fakes::nal(fakes::slice, 4'000)});
    const auto keyframe = fakes::annex_b({fakes::nal(fakes::keyframe_slice, 60'000)});
    std::uint32_t sequence = 0;
    int made = 0;
    auto next_wish = Timestamp::max();
    bool asked = false;
    radio.run_until(radio.clock.now() + 6s, [&](Timestamp now) {
        if (sequence == 120) has_keyframe = false, next_wish = now;
        if (!has_keyframe && now >= next_wish) {
            receiver->request_keyframe();
            next_wish = now + 100ms;
        }
        const bool first = sequence == 0;
        asked = sender->take_keyframe_request() || asked;
        const bool due = first || (asked && sequence > 120);
        if (due && !first) ++made, asked = false;
        sender->send({due ? keyframe : picture, sequence++, now, due});
        return now + 33'333us;
    });
    EXPECT_TRUE(has_keyframe);
    return made;
}

TEST(Stream, one_keyframe_is_made_for_all_questions_also_where_it_takes_long) {
    EXPECT_EQ(keyframes_made(link_profile("private-midband", {})), 1);
    EXPECT_EQ(keyframes_made(link_profile("private-midband+loss=2%", {})), 1);
    auto thin = link_profile("private-midband", {});
    thin.up.rate = std::make_shared<RateTrace>(RateTrace::constant(3'000));
    EXPECT_EQ(keyframes_made(thin), 1);
}

TEST(Stream, a_node_whose_address_changes_is_followed) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {})}, 1};
    const auto result = run_up(radio, {.length = 10s, .each = [&](int picture) {
                                           if (picture == 200) radio.move_node();
                                       }});
    EXPECT_EQ(result.intact, result.sent) << "packets come from wherever the node is";
}

TEST(Stream, a_viewer_whose_address_changes_gets_pictures_there_within_a_second) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {})}, 1};
    const auto result = run_down(radio, {.length = 10s, .each = [&](int picture) {
                                             if (picture == 200) radio.move_node();
                                         }});
    EXPECT_GT(result.share(), 0.9);
    EXPECT_LT(result.longest_gap, 1s);
}

TEST(Stream, who_sends_a_viewers_own_packets_from_elsewhere_is_sent_no_media) {
    fakes::EmulatedLink radio{{link_profile("wired", {})}, 1};
    radio.eavesdrop = true;  // every packet of the viewer comes a second time, first, from a stranger's address
    const auto result = run_down(radio, {.length = 5s});
    EXPECT_GT(result.share(), 0.95);
    EXPECT_GT(radio.repeated_by_stranger, 20U);
    EXPECT_EQ(radio.media_to_stranger, 0U);
}

}  // namespace
