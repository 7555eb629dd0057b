// The link as it runs live, over emulated radios on a clock that jumps: what is lost, what is repaired, how late.
#include "fakes/emulated_link.hpp"
#include "fakes/rtp_units.hpp"
#include "transport/link_rtp.hpp"

#include <gtest/gtest.h>

#include <map>

namespace {

using namespace transport;
using namespace std::chrono_literals;

/// Pictures of 60 a second and about 20 kB, as a scanner gives them.
struct Stream : testing::Test {
    struct Result {
        int sent = 0;
        int intact = 0;  ///< arrived whole
        std::vector<Microseconds> took{};  ///< from sending to the last packet, sorted
        Microseconds longest_gap{0};       ///< between two pictures that arrived
        [[nodiscard]] double share() const { return static_cast<double>(intact) / sent; }
        [[nodiscard]] double ms(double quantile) const {
            const auto at = static_cast<std::size_t>(quantile * static_cast<double>(took.size() - 1));
            return static_cast<double>(took[at].count()) / 1000;
        }
    };
    static constexpr Microseconds period{16'667};
    static inline const MediaKey key = new_media_key(1);

    static RtpLink link(const std::vector<Way>& ways) {
        RtpLink out;
        out.stream = {80, 84};
        out.ways = ways;
        out.key = key;
        return out;
    }
    /// From the node up to the server; the node dials.
    static Result run(fakes::EmulatedLink& radio, Microseconds length, bool fec = true,
                      const std::function<void(int)>& each = {}) {
        auto dialling = link(radio.ways());
        dialling.settings.fec = fec;
        return run(radio, radio.node, dialling, radio.server, link({}), length, each);
    }
    /// From the server down to the node; the node dials.
    static Result run_down(fakes::EmulatedLink& radio, Microseconds length, const std::function<void(int)>& each) {
        return run(radio, radio.server, link({}), radio.node, link(radio.ways()), length, each);
    }
    static Result run(fakes::EmulatedLink& radio, MediaNetwork& from, const RtpLink& sending, MediaNetwork& to,
                      const RtpLink& receiving, Microseconds length, const std::function<void(int)>& each) {
        Result result;
        std::map<std::uint32_t, Timestamp> sent;
        std::optional<Timestamp> last;
        const auto deliver = [&](const Arrival& arrival) {
            std::uint32_t sequence = 0;
            for (std::size_t i = 0; i < 4; ++i)
                sequence = sequence << 7U | (std::to_integer<std::uint32_t>(arrival.bytes[10 + i]) & 0x7FU);
            ++result.intact;
            if (last) result.longest_gap = std::max(result.longest_gap, radio.clock.now() - *last);
            last = radio.clock.now();
            result.took.push_back(arrival.last_packet - sent.at(sequence));
        };
        const auto receiver = make_rtp_receiver(to, receiving, deliver, radio.clock, Handover::at_once);
        const auto sender = make_rtp_sender(from, sending, radio.clock);
        const auto end = radio.clock.now() + length;
        std::uint32_t sequence = 0;
        radio.run_until(end, [&](Timestamp now) {
            if (now > end - 500ms) return Timestamp::max();
            auto slice = fakes::nal(fakes::slice, 18'000 + sequence * 7919 % 4000);
            auto sei = fakes::nal(fakes::sei, 100);
            for (std::size_t i = 0; i < 4; ++i)
                sei[6 + i] = static_cast<std::byte>(0x80U | (sequence >> (21 - 7 * i) & 0x7FU));  // no start code
            auto unit = fakes::annex_b(std::vector{sei, slice});
            sent[sequence] = now;
            ++result.sent;
            if (each) each(result.sent);
            sender->send({std::move(unit), sequence++, now, true});
            return now + period;
        });
        std::ranges::sort(result.took);
        return result;
    }
    static Result run(const std::string& profile, Microseconds length, bool fec = true) {
        fakes::EmulatedLink radio{{link_profile(profile, {})}, 1};
        return run(radio, length, fec);
    }
};

TEST_F(Stream, over_a_private_network_pictures_take_what_the_radio_takes) {
    const auto result = run("private-midband", 60s);
    EXPECT_EQ(result.intact, result.sent);
    EXPECT_LT(result.ms(0.5), 12);
    EXPECT_LT(result.ms(0.99), 20);
}

TEST_F(Stream, single_losses_are_repaired_by_parity_before_anybody_could_ask) {
    const auto with = run("private-midband+loss=2%", 60s, true);
    const auto without = run("private-midband+loss=2%", 60s, false);
    EXPECT_GT(with.share(), 0.999);
    EXPECT_GT(without.share(), 0.999);
    EXPECT_LT(with.ms(0.95), without.ms(0.95));
}

TEST_F(Stream, losses_in_bursts_are_repaired_by_sending_again) {
    const auto result = run("private-midband+loss=2%x8", 60s);
    EXPECT_GT(result.share(), 0.995);
    EXPECT_LT(result.ms(0.99), 60);
}

TEST_F(Stream, a_twentieth_of_all_packets_lost_is_repaired_within_the_budget) {
    EXPECT_GT(run("private-midband+loss=5%", 60s).share(), 0.995);
    EXPECT_GT(run("private-midband+loss=5%x8", 60s).share(), 0.99);
}

TEST_F(Stream, the_same_seed_gives_the_same_hour_of_pictures) {
    const auto first = run("private-midband+loss=2%x8", 20s);
    const auto again = run("private-midband+loss=2%x8", 20s);
    EXPECT_EQ(first.took, again.took);
}

TEST_F(Stream, on_two_paths_the_loss_of_either_loses_no_picture) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {}), link_profile("private-oran", {})}, 1};
    const auto result = run(radio, 60s, true, [&](int picture) {
        if (picture == 600) radio.cut(0);
        if (picture == 900) radio.cut(0, true);
        if (picture == 1500) radio.cut(1);
        if (picture == 1800) radio.cut(1, true);
    });
    EXPECT_EQ(result.intact, result.sent);
    EXPECT_LT(result.ms(0.99), 40);
}

