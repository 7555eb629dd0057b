// Who is let in at the bus's door, on real sockets. The first tests talk to libzmq's own words.
#include "fakes/processes.hpp"
#include "transport/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct SecureServer {
    explicit SecureServer(const BusSecurity& security)
        : bus{listen_on_bus(
              "127.0.0.1", 0,
              [this](const std::string& peer, const Message& message) {
                  const std::scoped_lock lock{mutex};
                  if (std::holds_alternative<Hello>(message)) bus->welcome(peer, welcome);
                  heard.emplace_back(peer, message);
              },
              [this](const std::string& peer) {
                  const std::scoped_lock lock{mutex};
                  gone.push_back(peer);
              },
              clock, security)} {}
    bool heard_hello_of(const std::string& name) {
        const std::scoped_lock lock{mutex};
        for (const auto& [peer, message] : heard)
            if (peer == name && std::holds_alternative<Hello>(message)) return true;
        return false;
    }
    std::size_t heard_from(const std::string& name) {
        const std::scoped_lock lock{mutex};
        std::size_t count = 0;
        for (const auto& [peer, message] : heard) count += peer == name ? 1 : 0;
        return count;
    }
    bool is_gone(const std::string& name) {
        const std::scoped_lock lock{mutex};
        return std::ranges::find(gone, name) != gone.end();
    }
    SystemClock clock;
    Welcome welcome{.media_port = 5004};
    std::mutex mutex;
    std::vector<std::pair<std::string, Message>> heard;
    std::vector<std::string> gone;
    std::unique_ptr<BusServer> bus;
};

struct SecureNode {
    SecureNode(int port, const Hello& hello, const BusSecurity& security)
        : bus{dial_bus(
              "127.0.0.1", port, hello,
              [this](const Message& message) {
                  const std::scoped_lock lock{mutex};
                  heard.push_back(message);
              },
              clock, security)} {}
    template <typename T>
    std::optional<T> newest() {
        const std::scoped_lock lock{mutex};
        for (auto message = heard.rbegin(); message != heard.rend(); ++message)
            if (const auto* found = std::get_if<T>(&*message)) return *found;
        return std::nullopt;
    }
    SystemClock clock;
    std::mutex mutex;
    std::vector<Message> heard;
    std::unique_ptr<BusClient> bus;
};

/// Time enough for a handshake, a refusal and another try on a busy machine; nothing is waited for that would come.
constexpr auto a_while = 700ms;

bool stays_out(SecureNode& node) {
    return !fakes::eventually([&] { return node.bus->connected(); }, a_while);
}

struct BusSecurityTest : testing::Test {
    TemporaryKeys keys;
    std::string wall = keys.add("wall", {Role::display});
    std::string echo = keys.add("echo", {Role::capture}, {Modality::ultrasound});
    Hello hello_of_wall{.node = "wall", .role = Role::display};
};

