// What Prometheus meets: real nodes answer, their counters move, and whoever floods the port harms no picture.
#include "bench/free_port.hpp"
#include "bench/session.hpp"
#include "fakes/http_client.hpp"
#include "fakes/metrics_text.hpp"
#include "fakes/processes.hpp"
#include "transport/metrics/families.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace bench;
using namespace std::chrono_literals;
using fakes::HttpClient;
using fakes::MetricsText;
using testing::HasSubstr;
using transport::Modality;

const std::string metrics_program = BUILD_DIR "/scialytic";

struct Metrics : testing::Test {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("scialytic-metrics-" + std::to_string(getpid()));
    Session session{folder, {}, metrics_program};
    std::map<std::string, int> ports;

    ~Metrics() override { std::filesystem::remove_all(folder); }

    std::vector<std::string> port_of(const std::string& node) {
        ports[node] = bench::free_port();
        return {"--metrics-port", std::to_string(ports[node])};
    }
    void start_capture(Modality stream, const std::string& media = {}) {
        const std::string node = "capture-" + std::string{name(stream)};
        session.enrol(node, transport::Role::capture, stream);
        auto words = port_of(node);
        words.insert(words.begin(),
                     {"capture", "--stream", std::string{name(stream)}, "--source", "synthetic?width=320&height=240",
                      "--bus-port", std::to_string(session.bus_port()), "--keys", session.keys_of(node)});
        if (!media.empty()) words.insert(words.end(), {"--paths", "0.0.0.0@" + media});
        session.start(node, words);
    }
    void start_display() {
        auto words = port_of("display");
        words.insert(words.end(), {"--canvas-width", "640", "--canvas-height", "360"});
        session.start_display("display", words);
    }
    MetricsText scrape(const std::string& node) {
        return MetricsText{fakes::body_of(fakes::http_get(ports.at(node), "/metrics"))};
    }
    bool eventually(const std::string& node, const std::function<bool(const MetricsText&)>& so) {
        return session.watch(session.clock.now() + 60s, [&] { return so(scrape(node)); });
    }
    /// Everything that a node says is in the table, with these labels and of this node.
    void expect_documented(const std::string& node, const std::string& program_name) {
        const auto read = scrape(node);
        EXPECT_EQ(read.value("scialytic_build_info", {{"program", program_name}}), 1);
        for (const auto& [name, told] : read.families()) {
            const transport::MetricFamily* family = nullptr;
            for (std::size_t i = 0; i < transport::metric_count; ++i)
                if (const auto& one = transport::family(static_cast<transport::Metric>(i)); one.name == name)
                    family = &one;
            ASSERT_NE(family, nullptr) << name;
            EXPECT_EQ(told.type, family->type) << name;
            if (family->nodes != "all") {
                EXPECT_NE(family->nodes.find(program_name), std::string_view::npos) << name << " of " << node;
            }
            for (const auto& sample : told.samples)
                for (const auto& [label, value] : sample.labels) {
                    if (label == "le") continue;
                    EXPECT_NE((", " + std::string{family->labels} + ",").find(" " + label + ","), std::string::npos)
                        << name << " has a label " << label;
                }
        }
    }
};

