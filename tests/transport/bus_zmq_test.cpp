// Real sockets on loopback, ports chosen by the system. Waits are for conditions, never for a time to pass.
#include "fakes/shifted_clock.hpp"
#include "transport/bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace transport {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;
const BusSecurity open_to_all{.secure = false};  // who is let in: bus_security_test.cpp

/// What was said, in order, for a test to wait for.
template <typename T>
class Heard {
public:
    void add(T value) {
        {
            const std::scoped_lock lock{mutex_};
            values_.push_back(std::move(value));
        }
        changed_.notify_all();
    }
    /// The first value that `wanted` takes; everything before it is dropped.
    std::optional<T> wait_for(const std::function<bool(const T&)>& wanted) {
        std::unique_lock lock{mutex_};
        std::optional<T> found;
        changed_.wait_for(lock, patience, [&] {
            while (!values_.empty() && !found) {
                if (wanted(values_.front())) found = std::move(values_.front());
                values_.pop_front();
            }
            return found.has_value();
        });
        return found;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> values_;
};

struct Said {
    std::string peer;
    Message message;
};

template <typename T>
bool is(const Message& message) {
    return std::holds_alternative<T>(message);
}

/// A server that welcomes everybody, and says what it hears.
struct Server {
    explicit Server(int port = 0, const ClockSettings& clocks = {})
        : bus{listen_on_bus(
              "127.0.0.1", port,
              [this](const std::string& peer, const Message& message) {
                  if (is<Hello>(message)) welcome(peer);
                  heard.add({peer, message});
              },
              [this](const std::string& peer) { gone.add(peer); }, clock, open_to_all, clocks)} {
        const std::scoped_lock lock{mutex};
        ready = bus.get();
        arrived.notify_all();
    }
    void welcome(const std::string& peer) {
        std::unique_lock lock{mutex};
        arrived.wait(lock, [this] { return ready != nullptr; });
        ready->welcome(peer, Welcome{.media_port = 5004});
    }
    SystemClock clock;
    Heard<Said> heard;
    Heard<std::string> gone;
    std::mutex mutex;
    std::condition_variable arrived;
    BusServer* ready = nullptr;
    std::unique_ptr<BusServer> bus;
};

struct Node {
    Node(int port, const std::string& name, Role role = Role::display)
        : bus{dial_bus(
              "127.0.0.1", port, Hello{.node = name, .role = role}, [this](const Message& m) { heard.add(m); }, clock,
              open_to_all)} {}
    SystemClock clock;
    Heard<Message> heard;
    std::unique_ptr<BusClient> bus;
};

TEST(Bus, a_node_is_welcomed_and_both_sides_talk) {
    Server server;
    Node node{server.bus->port(), "wall"};
    const auto hello = server.heard.wait_for([](const Said& said) { return is<Hello>(said.message); });
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->peer, "wall");
    const auto welcome = node.heard.wait_for(is<Welcome>);
    ASSERT_TRUE(welcome);
    EXPECT_EQ(std::get<Welcome>(*welcome).media_port, 5004);
    EXPECT_EQ(std::get<Welcome>(*welcome).server_boot, boot_id());
    EXPECT_TRUE(node.bus->connected());

    node.bus->send(Status{"wall", "live", {}});
    EXPECT_TRUE(server.heard.wait_for([](const Said& said) { return is<Status>(said.message); }));
    server.bus->send("wall", Control{.freeze = true});
    const auto control = node.heard.wait_for(is<Control>);
    ASSERT_TRUE(control);
    EXPECT_EQ(std::get<Control>(*control).freeze, true);

    const auto converted = node.bus->server_clock().convert(remote_timestamp(77));
    ASSERT_TRUE(converted) << "one machine, one clock";
    EXPECT_EQ(microseconds(converted->time), 77);
}

TEST(Bus, what_is_said_before_the_welcome_waits_for_it) {
    Server server;
    Node node{server.bus->port(), "shell", Role::control};
    node.bus->send(Control{.opacity = 0.25});
    const auto control = server.heard.wait_for([](const Said& said) { return is<Control>(said.message); });
    ASSERT_TRUE(control);
    EXPECT_EQ(std::get<Control>(control->message).opacity, 0.25);
}

