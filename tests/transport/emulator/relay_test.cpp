#include "transport/emulator/relay.hpp"
#include "transport/emulator/link_command.hpp"

#include "transport/emulator/datagrams.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A node or a server on loopback.
class Peer {
public:
    Peer() : socket_{resolve("127.0.0.1", 0)} {}
    [[nodiscard]] Address address() const { return resolve("127.0.0.1", socket_.port()); }
    void send(const Address& to, std::uint32_t number, std::uint8_t tos = 0, std::size_t size = 1000) const {
        std::vector<std::byte> bytes(size);
        std::memcpy(bytes.data(), &number, sizeof number);
        const DatagramToSend one{bytes, to, tos};
        send_datagrams(socket_, {&one, 1});
    }
    struct Heard {
        std::uint32_t number;
        Address from;
        std::uint8_t tos;
        Timestamp at;
    };
    /// Until so many have come, or it has been long enough.
    std::vector<Heard> hear(std::size_t count, Microseconds longest = 2s) {
        std::vector<Heard> heard;
        SystemClock clock;
        for (const auto end = clock.now() + longest; heard.size() < count && clock.now() < end;) {
            for (const auto& datagram : reader_.read(socket_)) {
                std::uint32_t number = 0;
                std::memcpy(&number, datagram.bytes.data(), sizeof number);
                heard.push_back({number, datagram.from, datagram.type_of_service, datagram.received});
            }
            clock.wait_until(clock.now() + 200us, {});
        }
        return heard;
    }

private:
    UdpSocket socket_;
    DatagramReader reader_;
};

RelaySettings settings_for(const Peer& server, const std::string& profile) {
    RelaySettings settings;
    settings.profile = link_profile(profile, "");
    settings.listen = resolve("127.0.0.1", 0);
    settings.server = server.address();
    return settings;
}

TEST(Relay, brings_packets_there_and_back_later_with_their_dscp) {
    Peer server, node;
    auto settings = settings_for(server, "wired");
    settings.profile.up.delay_ms = Quantiles{{{0, 20}}};
    settings.profile.down.delay_ms = Quantiles{{{0, 10}}};
    const Relay relay{settings};
    const auto entrance = resolve("127.0.0.1", relay.port());
    SystemClock clock;
    const auto sent = clock.now();
    for (std::uint32_t i = 0; i < 50; ++i) node.send(entrance, i, 34 << 2);
    const auto there = server.hear(50);
    ASSERT_EQ(there.size(), 50U);
    for (std::uint32_t i = 0; i < 50; ++i) {
        EXPECT_EQ(there[i].number, i);
        EXPECT_EQ(there[i].tos, 34 << 2);
        EXPECT_GE(there[i].at - sent, 19900us) << "a timer's usual delay is taken off";
    }
    server.send(there[0].from, 7, 46 << 2);
    const auto back = node.hear(1);
    ASSERT_EQ(back.size(), 1U);
    EXPECT_EQ(back[0].number, 7U);
    EXPECT_EQ(back[0].tos, 46 << 2);
    EXPECT_EQ(back[0].from, entrance);
}

TEST(Relay, gives_each_client_an_address_of_its_own_towards_the_server) {
    Peer server, first, second;
    const Relay relay{settings_for(server, "wired")};
    const auto entrance = resolve("127.0.0.1", relay.port());
    first.send(entrance, 1);
    const auto from_first = server.hear(1);
    second.send(entrance, 2);
    const auto from_second = server.hear(1);
    ASSERT_EQ(from_first.size() + from_second.size(), 2U);
    EXPECT_NE(from_first[0].from, from_second[0].from);
    server.send(from_second[0].from, 22);
    server.send(from_first[0].from, 11);
    EXPECT_EQ(first.hear(1).at(0).number, 11U);
    EXPECT_EQ(second.hear(1).at(0).number, 22U);
    EXPECT_EQ(relay.report().clients, 2U);
}