/// A DEALER of libzmq's own, with its socket's options in the test's hands.
class RawClient {
public:
    RawClient(int port, const std::string& server_key, const CurveKeys* keys) {
        if (keys != nullptr) {
            set(ZMQ_CURVE_SERVERKEY, server_key);
            set(ZMQ_CURVE_PUBLICKEY, keys->public_key);
            set(ZMQ_CURVE_SECRETKEY, keys->secret_key);
        }
        const int linger = 0;
        zmq_setsockopt(socket_, ZMQ_LINGER, &linger, sizeof linger);
        zmq_setsockopt(socket_, ZMQ_ROUTING_ID, "wall", 4);
        EXPECT_EQ(zmq_connect(socket_, ("tcp://127.0.0.1:" + std::to_string(port)).c_str()), 0);
        const auto hello = to_cbor(Hello{.node = "wall", .role = Role::display});
        zmq_send(socket_, hello.data(), hello.size(), 0);
    }
    ~RawClient() {
        zmq_close(socket_);
        zmq_ctx_term(context_);
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

private:
    void set(int option, const std::string& key) {
        EXPECT_EQ(zmq_setsockopt(socket_, option, key.c_str(), key.size() + 1), 0);
    }
    void* context_ = zmq_ctx_new();
    void* socket_ = zmq_socket(context_, ZMQ_DEALER);
};

TEST_F(BusSecurityTest, an_enrolled_node_is_welcomed_and_both_sides_talk) {
    SecureServer server{{.keys = keys.folder()}};
    server.welcome.media_key = new_media_key(1);
    SecureNode node{server.bus->port(), hello_of_wall, {.keys = wall}};
    ASSERT_TRUE(fakes::eventually([&] { return node.newest<Welcome>().has_value(); }));
    EXPECT_TRUE(node.newest<Welcome>()->media_key == server.welcome.media_key);
    const Rekey rekey{7, new_media_key(2)};
    server.bus->send("wall", rekey);
    ASSERT_TRUE(fakes::eventually([&] { return node.newest<Rekey>().has_value(); }));
    EXPECT_TRUE(node.newest<Rekey>() == rekey);
    EXPECT_EQ(server.bus->strangers(), 0U);
    EXPECT_EQ(server.bus->refused(), 0U);
    node.bus->send(rekey);  // a node hands out no keys
    EXPECT_TRUE(fakes::eventually([&] { return server.bus->refused() == 1; }));
}

TEST_F(BusSecurityTest, an_unknown_key_is_refused_and_logged_once) {
    SecureServer server{{.keys = keys.folder()}};
    const auto stranger = new_curve_keys();
    const auto server_key = read_public_key(std::filesystem::path{keys.folder()} / "server.pub");
    testing::internal::CaptureStderr();
    for (int i = 0; i < 5; ++i) {
        const auto before = server.bus->strangers();
        const RawClient client{server.bus->port(), server_key, &stranger};
        EXPECT_TRUE(fakes::eventually([&] { return server.bus->strangers() > before; }));
    }
    const auto log = testing::internal::GetCapturedStderr();
    const auto first = log.find(stranger.public_key);
    EXPECT_NE(first, std::string::npos) << log;
    EXPECT_EQ(log.find(stranger.public_key, first + 1), std::string::npos) << log;
    EXPECT_EQ(server.heard_from("wall"), 0U);
}

TEST_F(BusSecurityTest, the_log_names_a_bounded_number_of_unknown_keys) {
    SecureServer server{{.keys = keys.folder()}};
    const auto server_key = read_public_key(std::filesystem::path{keys.folder()} / "server.pub");
    testing::internal::CaptureStderr();
    for (int i = 0; i < 80; ++i) {
        const auto stranger = new_curve_keys();
        const auto before = server.bus->strangers();
        const RawClient client{server.bus->port(), server_key, &stranger};
        ASSERT_TRUE(fakes::eventually([&] { return server.bus->strangers() > before; }));
    }
    const auto log = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 65) << log;
}

TEST_F(BusSecurityTest, a_client_without_curve_is_refused) {
    SecureServer server{{.keys = keys.folder()}};
    testing::internal::CaptureStderr();
    {
        SecureNode plain{server.bus->port(), hello_of_wall, {.secure = false}};
        EXPECT_TRUE(stays_out(plain));
    }
    EXPECT_TRUE(fakes::eventually([&] { return server.bus->strangers() > 0; }));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("without CURVE"));
    EXPECT_EQ(server.heard_from("wall"), 0U);
}

TEST_F(BusSecurityTest, a_node_that_knows_another_server_does_not_talk_to_this_one) {
    SecureServer server{{.keys = keys.folder()}};
    std::ofstream{std::filesystem::path{wall} / "server.pub"} << new_curve_keys().public_key << '\n';
    SecureNode node{server.bus->port(), hello_of_wall, {.keys = wall}};
    EXPECT_TRUE(stays_out(node));
    EXPECT_EQ(server.heard_from("wall"), 0U);
}