TEST(Bus, nodes_find_a_server_that_was_restarted) {
    auto server = std::make_unique<Server>();
    const int port = server->bus->port();
    Node node{port, "wall"};
    const auto before = node.heard.wait_for(is<Welcome>);
    ASSERT_TRUE(before);
    server.reset();
    Server again{port};
    const auto started = again.clock.now();
    const auto after = node.heard.wait_for(is<Welcome>);
    ASSERT_TRUE(after);
    EXPECT_NE(std::get<Welcome>(*before).server_run, std::get<Welcome>(*after).server_run);
    EXPECT_LT(again.clock.now() - started, 3s) << "reconnection takes up to 0.25 s, the rest is this machine's load";
}

TEST(Bus, a_node_that_starts_again_takes_its_name_back) {
    Server server;
    auto node = std::make_unique<Node>(server.bus->port(), "wall");
    ASSERT_TRUE(node->heard.wait_for(is<Welcome>));
    Node again{server.bus->port(), "wall"};  // while the first still holds its connection
    ASSERT_TRUE(again.heard.wait_for(is<Welcome>));
    node.reset();
    again.bus->send(Status{"wall", "the second", {}});
    ASSERT_TRUE(server.heard.wait_for([](const Said& said) { return is<Status>(said.message); }));
    server.bus->send("wall", Reply{true, "for the second"});
    EXPECT_TRUE(again.heard.wait_for(is<Reply>));
}

TEST(Bus, a_node_on_another_machine_tells_the_server_both_clocks) {
    constexpr auto ahead = 3h;
    Server server;
    fakes::ShiftedClock clock{ahead};
    const auto node = dial_bus(
        "127.0.0.1", server.bus->port(), Hello{.node = "probe", .boot = boot_id() ^ 2U}, [](const Message&) {}, clock,
        open_to_all);
    const auto said = server.heard.wait_for(
        [](const Said& s) { return is<Ping>(s.message) && std::get<Ping>(s.message).clocks.has_value(); });
    ASSERT_TRUE(said);
    EXPECT_EQ(said->peer, "probe");
    const auto of_node = clock_of_node(std::get<Ping>(said->message).clocks.value());
    const auto before = server.clock.now();
    const auto converted = of_node.convert(RemoteTimestamp{clock.now().time_since_epoch()});
    const auto after = server.clock.now();
    ASSERT_TRUE(converted);
    EXPECT_GE(converted->time + converted->bound, before);
    EXPECT_LE(converted->time - converted->bound, after);
    EXPECT_EQ(server.bus->refused(), 0U);
}

TEST(Bus, pings_that_tell_no_clocks_are_handed_on_too_for_they_take_back_what_was_told) {
    Server server;
    Node node{server.bus->port(), "wall"};  // of one machine
    ASSERT_TRUE(node.heard.wait_for(is<Welcome>));
    const auto said = server.heard.wait_for([](const Said& s) { return is<Ping>(s.message); });
    ASSERT_TRUE(said);
    EXPECT_FALSE(std::get<Ping>(said->message).clocks);
}

TEST(Bus, two_ends_with_disciplined_host_clocks_use_them) {
    constexpr auto ahead = 3h;
    const auto disciplined = [](Microseconds of_day) {
        return ClockSettings{0us, [of_day] { return HostTime{of_day, 0us}; }};
    };
    Server server{0, disciplined(1'000'000s)};
    fakes::ShiftedClock clock{ahead};
    const auto node = dial_bus(
        "127.0.0.1", server.bus->port(), Hello{.node = "probe", .boot = boot_id() ^ 2U}, [](const Message&) {}, clock,
        open_to_all, disciplined(1'000'000s - ahead));
    const auto said = server.heard.wait_for(
        [](const Said& s) { return is<Ping>(s.message) && std::get<Ping>(s.message).clocks.has_value(); });
    ASSERT_TRUE(said);
    const auto clocks = *std::get<Ping>(said->message).clocks;
    EXPECT_EQ(clocks.basis, ClockBasis::host_clocks);
    EXPECT_EQ(Microseconds{clocks.node_us - clocks.server_us}, ahead);
    EXPECT_EQ(clocks.bound_us, 1);
}

TEST(Bus, a_node_that_falls_silent_is_reported) {
    Server server;
    auto node = std::make_unique<Node>(server.bus->port(), "wall");
    ASSERT_TRUE(node->heard.wait_for(is<Welcome>));
    node.reset();
    EXPECT_EQ(server.gone.wait_for([](const std::string&) { return true; }), "wall");
    server.bus->send("wall", Reply{});  // to nobody
}

