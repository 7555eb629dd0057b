// Parity for the packets of a picture: which losses it makes good, and which it cannot.
#include "transport/rtp/ulpfec.hpp"
#include "fakes/gst_chain.hpp"
#include "fakes/rtp_units.hpp"
#include "transport/bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace {

using namespace transport;
using fakes::Bytes;

/// One picture, protected; a receiver that gets what the test does not lose.
struct ParityOfPicture : testing::Test {
    static constexpr std::uint32_t media_ssrc = 80;
    H264Packetizer packetizer{{media_ssrc, 96, 300}};
    FecSender sender{82, 98};
    std::uint16_t next = 0;

    struct Picture {
        std::vector<Bytes> media;
        std::vector<Bytes> parity;
    };
    /// Of so many packets; the last is shorter than the others.
    Picture picture(std::size_t packets, int percent) {
        const auto unit = fakes::annex_b({fakes::nal(fakes::slice, packets * 286 - 100)});
        const auto media = packetizer.packets(unit, 9000);
        EXPECT_EQ(media.ends.size(), packets);
        const auto parity = sender.protect(media, next, percent);
        next = static_cast<std::uint16_t>(next + packets);
        return {fakes::apart(media), fakes::apart(parity)};
    }
    /// Starts the count elsewhere: by pictures that nobody sees.
    void count_from(std::uint16_t sequence) {
        while (next != sequence) {
            static_cast<void>(packetizer.padding(1, 0));
            ++next;
        }
    }
    static void tell(FecReceiver& receiver, const Bytes& packet) {
        const auto read = read_rtp(packet);
        ASSERT_TRUE(read);
        if (read->ssrc == media_ssrc)
            receiver.saw_media(read->sequence, packet);
        else
            receiver.saw_fec(*read);
    }
    /// A receiver that has been told before, so that it keeps what it sees.
    FecReceiver listening() {
        FecReceiver receiver{media_ssrc};
        for (const auto& packet : picture(2, 50).parity) tell(receiver, packet);
        EXPECT_TRUE(receiver.active());
        return receiver;
    }
    /// What comes back when these of the picture are lost.
    static std::vector<Bytes> restored(FecReceiver& receiver, const Picture& sent, const std::set<std::size_t>& lost) {
        std::vector<Bytes> out;
        const auto take = [&] {
            for (auto& packet : receiver.take_recovered()) out.push_back(std::move(packet));
        };
        for (std::size_t i = 0; i < sent.media.size(); ++i) {
            if (!lost.contains(i)) tell(receiver, sent.media[i]);
            take();
        }
        for (const auto& packet : sent.parity) {
            tell(receiver, packet);
            take();
        }
        std::ranges::sort(out);
        return out;
    }
    static std::vector<Bytes> of(const Picture& sent, const std::set<std::size_t>& lost) {
        std::vector<Bytes> out;
        for (const auto i : lost) out.push_back(sent.media[i]);
        std::ranges::sort(out);
        return out;
    }
};

TEST_F(ParityOfPicture, every_single_loss_is_made_good) {
    auto receiver = listening();
    for (const std::size_t packets : {1U, 2U, 5U, 16U, 17U, 48U, 49U, 100U})
        for (std::size_t i = 0; i < packets; ++i) {
            const auto sent = picture(packets, 20);
            EXPECT_EQ(restored(receiver, sent, {i}), of(sent, {i})) << i << " of " << packets;
        }
}

TEST_F(ParityOfPicture, a_burst_as_long_as_there_are_parities_is_made_good) {
    auto receiver = listening();
    for (std::size_t first = 0; first + 4 <= 20; ++first) {
        const auto sent = picture(20, 20);
        ASSERT_EQ(sent.parity.size(), 4U);
        const std::set<std::size_t> lost{first, first + 1, first + 2, first + 3};
        EXPECT_EQ(restored(receiver, sent, lost), of(sent, lost)) << first;
    }
}

TEST_F(ParityOfPicture, two_losses_under_one_parity_are_not) {
    auto receiver = listening();
    const auto sent = picture(20, 20);
    EXPECT_EQ(restored(receiver, sent, {1, 5}), std::vector<Bytes>{});
    const auto again = picture(20, 20);
    EXPECT_EQ(restored(receiver, again, {1, 5, 6}), of(again, {6})) << "the others' parity is their own";
}

TEST_F(ParityOfPicture, the_second_of_two_losses_is_made_good_once_the_first_was_sent_again) {
    auto receiver = listening();
    const auto sent = picture(20, 20);
    ASSERT_TRUE(restored(receiver, sent, {1, 5}).empty());
    tell(receiver, sent.media[1]);
    EXPECT_EQ(receiver.take_recovered(), std::vector<Bytes>{sent.media[5]});
    EXPECT_TRUE(receiver.take_recovered().empty()) << "told once";
}