TEST_F(BusSecurityTest, a_secure_node_does_not_talk_to_a_server_without_keys) {
    SecureServer server{{.secure = false}};
    SecureNode node{server.bus->port(), hello_of_wall, {.keys = wall}};
    EXPECT_TRUE(stays_out(node));
    EXPECT_EQ(server.heard_from("wall"), 0U);
    SecureNode plain{server.bus->port(), hello_of_wall, {.secure = false}};
    EXPECT_TRUE(fakes::eventually([&] { return plain.bus->connected(); }));
}

TEST_F(BusSecurityTest, a_key_speaks_under_its_own_name_and_role_and_stream_alone) {
    // A copy of wall's key under the other names, as a thief of names would have it.
    const std::filesystem::path folder{wall};
    for (const std::string name : {"echo", "nobody"})
        std::filesystem::copy_file(folder / "wall.key", folder / (name + ".key"));
    SecureServer server{{.keys = keys.folder()}};
    const int port = server.bus->port();
    SecureNode honest{port, {.node = "echo", .role = Role::capture}, {.keys = echo}};
    ASSERT_TRUE(fakes::eventually([&] { return honest.bus->connected(); }));
    const auto reason = [](SecureNode& node) {
        EXPECT_TRUE(fakes::eventually([&] { return node.newest<Reply>().has_value(); }));
        return node.newest<Reply>().value_or(Reply{}).text;
    };
    SecureNode as_echo{port, {.node = "echo", .role = Role::capture}, {.keys = wall}};
    EXPECT_EQ(reason(as_echo), "this key is enrolled as 'wall'");
    SecureNode as_nobody{port, {.node = "nobody", .role = Role::display}, {.keys = wall}};
    EXPECT_EQ(reason(as_nobody), "this key is enrolled as 'wall'");
    SecureNode as_control{port, {.node = "wall", .role = Role::control}, {.keys = wall}};
    EXPECT_EQ(reason(as_control), "'wall' is not enrolled for control");
    SecureNode as_xray{port, {.node = "echo", .role = Role::capture, .stream = Modality::xray}, {.keys = echo}};
    EXPECT_EQ(reason(as_xray), "'echo' is not enrolled for the stream xray");
    EXPECT_FALSE(as_echo.bus->connected() || as_nobody.bus->connected() || as_control.bus->connected() ||
                 as_xray.bus->connected());
    EXPECT_GE(server.bus->refused(), 4U);
    // What is said to echo still goes to echo.
    server.bus->send("echo", Reply{true, "for the honest one"});
    EXPECT_TRUE(fakes::eventually([&] { return honest.newest<Reply>().has_value(); }));
    EXPECT_EQ(as_echo.newest<Reply>()->text, "this key is enrolled as 'wall'");
    EXPECT_TRUE(honest.bus->connected());
}

TEST_F(BusSecurityTest, a_revoked_node_is_cut_off_and_may_come_back_when_it_is_enrolled_again) {
    SecureServer server{{.keys = keys.folder()}};
    SecureNode node{server.bus->port(), hello_of_wall, {.keys = wall}};
    SecureNode other{server.bus->port(), {.node = "echo", .role = Role::capture}, {.keys = echo}};
    ASSERT_TRUE(fakes::eventually([&] { return node.bus->connected() && other.bus->connected(); }));
    ASSERT_TRUE(revoke(keys.folder(), "wall"));
    const auto revoked = server.clock.now();
    EXPECT_TRUE(fakes::eventually([&] { return server.is_gone("wall"); }));
    EXPECT_LT(server.clock.now() - revoked, 1s);
    EXPECT_TRUE(fakes::eventually([&] { return !node.bus->connected(); }));
    const auto before = server.heard_from("wall");
    node.bus->send(Status{"wall", "let me in", {}});
    SecureNode again{server.bus->port(), hello_of_wall, {.keys = wall}};
    EXPECT_TRUE(stays_out(again));
    EXPECT_EQ(server.heard_from("wall"), before);
    EXPECT_TRUE(other.bus->connected());
    enrol(keys.folder(), {"wall", {}, {Role::display}, {}});
    EXPECT_TRUE(fakes::eventually([&] { return node.bus->connected() || again.bus->connected(); }));
}

