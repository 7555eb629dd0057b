// Real sockets on the loopback and, where one may make them, across network namespaces: who gets what, by which path,
// and with which mark.
#include "transport/media_port.hpp"
#include "fakes/rtp_units.hpp"
#include "transport/link_rtp.hpp"
#include "transport/priority.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::Bytes;

Bytes bare_rtp(std::uint32_t ssrc, std::size_t size) {
    Bytes out(size, std::byte{7});
    out[0] = std::byte{0x80};
    out[1] = std::byte{96};
    for (std::size_t i = 0; i < 4; ++i) out[8 + i] = static_cast<std::byte>(ssrc >> (24 - 8 * i));
    return out;
}

/// Keeps what comes; wants to be called every 10 ms.
class Keeper final : public MediaEndpoint {
public:
    void take(std::span<const Datagram> datagrams) override {
        const std::scoped_lock lock{mutex_};
        for (const auto& datagram : datagrams) {
            came_.emplace_back(datagram.bytes.begin(), datagram.bytes.end());
            from_.push_back(datagram.way);
            received_.push_back(datagram.received);
        }
        changed_.notify_all();
    }
    Timestamp tick(Timestamp now) override {
        ++ticks;
        return now + 10ms;
    }
    std::vector<Bytes> wait_for(std::size_t count) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, 5s, [&] { return came_.size() >= count; });
        return came_;
    }
    std::size_t count() {
        const std::scoped_lock lock{mutex_};
        return came_.size();
    }
    Way from(std::size_t packet) {
        const std::scoped_lock lock{mutex_};
        return from_.at(packet);
    }
    Timestamp received(std::size_t packet) {
        const std::scoped_lock lock{mutex_};
        return received_.at(packet);
    }
    std::atomic<int> ticks{0};

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Bytes> came_;
    std::vector<Way> from_;
    std::vector<Timestamp> received_;
};

/// A plain UDP socket that sees the mark of what it receives.
class MarkedSocket {
public:
    MarkedSocket() : socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        const int on = 1;
        setsockopt(socket_, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        socklen_t size = sizeof address;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        address_ = {address.sin_addr.s_addr, address.sin_port};
    }
    ~MarkedSocket() { close(socket_); }
    MarkedSocket(const MarkedSocket&) = delete;
    MarkedSocket& operator=(const MarkedSocket&) = delete;

    [[nodiscard]] Address address() const { return address_; }
    /// The DSCP of the next datagram; nothing within 5 s: -1.
    [[nodiscard]] int next_mark() const {
        pollfd waiting{socket_, POLLIN, 0};
        if (poll(&waiting, 1, 5000) <= 0) return -1;
        std::array<char, 65536> bytes{};
        std::array<char, 256> control{};
        iovec vector{bytes.data(), bytes.size()};
        msghdr header{};
        header.msg_iov = &vector;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        if (recvmsg(socket_, &header, 0) < 0) return -1;
        for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part))
            if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_TOS) return *CMSG_DATA(part) >> 2;
        return -1;
    }
    void send(const Bytes& bytes, std::uint16_t port) const {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(port);
        sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    }

private:
    int socket_;
    Address address_;
};

struct MediaSockets : testing::Test {
    SystemClock clock;
    static std::size_t send(MediaPort& port, const Way& way, const std::vector<Bytes>& packets, int mark = 0) {
        const std::vector<std::span<const std::byte>> spans{packets.begin(), packets.end()};
        return port.send(way, spans, static_cast<std::uint8_t>(mark));
    }
};

