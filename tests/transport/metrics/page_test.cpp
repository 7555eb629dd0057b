// The page, as a strict reader takes it, and the table of all metrics in docs/metrics.md.
#include "transport/metrics/page.hpp"
#include "fakes/metrics_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <limits>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::MetricsText;

std::string why_not(const std::string& text) {
    try {
        const MetricsText read{text};
        return "";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(MetricsPage, samples_of_one_family_stand_together_whoever_tells_them) {
    MetricsPage page;
    page.add(Metric::drops, {{"reason", "missing"}, {"stream", "xray"}}, 3);
    page.add(Metric::frozen, {}, 1);
    page.add(Metric::drops, {{"reason", "missing"}, {"stream", "ultrasound"}}, std::uint64_t{1} << 60U);
    MetricsPage other;
    other.add(Metric::drops, {{"reason", "replaced"}, {"stream", "view"}}, 4);
    page.add(other);
    const MetricsText read{page.text()};
    EXPECT_EQ(read.families().size(), 2U);
    EXPECT_EQ(read.families().at("scialytic_drops_total").samples.size(), 3U);
    EXPECT_EQ(read.families().at("scialytic_drops_total").type, "counter");
    EXPECT_EQ(read.value("scialytic_drops_total", {{"stream", "ultrasound"}}), 1152921504606846976.0);
    EXPECT_EQ(read.value("scialytic_drops_total", {{"reason", "replaced"}}), 4);
    EXPECT_EQ(read.value("scialytic_frozen"), 1);
}

TEST(MetricsPage, any_text_in_a_label_is_read_back_as_it_was) {
    const std::string odd = "a\"b\\c\nd{e}=,\xc3\xa4 \\n";
    MetricsPage page;
    page.add(Metric::build_info, {{"node", odd}, {"version", ""}}, 1);
    const MetricsText read{page.text()};
    EXPECT_EQ(read.families().at("scialytic_build_info").samples.at(0).labels,
              (fakes::MetricLabelSet{{"node", odd}, {"version", ""}}));
}

TEST(MetricsPage, numbers_lose_nothing_and_need_not_be_finite) {
    MetricsPage page;
    page.add(Metric::process_start, {}, 1793145600.123);
    page.add(Metric::link_loss, {{"link", "a"}}, std::numeric_limits<double>::quiet_NaN());
    page.add(Metric::link_loss, {{"link", "b"}}, -std::numeric_limits<double>::infinity());
    page.add(Metric::link_loss, {{"link", "c"}}, 1e-7);
    const MetricsText read{page.text()};
    EXPECT_EQ(read.value("scialytic_process_start_time_seconds"), 1793145600.123);
    EXPECT_TRUE(std::isnan(*read.value("scialytic_link_loss_ratio", {{"link", "a"}})));
    EXPECT_EQ(read.value("scialytic_link_loss_ratio", {{"link", "b"}}), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(read.value("scialytic_link_loss_ratio", {{"link", "c"}}), 1e-7);
}

TEST(MetricsPage, buckets_are_cumulative_and_the_last_is_the_count) {
    Durations durations;
    for (const auto duration : {50us, 100us, 101us, 33'000us, 1'000'000us, 1'000'001us}) durations.record(duration);
    durations.record(-5us);
    MetricsPage page;
    page.add(Metric::hop, {{"stage", "encoded"}, {"modality", "xray"}}, durations.counts());
    const MetricsText read{page.text()};
    const auto up_to = [&](const std::string& limit) {
        return read.value("scialytic_hop_seconds_bucket", {{"le", limit}, {"modality", "xray"}});
    };
    EXPECT_EQ(up_to("0.0001"), 3) << "50, 100, and what cannot be below 0";
    EXPECT_EQ(up_to("0.0002"), 4);
    EXPECT_EQ(up_to("0.025"), 4);
    EXPECT_EQ(up_to("0.033"), 5);
    EXPECT_EQ(up_to("1"), 6);
    EXPECT_EQ(up_to("+Inf"), 7);
    EXPECT_EQ(read.value("scialytic_hop_seconds_count"), 7);
    EXPECT_NEAR(*read.value("scialytic_hop_seconds_sum"), 2.033252, 1e-9);
}

TEST(MetricsPage, of_several_states_one_is_1) {
    constexpr std::array<std::string_view, 3> names{"LIVE", "LATE", "X-RAY OFF"};
    MetricsPage page;
    page.add_one_of(Metric::state, {{"modality", "xray"}}, "state", names, "X-RAY OFF");
    const MetricsText read{page.text()};
    EXPECT_EQ(read.value("scialytic_state", {{"state", "X-RAY OFF"}}), 1);
    EXPECT_EQ(read.value("scialytic_state", {{"state", "LIVE"}}), 0);
    EXPECT_EQ(read.sum("scialytic_state"), 1);
}

TEST(MetricsPage, the_reader_of_these_tests_is_strict) {
    const std::string head = "# HELP a_total x\n# TYPE a_total counter\n";
    EXPECT_EQ(why_not(head + "a_total{b=\"c\"} 1\n"), "");
    EXPECT_NE(why_not("a_total 1\n"), "") << "no type";
    EXPECT_NE(why_not(head + "a_total 1"), "") << "no end of line";
    EXPECT_NE(why_not(head + "a_total 1\na_total 1\n"), "") << "twice";
    EXPECT_NE(why_not(head + "a_total -1\n"), "") << "negative";
    EXPECT_NE(why_not(head + "a_total{b=\"\\x\"} 1\n"), "") << "escape";
    EXPECT_NE(why_not(head + "b_total 1\n"), "") << "another family";
    EXPECT_NE(why_not(head), "") << "nothing in it";
    const std::string histogram = "# HELP h x\n# TYPE h histogram\n";
    EXPECT_EQ(why_not(histogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n"), "");
    EXPECT_NE(why_not(histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 3\nh_count 1\n"), "");
    EXPECT_NE(why_not(histogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 3\n"), "");
    EXPECT_NE(why_not(histogram + "h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 1\n"), "");
}

TEST(MetricsDocs, the_table_lists_every_metric_as_it_is) {
    std::vector<std::string> promised;
    std::ifstream text{PROJECT_DIR "/docs/metrics.md"};
    for (std::string line; std::getline(text, line);)
        if (line.starts_with("| `scialytic_")) promised.push_back(line);
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < metric_count; ++i) {
        const auto& of = family(static_cast<Metric>(i));
        std::string row = "| `";
        row.append(of.name).append("` | ").append(of.type).append(" | ").append(of.labels.empty() ? "-" : of.labels);
        row.append(" | ").append(of.nodes).append(" | ").append(of.help).append(" |");
        kept.push_back(row);
    }
    EXPECT_EQ(promised, kept);
}

}  // namespace