TEST_F(Stream, on_two_paths_with_handovers_no_picture_is_lost) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {}), link_profile("wifi-handover", {})}, 7};
    const auto result = run(radio, 120s);
    EXPECT_EQ(result.intact, result.sent);
}

TEST_F(Stream, on_one_path_pictures_come_again_soon_after_each_handover) {
    fakes::EmulatedLink radio{{link_profile("wifi-handover", {})}, 7};
    const auto result = run(radio, 120s);
    EXPECT_GT(result.share(), 0.95);
    EXPECT_LT(result.longest_gap, 1s);
}

TEST_F(Stream, a_node_whose_address_changes_is_followed) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {})}, 1};
    const auto result = run(radio, 10s, true, [&](int picture) {
        if (picture == 200) radio.move_node();
    });
    EXPECT_EQ(result.intact, result.sent) << "packets come from wherever the node is";
}

TEST_F(Stream, a_viewer_whose_address_changes_gets_pictures_there_within_a_second) {
    fakes::EmulatedLink radio{{link_profile("private-midband", {})}, 1};
    const auto result = run_down(radio, 10s, [&](int picture) {
        if (picture == 200) radio.move_node();
    });
    EXPECT_GT(result.share(), 0.9);
    EXPECT_LT(result.longest_gap, 1s);
}

TEST_F(Stream, who_sends_a_viewers_own_packets_from_elsewhere_is_sent_no_media) {
    fakes::EmulatedLink radio{{link_profile("wired", {})}, 1};
    radio.eavesdrop = true;  // every packet of the viewer comes a second time, first, from a stranger's address
    const auto result = run_down(radio, 5s, {});
    EXPECT_GT(result.share(), 0.95);
    EXPECT_GT(radio.repeated_by_stranger, 20U);
    EXPECT_EQ(radio.media_to_stranger, 0U);
}

}  // namespace
