// The door of the metrics over real sockets: who asks is answered, and who floods, stalls or says nothing harms nobody.
#include "transport/metrics/door.hpp"
#include "bench/free_port.hpp"
#include "fakes/http_client.hpp"
#include "fakes/metrics_text.hpp"
#include "fakes/processes.hpp"
#include "fakes/shifted_clock.hpp"
#include "transport/metrics/node_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <string>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::body_of;
using fakes::eventually;
using fakes::http_get;
using fakes::HttpClient;
using testing::HasSubstr;
using testing::StartsWith;

const std::string ask = "GET /metrics HTTP/1.1\r\n\r\n";

struct Door : testing::Test {
    SystemClock clock;
    std::atomic<int> made{0};
    MetricsDoor door{"127.0.0.1", 0, clock};
    std::jthread serving = door.serve([this] { return "page " + std::to_string(++made) + "\n"; });
};

TEST_F(Door, answers_for_the_metrics_and_for_nothing_else_and_closes) {
    const auto answer = http_get(door.port(), "/metrics");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(body_of(answer), "page 1\n");
    EXPECT_THAT(http_get(door.port(), "/"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(http_get(door.port(), "/metrics/x"), StartsWith("HTTP/1.1 404 "));
    const HttpClient other{door.port()};
    other.say("\x16\x03\x01");
    EXPECT_THAT(other.rest(), StartsWith("HTTP/1.1 400 ")) << "at once, with nothing more said";
}

TEST_F(Door, a_request_may_come_byte_by_byte_and_its_sender_may_hang_up_his_half) {
    const HttpClient client{door.port()};
    for (const char byte : ask) client.say(std::string{byte});
    client.hang_up_half();
    EXPECT_EQ(body_of(client.rest()), "page 1\n");
}

TEST_F(Door, a_flood_of_silent_connections_keeps_no_scrape_out_and_no_files_open) {
    std::deque<HttpClient> silent;
    for (int i = 0; i < 200; ++i) {
        silent.emplace_back(door.port());
        ASSERT_TRUE(silent.back().connected());
    }
    EXPECT_THAT(http_get(door.port(), "/metrics"), StartsWith("HTTP/1.1 200 OK"));
    const auto held = [&] {
        return std::ranges::count_if(silent, [](const auto& one) { return !one.closed_by_the_other(); });
    };
    EXPECT_TRUE(eventually([&] { return held() <= static_cast<long>(MetricsDoor::most_lines); })) << held();
}

TEST_F(Door, a_flood_of_scrapes_makes_few_pages) {
    const auto begun = clock.now();
    for (int i = 0; i < 100; ++i) EXPECT_THAT(http_get(door.port(), "/metrics"), HasSubstr("page "));
    EXPECT_LE(made, 2 + (clock.now() - begun) / MetricsDoor::between_pages);
    EXPECT_GE(clock.now() - begun, 99 * MetricsDoor::between_lines) << "one every 2 ms is let in";
}

TEST_F(Door, ends_while_somebody_is_connected) {
    const HttpClient silent{door.port()};
    ASSERT_TRUE(silent.connected());
    EXPECT_THAT(http_get(door.port(), "/"), StartsWith("HTTP/1.1 404 ")) << "who came before is in, too";
    serving = {};
    EXPECT_EQ(silent.rest(), "");
}

TEST(MetricsDoors, who_says_nothing_or_reads_nothing_is_dropped_after_five_seconds) {
    fakes::ShiftedClock clock{0us};
    MetricsDoor door{"127.0.0.1", 0, clock};
    const std::string page(std::size_t{16} << 20U, 'x');
    const auto serving = door.serve([&] { return page; });
    const HttpClient half_open{door.port()};
    half_open.say("GET /metrics HTT");
    const HttpClient stalled{door.port(), 4096};
    stalled.say(ask);
    // Who is answered has come in behind them.
    const auto let_in = [&] { return http_get(door.port(), "/nothing").starts_with("HTTP/1.1 404"); };
    EXPECT_TRUE(let_in());
    clock.jump(4s);
    EXPECT_TRUE(let_in());
    EXPECT_FALSE(half_open.closed_by_the_other()) << "he may be slow";
    clock.jump(2s);
    EXPECT_TRUE(let_in());
    EXPECT_TRUE(half_open.closed_by_the_other());
    EXPECT_LT(stalled.rest().size(), page.size()) << "what he did not take went with him";
}

TEST(MetricsDoors, a_page_larger_than_the_sockets_hold_arrives_whole) {
    SystemClock clock;
    MetricsDoor door{"127.0.0.1", 0, clock};
    const std::string page(std::size_t{8} << 20U, 'x');
    const auto serving = door.serve([&] { return page; });
    EXPECT_EQ(body_of(http_get(door.port(), "/metrics")).size(), page.size());
}

TEST(MetricsDoors, a_port_in_use_is_named_in_one_line_and_is_free_again_afterwards) {
    SystemClock clock;
    int port = 0;
    {
        const MetricsDoor first{"127.0.0.1", 0, clock};
        port = first.port();
        try {
            const MetricsDoor second{"127.0.0.1", port, clock};
            FAIL();
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(std::string{error.what()}, "metrics: cannot listen on tcp 127.0.0.1:" + std::to_string(port) +
                                                     ": Address already in use; choose another with --metrics-port");
        }
    }
    const MetricsDoor again{"127.0.0.1", port, clock};
    EXPECT_EQ(again.port(), port);
}

TEST(NodeMetrics, says_who_it_is_and_warns_when_others_can_read_it) {
    SystemClock clock;
    const int port = bench::free_port();
    testing::internal::CaptureStderr();
    NodeMetrics metrics{{"capture", "capture-xray", "1.2.3"}, "0.0.0.0", port, clock};
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "metrics: whoever reaches 0.0.0.0:" + std::to_string(port) +
                                                          " can read them, as nobody is asked who he is\n");
    const auto serving = metrics.serve([](MetricsPage& page) { page.add(Metric::frozen, {}, 1); });
    const fakes::MetricsText read{body_of(http_get(port, "/metrics"))};
    EXPECT_EQ(
        read.value("scialytic_build_info", {{"program", "capture"}, {"node", "capture-xray"}, {"version", "1.2.3"}}),
        1);
    EXPECT_GT(read.value("scialytic_process_start_time_seconds"), 1.7e9);
    EXPECT_EQ(read.value("scialytic_frozen"), 1);
}

TEST(NodeMetrics, tells_nothing_without_a_port_and_does_not_warn_on_the_loopback) {
    SystemClock clock;
    testing::internal::CaptureStderr();
    NodeMetrics off{{"link", "", "1"}, "0.0.0.0", 0, clock};
    const NodeMetrics local{{"link", "", "1"}, "127.0.0.1", bench::free_port(), clock};
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_FALSE(off.serve([](MetricsPage&) {}).joinable());
}

}  // namespace