TEST(Relay, tells_by_client_how_long_whole_pictures_took) {
    // As the first two octets lie on the wire: RTP with and without the marker, RTCP.
    constexpr std::uint32_t within_picture = 0x6080, end_of_picture = 0xE080, sender_report = 0xC880;
    Peer server, first, second;
    auto settings = settings_for(server, "wired");
    settings.profile.up.delay_ms = Quantiles{{{0, 20}}};
    settings.profile.down.delay_ms = Quantiles{{{0, 10}}};
    const Relay relay{settings};
    const auto entrance = resolve("127.0.0.1", relay.port());
    first.send(entrance, 7);
    const auto from_first = server.hear(1);
    for (const auto packet : {within_picture, within_picture, end_of_picture, sender_report})
        second.send(entrance, packet);
    ASSERT_EQ(server.hear(4).size(), 4U);
    server.send(from_first.at(0).from, end_of_picture);
    ASSERT_EQ(first.hear(1).size(), 1U);
    const auto report = relay.report();
    ASSERT_EQ(report.by_client.size(), 2U);
    EXPECT_EQ(report.by_client[0].host, "127.0.0.1");
    EXPECT_EQ(report.by_client[0].pictures_up.count(), 0U);
    EXPECT_EQ(report.by_client[0].pictures_down.count(), 1U);
    EXPECT_EQ(report.by_client[1].pictures_up.count(), 1U);
    EXPECT_GE(report.by_client[1].pictures_up.at_percent(50), 20'000);
    EXPECT_EQ(report.by_client[1].pictures_down.count(), 0U);
    const auto json = nlohmann::json::parse(to_json(report));
    EXPECT_EQ(json["by_client"][1]["pictures_up_us"]["count"], 1);
}

TEST(Relay, reports_what_it_did_as_json) {
    Peer server, node;
    auto settings = settings_for(server, "wired+loss=50%");
    settings.seed = 9;
    const Relay relay{settings};
    const auto entrance = resolve("127.0.0.1", relay.port());
    for (std::uint32_t i = 0; i < 1000; ++i) node.send(entrance, i, 0, 100);
    node.send(entrance, 0, 0, 3000);
    const auto heard = server.hear(1000, 300ms);
    const auto report = nlohmann::json::parse(to_json(relay.report()));
    EXPECT_EQ(report["profile"], "wired+loss=50%");
    EXPECT_EQ(report["said_from"], "parametric");
    EXPECT_EQ(report["seed"], 9);
    EXPECT_EQ(report["up"]["offered"], 1000);
    EXPECT_EQ(report["up"]["delivered"], heard.size());
    EXPECT_EQ(report["up"]["lost"]["lost"].get<int>() + static_cast<int>(heard.size()), 1000);
    EXPECT_NEAR(static_cast<double>(heard.size()), 500, 60);
    EXPECT_GE(report["up"]["delay_us"]["p50"], 200);
    EXPECT_EQ(report["down"]["offered"], 0);
    EXPECT_EQ(report["not_relayed"]["too_long"], 1);
    EXPECT_EQ(report["scheduling_error_us"]["count"], heard.size());
}

std::string link_refusal(const std::vector<std::string>& arguments) {
    try {
        (void)read_link(arguments, "");
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

TEST(LinkCommand, reads_its_keys_and_refuses_in_one_line) {
    const auto command = read_link({"--profile", "stress+loss=5%", "--listen", "127.0.0.1:6001", "--server",
                                    "127.0.0.1:6002", "--seed", "7", "--seconds", "2.5", "--out", "link.json"},
                                   "");
    EXPECT_EQ(command.settings.profile.name, "stress+loss=5%");
    EXPECT_EQ(command.settings.listen, resolve("127.0.0.1", 6001));
    EXPECT_EQ(command.settings.server, resolve("127.0.0.1", 6002));
    EXPECT_EQ(command.settings.seed, 7U);
    EXPECT_EQ(command.seconds, 2.5);
    EXPECT_EQ(command.out, "link.json");
    EXPECT_EQ(read_link({}, "").settings.profile.name, "private-midband");
    EXPECT_EQ(link_refusal({"--sed", "3"}), "link: unknown key '--sed'; did you mean '--seed'?");
    EXPECT_EQ(link_refusal({"--seed"}), "link: --seed needs a value");
    EXPECT_EQ(link_refusal({"--seed", "-3"}), "link: --seed: '-3' is not allowed: a whole number from 0 to 2000000000");
    EXPECT_THAT(link_refusal({"--listen", "5004"}), HasSubstr("link: --listen: '5004' is not allowed: HOST:PORT"));
    EXPECT_THAT(link_refusal({"nowhere.yaml"}), HasSubstr("nowhere.yaml: cannot be read"));
    EXPECT_THAT(link_refusal({"a.yaml", "--profile", "wired"}), HasSubstr("not both"));
}

TEST(LinkCommand, help_names_every_key_and_profile_and_fits_the_terminal) {
    const auto text = link_help();
    for (const auto* word : {"--profile", "--listen", "--server", "--seed", "--seconds", "--out", "--real-time",
                             "--metrics-port", "wifi-handover", "rate-deliveries", "delay-step-ms", "SCIALYTIC_DATA"})
        EXPECT_THAT(text, HasSubstr(word));
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

}  // namespace
}  // namespace transport
