// Sealed and opened: what strangers send stays outside, and a renewed key costs no packet.
#include "transport/rtp/srtp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

namespace {

using namespace transport;
using Bytes = std::vector<std::byte>;

constexpr std::uint32_t video = 0x11223344;
constexpr std::uint32_t repair = 0x55667788;

void put(Bytes& out, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(value >> shift));
}
Bytes rtp(std::uint32_t sequence, std::uint32_t ssrc = video, std::size_t payload = 100) {
    Bytes out{std::byte{0x80}, std::byte{96}};
    put(out, sequence & 0xFFFFU, 2);
    put(out, 90 * sequence, 4);
    put(out, ssrc, 4);
    for (std::size_t i = 0; i < payload; ++i) out.push_back(static_cast<std::byte>(i + sequence));
    return out;
}
/// A receiver report without blocks, and a picture loss indication behind it.
Bytes rtcp(std::uint32_t ssrc = video) {
    Bytes out;
    put(out, 0x80C90001, 4);
    put(out, ssrc, 4);
    put(out, 0x81CE0002, 4);
    put(out, ssrc, 4);
    put(out, repair, 4);
    return out;
}
Bytes sealed(SrtpSealer& sealer, Bytes packet) {
    EXPECT_TRUE(sealer.seal(packet));
    return packet;
}
/// What comes out; empty when nothing does.
Bytes opened(SrtpOpener& opener, Bytes packet) {
    const auto opening = opener.open(packet);
    EXPECT_EQ(opening.packet.empty(), opening.result != Opened::ok);
    return {opening.packet.begin(), opening.packet.end()};
}
Opened result(SrtpOpener& opener, Bytes packet) {
    return opener.open(packet).result;
}

struct Srtp : testing::Test {
    MediaKey key = new_media_key(7);
    SrtpSealer sealer{key};
    SrtpOpener opener{key};
    Srtp() {
        opener.add(video);
        opener.add(repair);
    }
    /// Sealed and opened at once.
    Bytes through(const Bytes& packet) { return opened(opener, sealed(sealer, packet)); }
};

TEST_F(Srtp, packets_of_several_streams_come_out_as_they_went_in) {
    for (std::uint32_t i = 0; i < 100; ++i) {
        EXPECT_EQ(through(rtp(i)), rtp(i));
        EXPECT_EQ(through(rtp(500 + i, repair, i)), rtp(500 + i, repair, i));
        EXPECT_EQ(through(rtcp()), rtcp());
        EXPECT_EQ(through(rtcp(repair)), rtcp(repair));
    }
    EXPECT_EQ(opener.forged() + opener.replayed() + opener.unknown_key() + opener.unknown_stream(), 0U);
}

TEST_F(Srtp, the_header_stays_readable_and_the_payload_does_not) {
    const auto plain = rtp(1, video, 1000);
    const auto packet = sealed(sealer, plain);
    EXPECT_EQ(packet.size(), plain.size() + SrtpSealer::growth);
    EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 12, packet.begin()));
    int same = 0;
    for (std::size_t i = 12; i < plain.size(); ++i) same += plain[i] == packet[i] ? 1 : 0;
    EXPECT_LT(same, 30);  // 4 by chance
    EXPECT_EQ(packet.back(), std::byte{7});
    const auto report = sealed(sealer, rtcp());
    EXPECT_EQ(report.size(), rtcp().size() + SrtpSealer::most_growth);
    EXPECT_TRUE(std::equal(report.begin(), report.begin() + 8, rtcp().begin()));
}

TEST_F(Srtp, a_byte_changed_anywhere_is_never_taken_for_the_packet) {
    for (const auto& packet : {sealed(sealer, rtp(1)), sealed(sealer, rtcp())}) {
        for (std::size_t i = 0; i < packet.size(); ++i) {
            auto changed = packet;
            changed[i] ^= std::byte{0x10};
            const auto what = result(opener, changed);
            const auto names_another = i >= packet.size() - 1 || packet.size() - i > packet.size() - 12;
            EXPECT_TRUE(what == Opened::forged || (names_another && what == Opened::unknown)) << i;
        }
        EXPECT_EQ(result(opener, packet), Opened::ok);
    }
}