TEST_F(BusSecurityTest, one_key_has_many_ends_of_its_name_and_no_other) {
    const auto share = keys.add("share", {Role::display, Role::annotator});
    keys.add("share.old", {Role::display});
    const std::filesystem::path folder{share};
    for (const std::string name : {"share2", "sharex.y", "share.old"})
        std::filesystem::copy_file(folder / "share.key", folder / (name + ".key"));
    SecureServer server{{.keys = keys.folder()}};
    const int port = server.bus->port();
    SecureNode itself{port, {.node = "share", .role = Role::annotator}, {.keys = share}};
    SecureNode view{port, {.node = "share.view1", .role = Role::display}, {.keys = share}};
    SecureNode other{port, {.node = "share.view2", .role = Role::display}, {.keys = share}};
    ASSERT_TRUE(
        fakes::eventually([&] { return itself.bus->connected() && view.bus->connected() && other.bus->connected(); }));
    const auto refused = [&](const Hello& hello) {
        SecureNode node{port, hello, {.keys = share}};
        EXPECT_TRUE(fakes::eventually([&] { return node.newest<Reply>().has_value(); }));
        EXPECT_FALSE(node.bus->connected());
        return node.newest<Reply>().value_or(Reply{}).text;
    };
    EXPECT_EQ(refused({.node = "share2", .role = Role::display}), "this key is enrolled as 'share'");
    EXPECT_EQ(refused({.node = "sharex.y", .role = Role::display}), "this key is enrolled as 'share'");
    EXPECT_EQ(refused({.node = "share.old", .role = Role::display}), "'share.old' is enrolled with another key");
    EXPECT_EQ(refused({.node = "share.shell", .role = Role::control}), "'share' is not enrolled for control");

    ASSERT_TRUE(revoke(keys.folder(), "share"));
    EXPECT_TRUE(fakes::eventually(
        [&] { return server.is_gone("share") && server.is_gone("share.view1") && server.is_gone("share.view2"); }));
    EXPECT_TRUE(fakes::eventually(
        [&] { return !itself.bus->connected() && !view.bus->connected() && !other.bus->connected(); }));
}

TEST_F(BusSecurityTest, a_name_that_was_enrolled_anew_with_another_key_does_not_open_to_the_old_one) {
    SecureServer server{{.keys = keys.folder()}};
    SecureNode node{server.bus->port(), hello_of_wall, {.keys = wall}};
    ASSERT_TRUE(fakes::eventually([&] { return node.bus->connected(); }));
    enrol(keys.folder(), {"wall", new_curve_keys().public_key, {Role::display}, {}});
    EXPECT_TRUE(fakes::eventually([&] { return server.is_gone("wall"); }));
    EXPECT_TRUE(fakes::eventually([&] { return !node.bus->connected(); }));
}

TEST_F(BusSecurityTest, a_list_that_cannot_be_read_changes_nothing) {
    SecureServer server{{.keys = keys.folder()}};
    testing::internal::CaptureStderr();
    std::ofstream{std::filesystem::path{keys.folder()} / "enrolled.txt"} << "wall what\n";
    EXPECT_TRUE(fakes::eventually([&] {
        SecureNode node{server.bus->port(), hello_of_wall, {.keys = wall}};
        return fakes::eventually([&] { return node.bus->connected(); }, 1s);
    }));
    // Once more around the door's look at its list.
    SecureNode late{server.bus->port(), {.node = "echo", .role = Role::capture}, {.keys = echo}};
    EXPECT_TRUE(fakes::eventually([&] { return late.bus->connected(); }));
    fakes::eventually([] { return false; }, 300ms);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("line 1"));
}

