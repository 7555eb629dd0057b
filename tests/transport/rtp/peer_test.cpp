// Two ends of a stream with a seal between, over a wire that lets packets overtake one another.
#include "transport/rtp/peer.hpp"
#include "transport/emulator/link_model.hpp"
#include "transport/rtp/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace {

using namespace transport;
using namespace std::chrono_literals;

/// The node dials by two sockets; the server knows nothing of it before.
struct SealedPeers : testing::Test {
    using Packet = std::vector<std::byte>;
    struct End final : MediaNetwork {
        End(SealedPeers& owner, bool node) : test{owner}, is_node{node} {}
        void route(std::span<const std::uint32_t>, MediaEndpoint&) override {}
        void unroute(MediaEndpoint&) override {}
        std::size_t send(const Way& way, std::span<const std::span<const std::byte>> packets,
                         std::uint8_t mark) override {
            last_mark = mark;
            for (const auto& packet : packets) test.transmit(is_node, way, {packet.begin(), packet.end()});
            return packets.size();
        }
        SealedPeers& test;
        bool is_node;
        unsigned last_mark = 0;
    };
    struct Underway {
        bool to_server = false;
        Way from;
        Packet bytes;
    };
    static constexpr Address server_address{1, 7};
    static constexpr Way node_by(std::uint8_t socket) { return {0, {1000U + socket, 7}}; }
    static constexpr Way from_stranger{0, {666, 7}};

    Timestamp now = timestamp(1'000'000'000);
    std::uint64_t tokens = 1000;
    MediaKey key = new_media_key(1);
    End node_end{*this, true};
    End server_end{*this, false};
    std::optional<RtpPeer> node;
    std::optional<RtpPeer> server;
    std::optional<std::array<LinkModel, 2>> wires;  ///< up, down; nothing: no time at all
    std::multimap<Timestamp, Underway> underway;
    std::vector<Packet> at_server;
    std::vector<Packet> at_node;
    std::vector<RtcpMessage> told_node;
    std::vector<RtcpMessage> told_server;
    std::uint64_t copies = 0;
    std::set<std::uint32_t> asked_hosts;  ///< to which the server has sent anything
    std::vector<Underway> seen;           ///< everything that left

    void make(bool sealed = true) {
        const auto random = [this] { return ++tokens; };
        const auto with = sealed ? std::optional{key} : std::nullopt;
        node.emplace(node_end, PeerSettings{{80, 81, 82}, {84}, {{0, server_address}, {1, server_address}}, with, 46},
                     random);
        server.emplace(server_end, PeerSettings{{84}, {80, 81, 82}, {}, with, 34}, random);
    }
    void transmit(bool from_node, const Way& way, Packet bytes) {
        if (!from_node) asked_hosts.insert(way.remote.host);
        if (!from_node && way.remote.host != 1000 && way.remote.host != 1001) return;
        const auto socket = static_cast<std::uint8_t>(from_node ? way.socket : way.remote.host - 1000);
        const Underway packet{from_node, from_node ? node_by(socket) : Way{socket, server_address}, std::move(bytes)};
        seen.push_back(packet);
        const auto out = wires ? (*wires)[from_node ? 0 : 1].enter(packet.bytes.size(), now).out : now;
        underway.emplace(out, packet);
    }
    void deliver(Underway packet) {
        auto& peer = packet.to_server ? *server : *node;
        const auto opened = peer.open({packet.bytes, packet.from, now});
        if (!opened) return;
        if (opened->copy) ++copies;
        if (!opened->rtp.empty())
            (packet.to_server ? at_server : at_node).emplace_back(opened->rtp.begin(), opened->rtp.end());
        auto& told = packet.to_server ? told_server : told_node;
        told.insert(told.end(), opened->messages.begin(), opened->messages.end());
    }
    void pass(Microseconds length) {
        for (const auto end = now + length; now < end; now += 1ms) {
            node->tick(now);
            server->tick(now);
            while (!underway.empty() && underway.begin()->first <= now) {
                const auto packet = underway.begin()->second;
                underway.erase(underway.begin());
                deliver(packet);
            }
        }
    }
    static RtpPackets media(std::uint32_t ssrc, std::uint16_t sequence) {
        RtpPackets out;
        out.bytes.resize(12 + 40, std::byte{9});
        const std::array head{0x80U, 96U, unsigned{sequence} >> 8U, sequence & 0xFFU, 0U, 0U, 0U, 1U, 0U, 0U, 0U, ssrc};
        for (std::size_t i = 0; i < head.size(); ++i) out.bytes[i] = static_cast<std::byte>(head[i]);
        out.ends.push_back(out.bytes.size());
        return out;
    }
};

TEST_F(SealedPeers, find_each_other_by_both_paths_and_media_pass_in_both_directions) {
    make();
    pass(100ms);
    EXPECT_EQ(server->paths().usable(now).size(), 2U);
    EXPECT_EQ(node->paths().usable(now).size(), 2U);
    node->send(media(80, 5), std::vector<std::size_t>{0});
    EXPECT_EQ(node_end.last_mark, 46U);
    server->send(media(84, 6), server->paths().usable(now));
    EXPECT_EQ(server_end.last_mark, 34U);
    pass(5ms);
    EXPECT_EQ(at_server, std::vector<Packet>{media(80, 5).bytes});
    EXPECT_EQ(at_node, std::vector<Packet>{media(84, 6).bytes});
    EXPECT_EQ(server->refusals().forged + server->refusals().replayed, 0U);
}

TEST_F(SealedPeers, say_nothing_readable_on_the_wire_but_the_headers) {
    make();
    pass(100ms);
    seen.clear();
    node->send(media(80, 5), std::vector<std::size_t>{0, 1});
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].bytes, seen[1].bytes) << "one seal, sent twice: no number is used for two texts";
    const Packet payload(8, std::byte{9});
    const auto& wire = seen[0].bytes;
    EXPECT_EQ(std::search(wire.begin(), wire.end(), payload.begin(), payload.end()), wire.end());
}