TEST_F(Srtp, a_shortened_or_lengthened_packet_is_forged) {
    for (const auto& packet : {sealed(sealer, rtp(1)), sealed(sealer, rtcp())}) {
        for (std::size_t size = 0; size < packet.size() - 1; ++size) {
            Bytes shorter{packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)};
            if (size > 12) shorter.back() = std::byte{7};
            EXPECT_NE(result(opener, shorter), Opened::ok) << size;
        }
        auto longer = packet;
        longer.push_back(packet.back());
        EXPECT_EQ(result(opener, longer), Opened::forged);
    }
    EXPECT_EQ(result(opener, Bytes(5000, std::byte{0x80})), Opened::unknown);
}

TEST_F(Srtp, a_second_copy_is_told_from_a_forgery) {
    for (std::uint32_t i = 0; i < 1500; ++i) {
        const auto packet = sealed(sealer, rtp(i));
        EXPECT_EQ(result(opener, packet), Opened::ok);
        EXPECT_EQ(result(opener, packet), Opened::copy);
    }
    const auto report = sealed(sealer, rtcp());
    EXPECT_EQ(result(opener, report), Opened::ok);
    EXPECT_EQ(result(opener, report), Opened::copy);
    EXPECT_EQ(opener.replayed(), 1501U);
    EXPECT_EQ(opener.forged(), 0U);
}

TEST_F(Srtp, a_copy_far_behind_is_still_a_copy) {
    std::vector<Bytes> packets;
    for (std::uint32_t i = 0; i < 5000; ++i) packets.push_back(sealed(sealer, rtp(i)));
    for (const auto& packet : packets) EXPECT_EQ(result(opener, packet), Opened::ok);
    for (const auto& packet : packets) EXPECT_EQ(result(opener, packet), Opened::copy);
}

TEST_F(Srtp, packets_that_come_late_within_the_window_are_taken_once) {
    std::vector<Bytes> late;
    for (std::uint32_t i = 0; i < SrtpOpener::window; ++i) {
        auto packet = sealed(sealer, rtp(i));
        if (i % 3 == 0)
            late.push_back(std::move(packet));
        else
            EXPECT_EQ(result(opener, packet), Opened::ok);
    }
    for (const auto& packet : late) EXPECT_EQ(result(opener, packet), Opened::ok);
    for (const auto& packet : late) EXPECT_EQ(result(opener, packet), Opened::copy);
}

TEST_F(Srtp, a_foreign_key_is_forged_under_the_same_number_and_unknown_under_another) {
    SrtpSealer same_number{new_media_key(7)};
    SrtpSealer other_number{new_media_key(8)};
    EXPECT_EQ(result(opener, sealed(same_number, rtp(1))), Opened::forged);
    EXPECT_EQ(result(opener, sealed(same_number, rtcp())), Opened::forged);
    EXPECT_EQ(result(opener, sealed(other_number, rtp(1))), Opened::unknown);
    EXPECT_EQ(opener.forged(), 2U);
    EXPECT_EQ(opener.unknown_key(), 1U);
    EXPECT_EQ(through(rtp(1)), rtp(1));
}

TEST_F(Srtp, a_stream_is_heard_from_when_it_is_added_until_it_is_removed) {
    EXPECT_EQ(result(opener, sealed(sealer, rtp(1, 99))), Opened::unknown);
    EXPECT_EQ(opener.unknown_stream(), 1U);
    opener.add(99);
    opener.add(99);
    EXPECT_EQ(through(rtp(2, 99)), rtp(2, 99));
    opener.remove(99);
    opener.remove(99);
    EXPECT_EQ(result(opener, sealed(sealer, rtp(3, 99))), Opened::unknown);
    EXPECT_EQ(result(opener, rtp(4)), Opened::unknown);  // in the clear
}