TEST_F(BusSecurityTest, missing_keys_are_one_line_with_the_command_that_makes_them) {
    const auto says = [](auto make) -> std::string {
        try {
            make();
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "nothing";
    };
    const auto dial = [&](const BusSecurity& security) {
        return says([&] { const SecureNode node{9, hello_of_wall, security}; });
    };
    EXPECT_THAT(dial({}), HasSubstr("scialytic keys new DIR wall"));
    EXPECT_THAT(dial({.keys = "/nowhere"}), HasSubstr("'/nowhere/wall.key': No such file"));
    EXPECT_THAT(says([] { const SecureServer server{{}}; }), HasSubstr("scialytic keys server DIR"));
    EXPECT_THAT(says([] { const SecureServer server{{.keys = "/nowhere"}}; }), HasSubstr("/nowhere/server.key"));
    std::filesystem::permissions(std::filesystem::path{wall} / "wall.key", std::filesystem::perms{0644});
    EXPECT_THAT(dial({.keys = wall}), HasSubstr("others can read this secret (mode 0644)"));
}

/// A TCP connection to the server that has said `words`.
int garbage(int port, const std::string& words) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(socket, words.data(), words.size(), MSG_NOSIGNAL), static_cast<ssize_t>(words.size()));
    return socket;
}

long resident_pages() {
    long all = 0;
    long resident = 0;
    std::ifstream{"/proc/self/statm"} >> all >> resident;
    return resident;
}

TEST_F(BusSecurityTest, garbage_on_the_port_is_dropped_in_time_and_the_server_does_not_grow) {
    SecureServer server{{.keys = keys.folder()}};
    SecureNode node{server.bus->port(), hello_of_wall, {.keys = wall}};
    ASSERT_TRUE(fakes::eventually([&] { return node.bus->connected(); }));
    testing::internal::CaptureStderr();
    const std::vector<std::string> words{
        "GET / HTTP/1.1\r\n\r\n",
        std::string(10, '\xFF'),
        "",
        std::string{"\xFF\0\0\0\0\0\0\0\x01\x7F\x03\0NULL", 16} + std::string(48, '\0'),
        std::string{"\xFF\0\0\0\0\0\0\0\x01\x7F\x03\0CURVE", 17} + std::string(47, '\0') + "\x04\xC8\x05HELLO" +
            std::string(194, 'x'),
        std::string(3000, 'g')};
    const auto flood = [&](int rounds) {
        for (int round = 0; round < rounds; ++round) {
            std::vector<int> sockets;
            for (int i = 0; i < 60; ++i)
                sockets.push_back(garbage(server.bus->port(), words[static_cast<std::size_t>(i) % words.size()]));
            for (const int socket : sockets) ::close(socket);
        }
    };
    flood(5);
    [[maybe_unused]] const auto before = resident_pages();
    flood(20);
#ifndef __SANITIZE_ADDRESS__  // which keeps what was freed
    EXPECT_LT(resident_pages() - before, 8 * 256) << "8 MiB";
#endif
    EXPECT_TRUE(node.bus->connected());
    // Whoever says nothing is dropped: the read ends.
    const int silent = garbage(server.bus->port(), "");
    const timeval limit{8, 0};
    ::setsockopt(silent, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    char byte = 0;
    ssize_t got = 1;
    for (int i = 0; i < 100 && got > 0; ++i) got = ::recv(silent, &byte, 1, 0);  // its greeting
    EXPECT_TRUE(got == 0 || (got < 0 && errno == ECONNRESET)) << got << ' ' << errno;
    ::close(silent);
    constexpr std::uint64_t came = 25 * 60 + 1;
    EXPECT_TRUE(fakes::eventually([&] { return server.bus->strangers() >= came; })) << server.bus->strangers();
    // Nobody is counted again when his time is up; our own node may have dialled anew on a busy machine.
    EXPECT_FALSE(fakes::eventually([&] { return server.bus->strangers() > came + 2; }, 3'500ms));
    EXPECT_TRUE(node.bus->connected());
    const auto log = testing::internal::GetCapturedStderr();
    EXPECT_LE(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

}  // namespace
}  // namespace transport