TEST_F(Metrics, every_node_answers_and_its_counters_move) {
    const int relay = bench::free_port();
    auto words = port_of("link");
    words.insert(words.begin(), {"link", "--listen", "127.0.0.1:" + std::to_string(relay), "--server",
                                 "127.0.0.1:" + std::to_string(session.media_port())});
    session.start("link", words);
    session.start_server(port_of("augment"));
    start_capture(Modality::ultrasound, "127.0.0.1:" + std::to_string(relay));
    start_capture(Modality::xray);
    start_display();
    session.start_share(bench::free_port(), port_of("share"));

    const auto shown = [](const MetricsText& read, const std::string& modality) {
        return read.value("scialytic_captured_to_presented_seconds_count", {{"modality", modality}}).value_or(0);
    };
    ASSERT_TRUE(session.watch(session.clock.now() + 60s,
                              [&] { return !fakes::http_get(ports.at("display"), "/metrics").empty(); }));
    ASSERT_TRUE(eventually("display", [&](const MetricsText& read) {
        return shown(read, "ultrasound") > 30 && shown(read, "xray") > 30 &&
               read.value("scialytic_state", {{"modality", "xray"}, {"state", "LIVE"}}) == 1.0;
    }));
    const auto display = scrape("display");
    for (const std::string stage : {"encoded", "sent", "received", "decoded", "paired", "fused", "published",
                                    "delivered", "unpacked", "presented"})
        EXPECT_GT(display.value("scialytic_hop_seconds_count", {{"stage", stage}, {"modality", "xray"}}), 20) << stage;
    EXPECT_EQ(display.sum("scialytic_state"), 3) << "one state of each modality";
    EXPECT_EQ(display.value("scialytic_clock_bound_seconds", {{"peer", "server"}}), 0);
    EXPECT_EQ(display.value("scialytic_bus_connected"), 1);
    EXPECT_GT(display.value("scialytic_path_round_trip_seconds", {{"link", "view"}}), 0);

    const auto capture = scrape("capture-xray");
    EXPECT_GT(capture.value("scialytic_frames_total", {{"direction", "out"}, {"stream", "xray"}}), 30);
    EXPECT_GT(capture.value("scialytic_hop_seconds_count", {{"stage", "sent"}}), 20);
    EXPECT_GT(capture.value("scialytic_network_bytes_total", {{"direction", "out"}}),
              capture.value("scialytic_frame_bytes_total", {{"direction", "out"}}))
        << "headers, seals and feedback on top";

    const auto server = scrape("augment");
    for (const std::string stream : {"ultrasound", "xray"}) {
        EXPECT_GT(server.value("scialytic_frames_total", {{"direction", "in"}, {"stream", stream}}), 30);
        EXPECT_EQ(server.value("scialytic_clock_basis", {{"peer", stream}, {"basis", "same_machine"}}), 1);
        EXPECT_EQ(server.value("scialytic_path_carries", {{"link", stream}}), 1);
        EXPECT_GT(server.value("scialytic_hop_seconds_count", {{"stage", "published"}, {"modality", stream}}), 20);
    }
    EXPECT_GT(server.value("scialytic_frame_bytes_total", {{"layout", "fused"}, {"profile", "display"}}), 0);
    EXPECT_EQ(server.value("scialytic_bus_nodes", {{"role", "capture"}}), 2);
    EXPECT_GT(server.value("scialytic_link_target_bits_per_second", {{"link", "display"}}), 0);

    const auto link = scrape("link");
    EXPECT_GT(link.value("scialytic_emulator_packets_total", {{"direction", "up"}, {"fate", "delivered"}}), 30);
    EXPECT_GT(link.value("scialytic_emulator_delay_seconds_sum", {{"direction", "up"}}), 0);
    EXPECT_TRUE(
        eventually("share", [](const MetricsText& read) { return read.value("scialytic_bus_connected") == 1.0; }));
    EXPECT_EQ(scrape("share").sum("scialytic_share_people"), 0);

    for (const std::string node : {"display", "capture-xray", "augment", "link"}) {
        const auto before = node == "link" ? link : scrape(node);
        const std::string name =
            node == "link" ? "scialytic_emulator_packets_total" : "scialytic_network_packets_total";
        EXPECT_TRUE(eventually(node, [&](const MetricsText& read) { return read.sum(name) > before.sum(name) + 10; }));
    }
    for (const auto& [node, port] : ports) expect_documented(node, node.substr(0, node.find('-')));
    EXPECT_THAT(fakes::http_get(ports.at("display"), "/"), HasSubstr("404"));
}

TEST_F(Metrics, a_flood_of_connections_stops_no_picture) {
    session.start_server(port_of("augment"));
    start_capture(Modality::ultrasound);
    start_display();
    const auto shown = [](const MetricsText& read) {
        return read.value("scialytic_frames_total", {{"direction", "out"}, {"stream", "view"}}).value_or(0);
    };
    ASSERT_TRUE(session.watch(session.clock.now() + 60s,
                              [&] { return !fakes::http_get(ports.at("display"), "/metrics").empty(); }));
    ASSERT_TRUE(eventually("display", [&](const MetricsText& read) { return shown(read) > 20; }));
    const auto before = scrape("display");
    const auto began = session.clock.now();
    while (session.clock.now() - began < 3s)
        for (const std::string node : {"display", "augment", "capture-ultrasound"}) {
            std::deque<HttpClient> rude;
            for (int i = 0; i < 20; ++i) {
                rude.push_back(HttpClient::in_a_hurry(ports.at(node)));
                if (i % 2 == 0) rude.back().say(i % 4 == 0 ? std::string(5000, 'A') : "GET /metrics HT");
            }
        }
    const auto seconds = static_cast<double>((session.clock.now() - began).count()) * 1e-6;
    const auto after = scrape("display");
    EXPECT_GT(shown(after) - shown(before), seconds * 10) << "30 come in a second; the machine is shared";
    EXPECT_EQ(after.value("scialytic_state", {{"modality", "ultrasound"}, {"state", "LOST"}}), 0);
    EXPECT_EQ(session.dead(), 0U);
    for (const auto& [node, port] : ports)
        EXPECT_THAT(fakes::http_get(port, "/metrics"), HasSubstr("scialytic_build_info")) << node;
}

TEST_F(Metrics, a_port_in_use_is_one_line_that_names_it_and_nothing_is_started) {
    const int taken = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(listen(taken, 1), 0);
    getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size);
    const auto port = std::to_string(ntohs(address.sin_port));
    const auto log = folder / "refused.log";
    for (const std::string node : {"capture", "augment", "display", "share", "link"}) {
        std::vector<std::string> words{metrics_program, node, "--metrics-port", port};
        if (node == "display") words.insert(words.end(), {"--present", "headless"});
        EXPECT_EQ(Process::start(words, log).wait(), 1) << node;
        std::ifstream file{log};
        const std::string said{std::istreambuf_iterator<char>{file}, {}};
        EXPECT_EQ(said, "scialytic: metrics: cannot listen on tcp 127.0.0.1:" + port +
                            ": Address already in use; choose another with --metrics-port\n")
            << node;
        std::filesystem::remove(log);
    }
    close(taken);
}

}  // namespace
