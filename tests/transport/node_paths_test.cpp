// The option that names the ways to the server.
#include "transport/node_paths.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;

TEST(NodePaths, are_an_interface_or_an_address_with_or_without_where_they_lead) {
    const auto interface = read_node_path("wwan0");
    ASSERT_TRUE(interface);
    EXPECT_EQ(interface->local, "wwan0");
    EXPECT_EQ(interface->host, "");
    EXPECT_EQ(interface->port, 0);
    const auto relayed = read_node_path("10.0.0.2@server.example-or.org:65535");
    ASSERT_TRUE(relayed);
    EXPECT_EQ(relayed->local, "10.0.0.2");
    EXPECT_EQ(relayed->host, "server.example-or.org");
    EXPECT_EQ(relayed->port, 65535);
}

TEST(NodePaths, that_are_anything_else_are_none) {
    for (const auto* text :
         {"", "@", "@host:1", "wwan0@", "wwan0@host", "wwan0@host:", "wwan0@:5004", "wwan0@host:0", "wwan0@host:65536",
          "wwan0@host:-1", "wwan0@host:+1", "wwan0@host:1x", "wwan0@host:99999999999", "wwan0@a:1:2", "wwan0@a@b:1",
          "wwan 0", "wwan0/24", "wwan0\n", "[::1]@host:1"})
        EXPECT_FALSE(read_node_path(text)) << text;
    EXPECT_FALSE(read_node_path(std::string(254, 'a')));
}

TEST(NodePaths, of_a_node_without_the_option_are_the_systems_choice_to_its_server) {
    Options options;
    options.server = "127.0.0.9";
    const auto sockets = sockets_of(options);
    ASSERT_EQ(sockets.size(), 1U);
    EXPECT_EQ(sockets[0].address, "0.0.0.0");
    EXPECT_EQ(ways_of(options), (std::vector<Way>{{0, resolve("127.0.0.9", 0)}}));
}

TEST(NodePaths, open_a_socket_each_and_lead_where_they_say_or_to_the_server) {
    Options options;
    options.server = "127.0.0.9";
    options.paths = {"lo", "127.0.0.2@127.0.0.3:6001"};
    const auto sockets = sockets_of(options);
    ASSERT_EQ(sockets.size(), 2U);
    EXPECT_EQ(sockets[0].address, "lo");
    EXPECT_EQ(sockets[1].address, "127.0.0.2");
    EXPECT_EQ(sockets[1].port, 0) << "any free one";
    EXPECT_EQ(ways_of(options), (std::vector<Way>{{0, resolve("127.0.0.9", 0)}, {1, resolve("127.0.0.3", 6001)}}));
}

TEST(NodePaths, to_a_host_that_does_not_exist_name_it) {
    Options options;
    options.paths = {"lo@nobody.invalid:6001"};
    try {
        static_cast<void>(ways_of(options));
        FAIL() << "found nobody.invalid";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("nobody.invalid"), std::string::npos) << error.what();
    }
}

}  // namespace