TEST_F(MediaSockets, give_each_stream_its_packets_in_order_whole_and_with_the_time_they_came) {
    MediaPort server{"127.0.0.1", 0, clock};
    MediaPort node{"127.0.0.1", 0, clock};
    Keeper first;
    Keeper second;
    const std::array<std::uint32_t, 1> one{1};
    const std::array<std::uint32_t, 1> two{2};
    server.route(one, first);
    server.route(two, second);
    std::vector<Bytes> packets;
    for (std::size_t i = 0; i < 300; ++i) packets.push_back(bare_rtp(i % 3 == 0 ? 2 : 1, i % 7 == 0 ? 900 : 1200));
    for (std::size_t i = 0; i < packets.size(); ++i) packets[i][3] = static_cast<std::byte>(i);
    const auto before = clock.now();
    EXPECT_EQ(send(node, {0, resolve("127.0.0.1", server.port())}, packets), packets.size());
    const auto came = first.wait_for(200);
    const auto others = second.wait_for(100);
    const auto after = clock.now();
    std::vector<Bytes> ones;
    std::vector<Bytes> twos;
    for (std::size_t i = 0; i < packets.size(); ++i) (i % 3 == 0 ? twos : ones).push_back(packets[i]);
    EXPECT_EQ(came, ones);
    EXPECT_EQ(others, twos);
    for (std::size_t i = 0; i < came.size(); ++i) {
        EXPECT_GE(first.received(i), before - 1ms);
        EXPECT_LE(first.received(i), after);
    }
    server.unroute(first);
    server.unroute(second);
    EXPECT_EQ(server.foreign(), 0U);
}

TEST_F(MediaSockets, count_what_nobody_waits_for) {
    MediaPort server{"127.0.0.1", 0, clock};
    Keeper keeper;
    const std::array<std::uint32_t, 1> one{1};
    server.route(one, keeper);
    const MarkedSocket stranger;
    stranger.send(bare_rtp(99, 100), server.port());
    stranger.send(Bytes(50, std::byte{0}), server.port());
    stranger.send(Bytes(3, std::byte{0x80}), server.port());
    stranger.send(Bytes{}, server.port());
    stranger.send(bare_rtp(1, 3000), server.port());  // longer than any of ours
    stranger.send(bare_rtp(1, 100), server.port());
    EXPECT_EQ(keeper.wait_for(1).size(), 1U);
    EXPECT_EQ(server.foreign(), 4U);
    server.unroute(keeper);
}

TEST_F(MediaSockets, call_who_wants_to_be_called_when_he_wants_and_not_all_the_time) {
    MediaPort port{"127.0.0.1", 0, clock};
    Keeper keeper;
    const std::array<std::uint32_t, 1> one{1};
    const auto start = clock.now();
    port.route(one, keeper);
    while (keeper.ticks < 10 && clock.now() < start + 5s) std::this_thread::yield();
    EXPECT_GE(clock.now() - start, 80ms);
    port.unroute(keeper);
    const int ticks = keeper.ticks;
    EXPECT_LE(ticks, 11);
    const auto end = clock.now() + 30ms;
    clock.wait_until(end, {});
    EXPECT_EQ(keeper.ticks, ticks) << "never again";
}

TEST_F(MediaSockets, mark_each_packet_with_its_class_one_by_one_and_many_at_once) {
    MediaPort port{"127.0.0.1", 0, clock};
    const MarkedSocket receiver;
    for (const auto priority : {Priority::critical, Priority::diagnostic, Priority::context, Priority::comfort}) {
        send(port, {0, receiver.address()}, {bare_rtp(1, 700)}, dscp(priority));
        EXPECT_EQ(receiver.next_mark(), dscp(priority)) << name(priority);
        send(port, {0, receiver.address()}, std::vector<Bytes>(30, bare_rtp(1, 1200)), dscp(priority));
        for (int i = 0; i < 30; ++i) EXPECT_EQ(receiver.next_mark(), dscp(priority)) << name(priority);
    }
}

TEST_F(MediaSockets, may_be_an_interface) {
    MediaPort server{"127.0.0.1", 0, clock};
    std::unique_ptr<MediaPort> node;
    try {
        node = std::make_unique<MediaPort>("lo", 0, clock);
    } catch (const std::runtime_error& error) {
        GTEST_SKIP() << "this user may not choose an interface: " << error.what();
    }
    Keeper keeper;
    const std::array<std::uint32_t, 1> one{1};
    server.route(one, keeper);
    EXPECT_EQ(send(*node, {0, resolve("127.0.0.1", server.port())}, {bare_rtp(1, 700)}), 1U);
    EXPECT_EQ(keeper.wait_for(1).size(), 1U);
    EXPECT_EQ(keeper.from(0).remote, resolve("127.0.0.1", node->port()));
    server.unroute(keeper);
}