TEST_F(SealedPeers, a_packet_by_both_paths_is_passed_on_once_and_counted_as_a_copy) {
    make();
    pass(100ms);
    node->send(media(80, 5), std::vector<std::size_t>{0, 1});
    pass(5ms);
    EXPECT_EQ(at_server.size(), 1U);
    EXPECT_EQ(copies, 1U);
    EXPECT_EQ(server->refusals().replayed, 0U);
}

TEST_F(SealedPeers, repairs_parity_and_reports_by_both_paths_are_nothing_to_refuse) {
    make();
    pass(100ms);
    node->send(media(81, 5), std::vector<std::size_t>{0, 1});
    node->send(media(82, 5), std::vector<std::size_t>{0, 1});
    const std::vector<RtcpMessage> messages{PictureLoss{80}};
    server->send(messages, std::vector<std::size_t>{0, 1});
    pass(5ms);
    EXPECT_EQ(at_server.size(), 2U);
    EXPECT_EQ(told_node, messages);
    EXPECT_EQ(server->refusals().replayed, 0U);
    EXPECT_EQ(node->refusals().replayed, 0U);
}

TEST_F(SealedPeers, who_repeats_packets_from_elsewhere_is_refused_counted_and_sent_no_media) {
    make();
    pass(100ms);
    seen.clear();
    node->send(media(80, 5), std::vector<std::size_t>{0});
    pass(5ms);
    deliver({true, from_stranger, seen.front().bytes});
    EXPECT_EQ(at_server.size(), 1U);
    EXPECT_EQ(server->refusals().replayed, 1U);
    pass(500ms);
    EXPECT_TRUE(asked_hosts.contains(666)) << "a probe: perhaps it is the node, and moved";
    for (const auto path : server->paths().usable(now)) EXPECT_NE(server->paths().way(path), from_stranger);
}

TEST_F(SealedPeers, who_is_faster_than_the_node_with_its_own_packets_is_sent_no_media) {
    make();
    node->tick(now);
    for (const auto& packet : seen) deliver({true, from_stranger, packet.bytes});
    pass(1s);
    EXPECT_EQ(server->paths().usable(now).size(), 2U) << "the node's own are proven all the same";
    for (const auto path : server->paths().usable(now)) EXPECT_NE(server->paths().way(path), from_stranger);
}