TEST_F(ParityOfPicture, goes_on_over_the_end_of_the_count) {
    count_from(65'530);
    auto receiver = listening();
    for (int round = 0; round < 3; ++round)
        for (std::size_t i = 0; i < 7; ++i) {
            const auto sent = picture(7, 20);
            EXPECT_EQ(restored(receiver, sent, {i}), of(sent, {i}));
        }
}

TEST_F(ParityOfPicture, that_comes_before_its_packets_is_as_good) {
    auto receiver = listening();
    const auto sent = picture(10, 20);
    for (const auto& packet : sent.parity) tell(receiver, packet);
    for (std::size_t i = 0; i + 1 < sent.media.size(); ++i) tell(receiver, sent.media[i]);
    EXPECT_EQ(receiver.take_recovered(), std::vector<Bytes>{sent.media.back()});
}

TEST_F(ParityOfPicture, is_as_many_percent_as_was_asked_for_and_one_at_least) {
    EXPECT_EQ(picture(3, 10).parity.size(), 1U);
    EXPECT_EQ(picture(20, 30).parity.size(), 6U);
    EXPECT_EQ(picture(20, 50).parity.size(), 10U);
    EXPECT_EQ(picture(100, 20).parity.size(), 21U) << "48, 48 and 4 packets";
}

TEST_F(ParityOfPicture, malformed_changes_nothing) {
    auto receiver = listening();
    const auto sent = picture(5, 20);
    ASSERT_EQ(sent.parity.size(), 1U);
    for (std::size_t i = 1; i < 5; ++i) tell(receiver, sent.media[i]);
    const auto& good = sent.parity.front();
    for (std::size_t size = 13; size < good.size(); ++size) {
        const auto cut = Bytes{good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)};
        receiver.saw_fec(*read_rtp(cut));
    }
    EXPECT_TRUE(receiver.take_recovered().empty());
    auto extended = good;
    extended[12] |= std::byte{0x80};  // E: a header of another kind
    receiver.saw_fec(*read_rtp(extended));
    auto nobody = good;
    nobody[24] = nobody[25] = std::byte{0};  // protects nothing
    receiver.saw_fec(*read_rtp(nobody));
    auto long_one = good;
    long_one[22] = std::byte{0x40};  // says that it is longer than it is
    receiver.saw_fec(*read_rtp(long_one));
    EXPECT_TRUE(receiver.take_recovered().empty());
    receiver.saw_fec(*read_rtp(good));
    EXPECT_EQ(receiver.take_recovered(), std::vector<Bytes>{sent.media[0]});
}

TEST_F(ParityOfPicture, whose_length_is_a_lie_restores_nothing) {
    auto receiver = listening();
    const auto sent = picture(5, 20);
    for (std::size_t i = 1; i < 5; ++i) tell(receiver, sent.media[i]);
    auto lie = sent.parity.front();
    lie[20] ^= std::byte{0x7F};  // length recovery
    receiver.saw_fec(*read_rtp(lie));
    EXPECT_TRUE(receiver.take_recovered().empty());
}

TEST_F(ParityOfPicture, of_long_ago_is_forgotten) {
    auto receiver = listening();
    const auto old = picture(20, 20);
    ASSERT_TRUE(restored(receiver, old, {1, 5}).empty());
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(restored(receiver, picture(20, 20), {}).empty());
    tell(receiver, old.media[1]);
    EXPECT_TRUE(receiver.take_recovered().empty());
}

TEST_F(ParityOfPicture, of_rtpulpfecenc_makes_its_single_losses_good) {
    gst_init(nullptr, nullptr);
    auto* factory = gst_element_factory_find("rtpulpfecenc");
    if (factory == nullptr) GTEST_SKIP() << "GStreamer has no rtpulpfecenc here";
    gst_object_unref(factory);
    std::vector<Bytes> packets;
    for (int i = 0; i < 20; ++i)
        for (auto& packet : picture(12, 20).media) packets.push_back(std::move(packet));
    const auto all = fakes::through_gst("application/x-rtp,media=video,clock-rate=90000,payload=96,ssrc=(uint)80",
                                        "rtpulpfecenc pt=98 percentage=20 percentage-important=20", packets);
    FecReceiver receiver{media_ssrc};
    std::vector<Bytes> lost;
    std::vector<Bytes> back;
    int parities = 0;
    std::size_t media = 0;
    for (const auto& packet : all) {
        const auto read = read_rtp(packet);
        ASSERT_TRUE(read);
        if (read->payload_type == 98) {
            ++parities;
            receiver.saw_fec(*read);
        } else {
            const bool loses =
                media % 12 == media / 12 % 12 && receiver.active();  // one of each picture, each time another
            ++media;
            if (loses)
                lost.push_back(packet);
            else
                receiver.saw_media(read->sequence, packet);
        }
        for (auto& one : receiver.take_recovered()) back.push_back(std::move(one));
    }
    EXPECT_EQ(media, packets.size());
    EXPECT_GT(parities, 20);
    EXPECT_GT(lost.size(), 15U);
    EXPECT_EQ(back, lost);
}

}  // namespace
