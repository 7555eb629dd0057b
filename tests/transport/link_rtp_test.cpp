// The real link: UDP sockets on loopback, sealed packets, real H.264.
#include "transport/link_rtp.hpp"
#include "transport/bytes.hpp"
#include "transport/codec.hpp"
#include "transport/media_port.hpp"
#include "transport/pool.hpp"
#include "transport/stamp.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace {

using namespace transport;
using namespace std::chrono_literals;

SharedPixels picture(PixelPool& pool, int width, int height, int step) {
    auto pixels = pool.get(PixelFormat::i420, width, height);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < pixels->plane_height(plane); ++y)
            for (int x = 0; x < pixels->plane_width(plane); ++x)
                pixels->row(plane, y)[x] = static_cast<std::uint8_t>(plane == 0 ? (x + y * 2 + step * 5) % 256 : 128);
    return pixels;
}

struct Inbox {
    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<Arrival> arrivals;

    void put(Arrival arrival) {
        const std::scoped_lock lock{mutex};
        arrivals.push_back(std::move(arrival));
        arrived.notify_all();
    }
    bool wait_for(std::size_t count) {
        std::unique_lock lock{mutex};
        return arrived.wait_for(lock, 5s, [&] { return arrivals.size() >= count; });
    }
};

struct LinkOnLoopback : testing::Test {
    SystemClock clock;
    MediaPort server{"127.0.0.1", 0, clock};
    MediaPort node{"127.0.0.1", 0, clock};
    Inbox inbox;
    PixelPool pool;

    static EncoderSettings settings() {
        EncoderSettings out;
        out.kind = EncoderKind::x264;
        out.width = 320;
        out.height = 240;
        return out;
    }
    const MediaKey key = new_media_key(1);
    /// One end of a stream; `to`: the port that this end dials.
    RtpLink link(std::uint32_t ssrc, const MediaPort* to = nullptr) const {
        RtpLink out;
        out.stream = {ssrc * 8, ssrc * 8 + 4};
        out.key = key;
        if (to != nullptr) out.ways = {{0, resolve("127.0.0.1", to->port())}};
        return out;
    }
    AccessUnit unit(Encoder& encoder, std::uint32_t sequence, bool force = false) {
        const auto now = clock.now();
        auto encoded = encoder.encode(picture(pool, 320, 240, static_cast<int>(sequence)), force);
        Stamp stamp;
        stamp.sequence = sequence;
        stamp.boot = boot_id();
        stamp.sender_time = now;
        return {insert_stamp(encoded->bytes, stamp), sequence, now, encoded->keyframe};
    }
};

TEST_F(LinkOnLoopback, pictures_arrive_whole_in_order_and_with_their_packet_times) {
    auto receiver = make_rtp_receiver(
        server, link(11), [&](Arrival arrival) { inbox.put(std::move(arrival)); }, clock);
    auto sender = make_rtp_sender(node, link(11, &server), clock);
    auto encoder = make_encoder(settings());
    auto decoder = make_decoder();
    for (std::uint32_t i = 0; i < 20; ++i) {
        const auto before = clock.now();
        sender->send(unit(*encoder, i));
        ASSERT_TRUE(inbox.wait_for(i + 1)) << "picture " << i;
        const auto& arrival = inbox.arrivals.back();
        const auto stamp = find_stamp(arrival.bytes);
        ASSERT_TRUE(stamp.has_value());
        EXPECT_EQ(stamp->sequence(), i);
        EXPECT_GE(arrival.first_packet, before);
        EXPECT_LE(arrival.first_packet, arrival.last_packet);
        EXPECT_LE(arrival.last_packet, clock.now());
        SharedPixels decoded;
        EXPECT_EQ(decoder->decode(arrival.bytes, decoded), Decoding::ready);
        auto departure = sender->take_departure();  // the packet may be here before its sender has looked at the clock
        while (!departure && clock.now() < before + 5s) departure = sender->take_departure();
        ASSERT_TRUE(departure.has_value());
        EXPECT_EQ(departure->sequence, i);
        EXPECT_GE(departure->time, before);
    }
    EXPECT_EQ(receiver->health().lost, 0U);
    EXPECT_EQ(sender->dropped(), 0U);
}