TEST(Bus, a_forgotten_node_says_hello_again) {
    Server server;
    Node node{server.bus->port(), "wall"};
    ASSERT_TRUE(node.heard.wait_for(is<Welcome>));
    ASSERT_TRUE(server.heard.wait_for([](const Said& said) { return is<Hello>(said.message); }));
    server.bus->forget("wall");
    EXPECT_TRUE(server.heard.wait_for([](const Said& said) { return is<Hello>(said.message); }));
    EXPECT_TRUE(node.heard.wait_for(is<Welcome>));
}

TEST(Bus, garbage_and_strangers_do_no_harm) {
    Server server;
    Node node{server.bus->port(), "wall"};
    ASSERT_TRUE(node.heard.wait_for(is<Welcome>));

    // ZMTP 3.0 by hand, as a DEALER called "liar" speaks it.
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{10, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server.bus->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const auto transmit = [socket](const std::string& bytes) {
        return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    };
    const std::string greeting = std::string{"\xFF\0\0\0\0\0\0\0\x01\x7F\x03\0NULL", 16} + std::string(48, '\0');
    const std::string ready = std::string{"\x04\x2D\x05READY"} + std::string{"\x0BSocket-Type\0\0\0\x06", 16} +
                              "DEALER" + std::string{"\x08Identity\0\0\0\x04", 13} + "liar";
    ASSERT_TRUE(transmit(greeting + ready));
    std::string answer;
    for (char byte = 0; answer.find("READY") == std::string::npos; answer += byte)
        ASSERT_EQ(::recv(socket, &byte, 1, 0), 1);

    std::string stream;
    const auto say = [&stream](const std::string& body) {
        stream += "\x02" + std::string(6, '\0');
        stream += static_cast<char>(body.size() >> 8U);
        stream += static_cast<char>(body.size() & 0xFFU);
        stream += body;
    };
    const auto as_text = [](const Message& message) {
        const auto cbor = to_cbor(message);
        return std::string{reinterpret_cast<const char*>(cbor.data()), cbor.size()};
    };
    say(std::string(60'000, '\x81'));
    for (int i = 0; i < 200; ++i) say("garbage");
    say("");
    say(as_text(Hello{.node = "wall"}));
    say(as_text(Control{.clear_annotations = true}));
    say(as_text(Hello{.node = "liar"}));
    ASSERT_TRUE(transmit(stream));

    const auto honest = server.heard.wait_for([](const Said& said) { return said.peer == "liar"; });
    ASSERT_TRUE(honest);
    EXPECT_TRUE(is<Hello>(honest->message)) << "the rest was refused";
    EXPECT_EQ(server.bus->refused(), 204U);
    ::close(socket);

    node.bus->send(Status{"wall", "still here", {}});
    EXPECT_TRUE(server.heard.wait_for([](const Said& said) { return is<Status>(said.message); }));
}

TEST(Bus, a_port_in_use_is_named) {
    Server server;
    SystemClock clock;
    const auto port = std::to_string(server.bus->port());
    try {
        (void)listen_on_bus(
            "127.0.0.1", server.bus->port(), [](const std::string&, const Message&) {}, [](const std::string&) {},
            clock, open_to_all);
        FAIL() << "two servers on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), "bus: cannot listen on tcp://127.0.0.1:" + port +
                                    ": Address already in use; choose another with --bus-port");
    }
}

TEST(Bus, a_node_without_a_proper_name_cannot_dial) {
    SystemClock clock;
    EXPECT_THROW((void)dial_bus(
                     "127.0.0.1", 5570, Hello{.node = "two words"}, [](const Message&) {}, clock, open_to_all),
                 std::runtime_error);
}

TEST(Bus, sending_never_blocks_when_nobody_is_there) {
    SystemClock clock;
    const auto node = dial_bus(
        "127.0.0.1", 9, Hello{.node = "wall"}, [](const Message&) {}, clock, open_to_all);
    for (int i = 0; i < 10'000; ++i) node->send(Status{"wall", "nobody hears", {}});
    EXPECT_FALSE(node->connected());
}

}  // namespace
}  // namespace transport