TEST_F(MediaSockets, that_cannot_be_had_are_named) {
    MediaPort taken{"127.0.0.1", 0, clock};
    try {
        MediaPort again{"127.0.0.1", taken.port(), clock};
        FAIL() << "bound twice";
    } catch (const std::runtime_error& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("127.0.0.1:" + std::to_string(taken.port())), std::string::npos) << text;
        EXPECT_NE(text.find("--media-port"), std::string::npos) << text;
    }
}

TEST_F(MediaSockets, carry_a_stream_by_two_local_paths_at_once) {
    MediaPort server{"127.0.0.1", 0, clock};
    MediaPort node{std::vector<MediaPort::Local>{{"127.0.0.1", 0}, {"127.0.0.2", 0}}, clock};
    const auto to_server = resolve("127.0.0.1", server.port());
    RtpLink listening;
    listening.stream = {80, 84, 96};
    listening.key = new_media_key(1);
    auto dialling = listening;
    dialling.ways = {{0, to_server}, {1, to_server}};
    std::atomic<int> arrived{0};
    const auto receiver = make_rtp_receiver(
        server, listening, [&](const Arrival&) { ++arrived; }, clock);
    const auto sender = make_rtp_sender(node, dialling, clock);
    const auto carrying = [&] {
        const auto paths = receiver->health().paths;
        return std::ranges::count_if(paths, &PathHealth::carries);
    };
    const auto unit = fakes::annex_b({fakes::nal(fakes::sei, 40), fakes::nal(fakes::slice, 4000)});
    std::uint32_t sent = 0;
    const auto send_next = [&] {
        sender->send({unit, sent++, clock.now(), true});
        clock.wait_until(clock.now() + 10ms, {});
    };
    for (const auto end = clock.now() + 5s; clock.now() < end && carrying() < 2;) send_next();
    // Until the second path has proved itself its copies are nobody's.
    const auto refused = receiver->health().refused;
    for (int i = 0; i < 20; ++i) send_next();
    for (const auto end = clock.now() + 5s; clock.now() < end && arrived < static_cast<int>(sent);)
        clock.wait_until(clock.now() + 5ms, {});
    EXPECT_EQ(arrived, static_cast<int>(sent));
    const auto health = receiver->health();
    ASSERT_EQ(health.paths.size(), 2U);
    for (const auto& path : health.paths) {
        EXPECT_TRUE(path.carries);
        EXPECT_TRUE(path.round_trip);
        EXPECT_GT(path.first + path.copies, 0U);
    }
    EXPECT_NE(health.paths[0].way.remote.host, health.paths[1].way.remote.host);
    EXPECT_EQ(health.lost, 0U);
    EXPECT_EQ(health.refused, refused);
}

// ---- across network namespaces ---------------------------------------------------------------------------------

bool shell(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;  // NOLINT(cert-env33-c): our own words
}

/// Two namespaces with a cable between them; gone when this goes.
class Cable {
public:
    Cable() { made_ = geteuid() == 0 && shell("ip netns add " + left) && shell("ip netns add " + right) && plug_in(); }
    [[nodiscard]] bool plug_in() const {
        return shell("ip -n " + left + " link add media type veth peer name media netns " + right) &&
               shell("ip -n " + left + " address add 10.77.0.1/24 dev media") &&
               shell("ip -n " + right + " address add 10.77.0.2/24 dev media") &&
               shell("ip -n " + left + " link set media up") && shell("ip -n " + right + " link set media up");
    }
    ~Cable() {
        shell("ip netns delete " + left);
        shell("ip netns delete " + right);
    }
    Cable(const Cable&) = delete;
    Cable& operator=(const Cable&) = delete;
    [[nodiscard]] bool made() const { return made_; }
    /// On a thread of its own that lives in that namespace; sockets stay in the one they were made in.
    static void within(const std::string& name, const std::function<void()>& work) {
        std::thread{[&] {
            const int space = open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
            const bool entered = setns(space, CLONE_NEWNET) == 0;
            close(space);
            if (entered)
                work();
            else
                ADD_FAILURE() << "cannot enter namespace " << name;
        }}.join();
    }
    const std::string left = "scialytic-test-a" + std::to_string(getpid());
    const std::string right = "scialytic-test-b" + std::to_string(getpid());

private:
    bool made_ = false;
};