TEST_F(SealedPeers, damaged_and_foreign_packets_are_refused_and_counted) {
    make();
    pass(100ms);
    seen.clear();
    node->send(media(80, 5), std::vector<std::size_t>{0});
    auto damaged = seen.front();
    damaged.bytes[20] ^= std::byte{1};
    deliver(damaged);
    EXPECT_EQ(server->refusals().forged, 1U);
    RtpPeer stranger{node_end, PeerSettings{{80, 81, 82}, {84}, {{0, server_address}}, new_media_key(1), 0},
                     [] { return 1U; }};
    seen.clear();
    stranger.send(media(80, 6), std::vector<std::size_t>{0});
    deliver(seen.front());
    EXPECT_EQ(server->refusals().forged, 2U);
    deliver({true, node_by(0), {}});
    deliver({true, node_by(0), Packet(7)});
    EXPECT_TRUE(at_server.empty());
    pass(5ms);
    EXPECT_EQ(at_server.size(), 1U) << "the undamaged one is still welcome";
}

TEST_F(SealedPeers, a_key_renewed_while_packets_overtake_one_another_loses_none) {
    make();
    LinkDirection radio;
    radio.delay_ms = Quantiles{{{0, 5}, {0.5, 9}, {1, 30}}};
    radio.reorder = 0.5;
    radio.reorder_by = 25ms;
    auto back = radio;
    back.side = 1;
    wires.emplace(std::array{LinkModel{radio, 1, now}, LinkModel{back, 1, now}});
    pass(300ms);
    const auto both = std::vector<std::size_t>{0, 1};
    std::optional<MediaKey> next;
    std::uint16_t sequence = 0;
    for (int ms = 0; ms < 5000; ++ms, ++sequence) {
        node->send(media(80, sequence), both);
        server->send(media(84, sequence), both);
        // The server is told to renew; the node hears of it on the bus a while later.
        if (ms % 1000 == 300) server->offer_key(next.emplace(new_media_key(static_cast<std::uint8_t>(2 + ms / 1000))));
        if (ms % 1000 == 360) node->take_key(*next);
        pass(1ms);
    }
    pass(200ms);
    EXPECT_EQ(at_server.size(), 5000U);
    EXPECT_EQ(at_node.size(), 5000U);
    EXPECT_EQ(server->refusals().forged, 0U);
    EXPECT_EQ(node->refusals().forged, 0U);
    EXPECT_FALSE(std::ranges::is_sorted(at_server)) << "the wire did let them overtake";
}

TEST_F(SealedPeers, a_key_before_the_last_opens_nothing) {
    make();
    pass(100ms);
    seen.clear();
    node->send(media(80, 5), std::vector<std::size_t>{0});
    const auto early = seen.front();
    underway.clear();
    for (const auto id : {std::uint8_t{2}, std::uint8_t{3}}) {
        const auto next = new_media_key(id);
        server->offer_key(next);
        node->take_key(next);
        pass(300ms);
    }
    deliver(early);
    EXPECT_TRUE(at_server.empty());
    EXPECT_EQ(server->refusals().forged, 1U);
    node->send(media(80, 6), std::vector<std::size_t>{0});
    pass(5ms);
    EXPECT_EQ(at_server.size(), 1U);
}

TEST_F(SealedPeers, without_a_seal_a_stranger_is_not_obeyed_once_somebody_is_known) {
    make(false);
    pass(100ms);
    ASSERT_EQ(server->paths().usable(now).size(), 2U);
    const std::vector<RtcpMessage> demands{PictureLoss{80}, Nack{80, {1, 2, 3}}};
    deliver({true, from_stranger, to_rtcp(80, demands)});
    deliver({true, from_stranger, media(80, 9).bytes});
    EXPECT_TRUE(told_server.empty());
    EXPECT_TRUE(at_server.empty());
    EXPECT_EQ(server->refusals().replayed, 1U);
    deliver({true, node_by(1), to_rtcp(80, demands)});
    EXPECT_EQ(told_server, demands);
}

}  // namespace