TEST_F(Srtp, what_is_no_packet_or_was_sealed_before_is_refused) {
    Bytes short_one(7, std::byte{0x80});
    EXPECT_FALSE(sealer.seal(short_one));
    auto words = rtp(1);
    words[0] = std::byte{0x40};
    EXPECT_FALSE(sealer.seal(words));
    Bytes long_one = rtp(1, video, SrtpSealer::longest_packet);
    EXPECT_FALSE(sealer.seal(long_one));
    auto no_room = rtp(1);
    EXPECT_EQ(sealer.seal(no_room, no_room.size()), 0U);
    EXPECT_EQ(sealer.seal(no_room, no_room.size() + 50), 0U);
    EXPECT_EQ(sealer.refused(), 5U);
    EXPECT_EQ(through(rtp(1)), rtp(1));
    auto again = rtp(1);
    EXPECT_FALSE(sealer.seal(again));
    auto too_many = rtp(1);
    for (std::uint32_t ssrc = 1; ssrc < SrtpSealer::most_streams; ++ssrc)
        static_cast<void>(sealed(sealer, rtp(1, ssrc)));
    too_many = rtp(1, 1000);
    EXPECT_FALSE(sealer.seal(too_many));
}

TEST_F(Srtp, sequence_numbers_roll_over_again_and_again_with_loss_and_reordering) {
    std::mt19937 random{1};
    std::deque<std::pair<std::uint32_t, Bytes>> way;
    std::uint32_t sent = 60000;
    for (; sent < 60000 + 3 * 65536; ++sent) {
        if (random() % 40 != 0)
            way.emplace_back(sent, sealed(sealer, rtp(sent, video, 4)));
        else
            static_cast<void>(sealed(sealer, rtp(sent, video, 4)));
        if (way.size() < 8) continue;
        const auto which = way.begin() + static_cast<std::ptrdiff_t>(random() % 8);
        ASSERT_EQ(opened(opener, which->second), rtp(which->first, video, 4)) << which->first;
        way.erase(which);
    }
    EXPECT_EQ(opener.forged() + opener.replayed() + opener.unknown_key(), 0U);
}

TEST_F(Srtp, a_stream_whose_first_packets_are_lost_at_the_end_of_the_numbers_is_heard_all_the_same) {
    for (std::uint32_t i = 65534; i < 65537; ++i) static_cast<void>(sealed(sealer, rtp(i)));
    for (std::uint32_t i = 65537; i < 65600; ++i) EXPECT_EQ(through(rtp(i)), rtp(i));
}

TEST_F(Srtp, an_outage_longer_than_half_a_round_of_numbers_is_survived) {
    for (const std::uint32_t lost : {30000U, 33000U, 40000U, 50000U, 65000U, 70000U, 90000U}) {
        SrtpSealer far_sealer{key};
        SrtpOpener far_opener{key};
        far_opener.add(video);
        for (std::uint32_t i = 1000; i < 1200 + lost; ++i) {
            auto packet = sealed(far_sealer, rtp(i, video, 4));
            if (i < 1100 || i >= 1100 + lost) {
                EXPECT_EQ(opened(far_opener, packet), rtp(i, video, 4)) << lost;
            }
        }
    }
}

/// Renewed when `renewed` is to be sent; around it some packets are lost and some change places.
void expect_no_packet_lost(std::uint32_t first, std::uint32_t renewed, unsigned seed) {
    const auto key = new_media_key(1);
    auto next = new_media_key(2);
    SrtpSealer sealer{key};
    SrtpOpener opener{key};
    opener.add(video);
    opener.add(repair);
    std::mt19937 random{seed};
    std::vector<std::pair<Bytes, Bytes>> way;
    for (auto i = first; i < renewed + 40; ++i) {
        if (i + 10 == renewed) opener.renew(next);
        if (i == renewed) sealer.renew(next);
        auto packet = sealed(sealer, rtp(i, video, 4));
        auto other = sealed(sealer, rtp(3 * i, repair, 4));
        if (i + 20 < renewed || random() % 4 != 0) way.emplace_back(rtp(i, video, 4), std::move(packet));
        if (i + 20 < renewed || random() % 4 != 0) way.emplace_back(rtp(3 * i, repair, 4), std::move(other));
        while (way.size() > 10) {
            const auto which = way.begin() + static_cast<std::ptrdiff_t>(random() % 10);
            EXPECT_EQ(opened(opener, which->second), which->first) << first << ' ' << renewed << ' ' << i;
            EXPECT_EQ(result(opener, which->second), Opened::copy);
            way.erase(which);
        }
    }
    for (const auto& [plain, packet] : way) EXPECT_EQ(opened(opener, packet), plain);
    EXPECT_EQ(opener.forged() + opener.unknown_key(), 0U);
}