TEST_F(MediaSockets, use_a_modem_again_that_was_pulled_out_and_plugged_in) {
    const Cable cable;
    if (!cable.made()) GTEST_SKIP() << "no network namespaces may be made here";
    std::unique_ptr<MediaPort> server;
    std::unique_ptr<MediaPort> node;
    Cable::within(cable.right, [&] { server = std::make_unique<MediaPort>("0.0.0.0", 0, clock); });
    Cable::within(cable.left, [&] { node = std::make_unique<MediaPort>("media", 0, clock); });
    Keeper keeper;
    const std::array<std::uint32_t, 1> one{1};
    server->route(one, keeper);
    const Way to_server{0, resolve("10.77.0.2", server->port())};
    EXPECT_EQ(send(*node, to_server, {bare_rtp(1, 700)}), 1U);
    ASSERT_EQ(keeper.wait_for(1).size(), 1U);
    ASSERT_TRUE(shell("ip -n " + cable.left + " link delete media"));
    EXPECT_EQ(send(*node, to_server, {bare_rtp(1, 700)}), 0U);
    ASSERT_TRUE(cable.plug_in());
    const auto until = clock.now() + 10s;
    while (keeper.count() < 2 && clock.now() < until) {
        send(*node, to_server, {bare_rtp(1, 700)});
        clock.wait_until(clock.now() + 20ms, {});
    }
    EXPECT_GE(keeper.count(), 2U);
    server->unroute(keeper);
}

TEST_F(MediaSockets, marks_are_on_the_wire_between_two_network_namespaces) {
    const Cable cable;
    if (!cable.made()) GTEST_SKIP() << "no network namespaces may be made here";
    int wire = -1;
    Cable::within(cable.right, [&] {
        wire = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
        sockaddr_ll on{};
        on.sll_family = AF_PACKET;
        on.sll_protocol = htons(ETH_P_IP);
        on.sll_ifindex = static_cast<int>(if_nametoindex("media"));
        ASSERT_EQ(bind(wire, reinterpret_cast<sockaddr*>(&on), sizeof on), 0);
    });
    std::unique_ptr<MediaPort> port;
    Cable::within(cable.left, [&] { port = std::make_unique<MediaPort>("media", 0, clock); });
    constexpr int there = 5004;
    /// DSCP of the next IPv4 packet to that port, as it lies on the wire.
    const auto next_mark = [&] {
        for (int tries = 0; tries < 100; ++tries) {
            pollfd waiting{wire, POLLIN, 0};
            if (poll(&waiting, 1, 5000) <= 0) return -1;
            std::array<unsigned char, 65536> packet{};
            const auto size = recv(wire, packet.data(), packet.size(), 0);
            const auto header = 4U * (packet[0] & 0x0FU);
            if (size < 28 || packet[9] != IPPROTO_UDP || (packet[header + 2] << 8 | packet[header + 3]) != there)
                continue;
            return packet[1] >> 2;
        }
        return -1;
    };
    for (const auto priority : {Priority::critical, Priority::diagnostic, Priority::context, Priority::comfort}) {
        EXPECT_EQ(send(*port, {0, resolve("10.77.0.2", there)}, {bare_rtp(1, 700)}, dscp(priority)), 1U);
        EXPECT_EQ(next_mark(), dscp(priority)) << name(priority);
        // Many at once: the kernel may show them as one.
        send(*port, {0, resolve("10.77.0.2", there)}, std::vector<Bytes>(4, bare_rtp(1, 1200)), dscp(priority));
        EXPECT_EQ(next_mark(), dscp(priority)) << name(priority);
        pollfd more{wire, POLLIN, 0};
        while (poll(&more, 1, 20) > 0) EXPECT_EQ(next_mark(), dscp(priority)) << name(priority);
    }
    port.reset();
    close(wire);
}

}  // namespace
