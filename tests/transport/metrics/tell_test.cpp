// What nodes tell of links, clocks and arrivals: unknown is absent, never zero.
#include "transport/metrics/tell.hpp"
#include "fakes/metrics_text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::MetricsText;

struct SickSender final : Sender {
    void send(AccessUnit) override {}
    std::optional<Departure> take_departure() override { return std::nullopt; }
    bool take_keyframe_request() override { return false; }
    [[nodiscard]] std::uint64_t dropped() const override { return 0; }
    [[nodiscard]] LinkHealth health() const override { return it; }
    LinkHealth it;
};
struct SickReceiver final : Receiver {
    void request_keyframe() override {}
    [[nodiscard]] LinkHealth health() const override { return it; }
    LinkHealth it;
};

LinkHealth two_paths() {
    LinkHealth health;
    health.paths = {{.carries = true, .round_trip = 12'300us, .first = 5, .copies = 2, .number = 0},
                    {.carries = false, .round_trip = 900us, .first = 1, .copies = 6, .number = 3}};
    health.loss = 0.02;
    health.repaired = 7;
    health.lost = 3;
    health.refused = 4;
    health.keyframes_asked = 2;
    return health;
}

TEST(MetricsTell, each_path_of_a_link_by_the_number_that_it_keeps_and_its_round_trip_while_it_carries) {
    SickReceiver receiver;
    receiver.it = two_paths();
    MetricsPage page;
    tell_link(page, "xray", receiver);
    const MetricsText read{page.text()};
    EXPECT_EQ(read.sum("scialytic_path_carries", {{"link", "xray"}}), 1);
    EXPECT_EQ(read.value("scialytic_path_carries", {{"path", "4"}}), 0);
    EXPECT_EQ(read.value("scialytic_path_round_trip_seconds", {{"path", "1"}}), 0.0123);
    EXPECT_EQ(read.value("scialytic_path_round_trip_seconds", {{"path", "4"}}), std::nullopt);
    EXPECT_EQ(read.value("scialytic_path_packets_total", {{"path", "4"}, {"order", "copy"}}), 6);
    EXPECT_EQ(read.value("scialytic_link_loss_ratio"), 0.02);
    EXPECT_EQ(read.value("scialytic_link_repaired_packets_total"), 7);
    EXPECT_EQ(read.value("scialytic_link_lost_packets_total"), 3);
    EXPECT_EQ(read.value("scialytic_link_refused_packets_total"), 4);
    EXPECT_EQ(read.value("scialytic_link_keyframes_asked_total"), 2);
    EXPECT_EQ(read.value("scialytic_link_target_bits_per_second"), std::nullopt) << "a sender's";
}

TEST(MetricsTell, a_sender_tells_its_target_once_it_has_one_and_not_what_only_a_receiver_knows) {
    SickSender sender;
    sender.it = two_paths();
    sender.it.queueing = 1'500us;
    const auto scrape = [&] {
        MetricsPage page;
        tell_link(page, "xray", sender);
        return MetricsText{page.text()};
    };
    EXPECT_EQ(scrape().value("scialytic_link_target_bits_per_second"), std::nullopt);
    sender.it.target_kbit_per_s = 12'000;
    EXPECT_EQ(scrape().value("scialytic_link_target_bits_per_second"), 12e6);
    EXPECT_EQ(scrape().value("scialytic_link_queueing_seconds"), 0.0015);
    EXPECT_EQ(scrape().value("scialytic_link_lost_packets_total"), std::nullopt);
}

TEST(MetricsTell, a_clock_has_a_bound_when_it_is_known_and_the_bound_widens_with_time) {
    const auto scrape = [](const ClockOffset& clock, Timestamp now) {
        MetricsPage page;
        tell_clock(page, "server", clock, now);
        return MetricsText{page.text()};
    };
    const auto bound = [](const MetricsText& read) { return read.value("scialytic_clock_bound_seconds"); };
    const auto basis = [](const MetricsText& read, const std::string& name) {
        return read.value("scialytic_clock_basis", {{"peer", "server"}, {"basis", name}});
    };
    ClockOffset clock;
    auto read = scrape(clock, timestamp(1'000));
    EXPECT_EQ(bound(read), std::nullopt);
    EXPECT_EQ(basis(read, "unknown"), 1);
    clock.learn({timestamp(1'000'000), remote_timestamp(77'000'000), 300us, ClockBasis::known_asymmetry});
    read = scrape(clock, timestamp(1'000'000));
    EXPECT_EQ(bound(read), 300e-6);
    EXPECT_EQ(basis(read, "known_asymmetry"), 1);
    EXPECT_EQ(basis(read, "unknown"), 0);
    EXPECT_EQ(bound(scrape(clock, timestamp(11'000'000))), 1300e-6) << "100 ppm of ten seconds";
    clock.same_machine();
    read = scrape(clock, timestamp(11'000'000));
    EXPECT_EQ(bound(read), 0);
    EXPECT_EQ(basis(read, "same_machine"), 1);
    EXPECT_EQ(read.sum("scialytic_clock_basis"), 1);
}

TEST(MetricsTell, what_came_and_why_it_was_not_shown) {
    ReceptionCounts counts;
    counts.units = 10;
    counts.bytes = 12'345;
    ReceptionDrops drops;
    drops.missing = 1;
    drops.unstamped = 2;
    MetricsPage page;
    tell_reception(page, "view", counts, drops);
    const MetricsText read{page.text()};
    EXPECT_EQ(read.value("scialytic_frames_total", {{"direction", "in"}, {"stream", "view"}}), 10);
    EXPECT_EQ(read.value("scialytic_frame_bytes_total"), 12'345);
    EXPECT_EQ(read.value("scialytic_drops_total", {{"reason", "missing"}}), 1);
    EXPECT_EQ(read.value("scialytic_drops_total", {{"reason", "damaged"}}), 0);
    EXPECT_EQ(read.value("scialytic_drops_total", {{"reason", "unstamped"}}), 2);
}

}  // namespace