TEST(SrtpRenewal, no_packet_is_lost_before_at_or_behind_a_rollover) {
    unsigned seed = 0;
    for (const std::uint32_t rollover : {65536U, 2 * 65536U})
        for (const std::uint32_t at : {rollover - 9, rollover - 1, rollover, rollover + 1, rollover + 9})
            expect_no_packet_lost(60000, at, ++seed);
    for (const std::uint32_t at : {1030U, 32760U, 32768U, 32775U, 40000U}) expect_no_packet_lost(1000, at, ++seed);
}

TEST(SrtpRenewal, the_key_before_is_good_and_the_one_before_that_is_not) {
    std::vector<MediaKey> keys;
    for (std::uint8_t i = 0; i < 3; ++i) keys.push_back(new_media_key(i));
    SrtpSealer sealer{keys[0]};
    SrtpOpener opener{keys[0]};
    opener.add(video);
    const auto first = sealed(sealer, rtp(1));
    const auto late = sealed(sealer, rtp(2));
    EXPECT_EQ(result(opener, first), Opened::ok);
    opener.renew(keys[1]);
    opener.renew(keys[1]);
    sealer.renew(keys[1]);
    sealer.renew(keys[1]);
    EXPECT_EQ(opened(opener, sealed(sealer, rtp(3))), rtp(3));
    EXPECT_EQ(opened(opener, sealed(sealer, rtcp())), rtcp());
    EXPECT_EQ(result(opener, first), Opened::copy);
    EXPECT_EQ(opened(opener, late), rtp(2));
    EXPECT_EQ(result(opener, late), Opened::copy);
    opener.renew(keys[2]);
    EXPECT_EQ(result(opener, first), Opened::unknown);
    sealer.renew(keys[2]);
    EXPECT_EQ(opened(opener, sealed(sealer, rtp(4))), rtp(4));
    EXPECT_EQ(opener.unknown_key(), 1U);
}

TEST(SrtpRenewal, a_forgery_under_the_new_key_before_its_first_packet_does_no_harm) {
    const auto next = new_media_key(2);
    const auto key = new_media_key(1);
    SrtpSealer sealer{key};
    SrtpOpener opener{key};
    opener.add(video);
    for (std::uint32_t i = 65000; i < 65700; ++i) EXPECT_EQ(opened(opener, sealed(sealer, rtp(i))), rtp(i));
    opener.renew(next);
    sealer.renew(next);
    SrtpSealer stranger{new_media_key(2)};
    for (const std::uint32_t i : {0U, 1U, 165U, 32768U, 40000U, 65535U})
        EXPECT_EQ(result(opener, sealed(stranger, rtp(i))), Opened::forged);
    for (std::uint32_t i = 65700; i < 132000; ++i)
        ASSERT_EQ(opened(opener, sealed(sealer, rtp(i, video, 4))), rtp(i, video, 4));
}

TEST(MediaKeys, a_key_survives_its_text_and_other_words_are_none) {
    const auto key = new_media_key(200);
    const auto text = key.text();
    EXPECT_EQ(text.size(), MediaKey::text_size);
    EXPECT_TRUE(text.starts_with("c8"));
    EXPECT_TRUE(media_key_from_text(text) == key);
    EXPECT_FALSE(new_media_key(200) == key);
    for (const auto& other : {std::string{}, text + "0", text.substr(1), "G" + text.substr(1), "F" + text.substr(1)})
        EXPECT_FALSE(media_key_from_text(other).has_value()) << other.size();
}

}  // namespace