TEST_F(LinkOnLoopback, a_server_learns_where_the_display_is_and_starts_with_a_keyframe) {
    auto sender = make_rtp_sender(server, link(21), clock);
    auto encoder = make_encoder(settings());
    sender->send(unit(*encoder, 0));
    auto receiver = make_rtp_receiver(
        node, link(21, &server), [&](Arrival arrival) { inbox.put(std::move(arrival)); }, clock);
    std::uint32_t sequence = 1;
    const auto deadline = clock.now() + 5s;
    bool wanted = false;
    while (!wanted && clock.now() < deadline) wanted = sender->take_keyframe_request();
    ASSERT_TRUE(wanted) << "the sender asks for a keyframe when its viewer appears";
    sender->send(unit(*encoder, sequence++));  // not a keyframe: must not be the first thing a viewer gets
    sender->send(unit(*encoder, sequence, true));
    ASSERT_TRUE(inbox.wait_for(1));
    EXPECT_TRUE(is_keyframe(inbox.arrivals.front().bytes));
    EXPECT_EQ(find_stamp(inbox.arrivals.front().bytes)->sequence(), sequence);
}

TEST_F(LinkOnLoopback, a_request_for_a_keyframe_travels_back_as_picture_loss_indication) {
    auto receiver = make_rtp_receiver(
        server, link(31), [&](Arrival arrival) { inbox.put(std::move(arrival)); }, clock);
    auto sender = make_rtp_sender(node, link(31, &server), clock);
    auto encoder = make_encoder(settings());
    sender->send(unit(*encoder, 0));
    ASSERT_TRUE(inbox.wait_for(1));
    EXPECT_FALSE(sender->take_keyframe_request());
    const auto deadline = clock.now() + 5s;
    bool wanted = false;
    while (!wanted && clock.now() < deadline) {  // the first questions may have crossed the keyframe
        receiver->request_keyframe();
        clock.wait_until(clock.now() + 20ms, {});
        wanted = sender->take_keyframe_request();
    }
    EXPECT_TRUE(wanted);
}

TEST_F(LinkOnLoopback, foreign_truncated_and_forged_packets_are_counted_and_harm_nothing) {
    auto receiver = make_rtp_receiver(
        server, link(41), [&](Arrival arrival) { inbox.put(std::move(arrival)); }, clock);
    auto sender = make_rtp_sender(node, link(41, &server), clock);
    MediaPort stranger{"127.0.0.1", 0, clock};
    const Way to{0, resolve("127.0.0.1", server.port())};
    auto encoder = make_encoder(settings());
    sender->send(unit(*encoder, 0));
    ASSERT_TRUE(inbox.wait_for(1));
    for (int size = 0; size < 200; ++size) {
        ByteWriter forged;  // right SSRC, wrong everything else, from another address
        for (const int byte : {0x80, 96, 0, size, 0, 0, 0, 1, 0, 0, 41 >> 5, 41 * 8 % 256})
            forged.put(static_cast<std::uint8_t>(byte));
        for (int i = 12; i < size; ++i) forged.put(static_cast<std::uint8_t>(i * 37));
        const std::span<const std::byte> packet{forged.bytes().data(), static_cast<std::size_t>(size)};
        stranger.send(to, {&packet, 1}, 0);
    }
    for (std::uint32_t i = 1; i < 5; ++i) sender->send(unit(*encoder, i));
    ASSERT_TRUE(inbox.wait_for(5));
    EXPECT_EQ(find_stamp(inbox.arrivals[4].bytes)->sequence(), 4U);
    EXPECT_GT(server.foreign(), 0U);
    EXPECT_GT(receiver->health().refused, 100U);
}

TEST(MediaPort, a_port_in_use_is_named_in_one_line) {
    SystemClock clock;
    MediaPort first{"127.0.0.1", 0, clock};
    try {
        MediaPort second{"127.0.0.1", first.port(), clock};
        FAIL() << "two sockets on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(std::to_string(first.port())), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("in use"), std::string::npos);
    }
}

}  // namespace
