// What a run over radios was like: from codes, states and outages that were written by hand.
#include "bench/wireless_figures.hpp"
#include "bench/relay_report.hpp"
#include "transport/emulator/relay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace {

using namespace bench;

constexpr std::int64_t period = 100;
constexpr Span all{0, 1'000};

/// Frames 0, 1, 2 …, captured every 100 µs from 0 on, shown 30 µs later; without those that are named.
std::vector<SeenCode> every_frame_but(const std::vector<std::uint32_t>& lost, std::uint32_t count = 10) {
    std::vector<SeenCode> codes;
    for (std::uint32_t i = 0; i < count; ++i)
        if (std::ranges::count(lost, i) == 0) codes.push_back({i * period + 30, 1, i, i * period});
    return codes;
}

TEST(ShownStream, counts_what_was_captured_in_the_span_and_seen_at_any_time) {
    const auto whole = shown_stream(every_frame_but({}), 1, all, period);
    EXPECT_EQ(whole.sent, 10U);
    EXPECT_EQ(whole.intact, 10U);
    EXPECT_EQ(whole.p50_us, 30);
    EXPECT_EQ(whole.longest_gap_us, 100);
    const auto part = shown_stream(every_frame_but({}), 1, {200, 500}, period);
    EXPECT_EQ(part.sent, 3U) << "2, 3 and 4";
    EXPECT_EQ(part.intact, 3U);
    EXPECT_EQ(shown_stream(every_frame_but({}), 2, all, period).intact, 0U) << "of another stream";
}

TEST(ShownStream, a_lost_frame_is_lost_wherever_it_was) {
    const auto inside = shown_stream(every_frame_but({4, 5}), 1, all, period);
    EXPECT_EQ(inside.sent, 10U);
    EXPECT_EQ(inside.lost(), 2U);
    EXPECT_EQ(inside.intact_percent(), 80);
    EXPECT_EQ(inside.longest_gap_us, 300);
    EXPECT_EQ(shown_stream(every_frame_but({7, 8, 9}), 1, all, period).sent, 10U) << "at the end";
    EXPECT_EQ(shown_stream(every_frame_but({0, 1}), 1, all, period).lost(), 2U) << "at the begin";
    const auto none = shown_stream({}, 1, all, period);
    EXPECT_EQ(none.lost(), 10U);
    EXPECT_EQ(none.longest_gap_us, 1'000);
    EXPECT_TRUE(std::isnan(ShownStream{}.intact_percent()));
}

TEST(ShownStream, a_source_that_is_not_exact_loses_nothing_by_it) {
    auto codes = every_frame_but({}, 13);
    codes[2].time_us += 40;
    codes[10].time_us -= 45;
    EXPECT_EQ(shown_stream(codes, 1, {200, 1'000}, period).lost(), 0U);
    EXPECT_EQ(shown_stream(codes, 1, {200, 960}, period).lost(), 0U);
    auto with_loss = codes;
    std::erase_if(with_loss, [](const SeenCode& code) { return code.sequence == 2 || code.sequence == 9; });
    EXPECT_EQ(shown_stream(with_loss, 1, {200, 950}, period).lost(), 2U) << "the first and the last";
}

TEST(ShownStream, a_frame_counts_when_it_is_shown_first_and_once) {
    const auto twice = shown_stream({{50, 1, 0, 0}, {90, 1, 0, 0}, {250, 1, 1, 100}}, 1, {0, 200}, period);
    EXPECT_EQ(twice.intact, 2U);
    EXPECT_EQ(twice.max_us, 150);
    EXPECT_EQ(twice.longest_gap_us, 200);
}

TEST(ShownStream, a_gap_that_begins_in_the_span_counts_to_its_end) {
    EXPECT_EQ(shown_stream({{50, 1, 0, 0}, {900, 1, 3, 850}}, 1, {0, 100}, period).longest_gap_us, 850);
}

std::vector<StateChange> states_in(const std::string& rows) {
    std::istringstream csv{"time_us,clock_us,modality,state,why\n" + rows};
    return read_states(csv);
}

TEST(States, are_read_and_a_line_that_is_no_change_is_named) {
    const auto states = states_in("1,1000,xray,X-RAY OFF,the beam\n2,2000,fusion,SYNCED,\n3,30");
    ASSERT_EQ(states.size(), 2U) << "the last is still being written";
    EXPECT_EQ(states[0].time_us, 1000);
    EXPECT_EQ(states[0].state, "X-RAY OFF");
    EXPECT_EQ(states[1].who, "fusion");
    for (const auto* row_line : {"1,x,xray,LIVE,\n", "1\n", "1,2,xray\n"}) try {
            (void)states_in(row_line);
            ADD_FAILURE() << row_line;
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string{error.what()}.find("line 2"), std::string::npos);
        }
}

TEST(Fused, counts_pictures_with_a_new_frame_whose_states_are_good) {
    const std::vector<SeenCode> codes{{100'000, 1, 1, 0}, {100'000, 2, 1, 0},
                                      {200'000, 1, 2, 0}, {250'000, 1, 2, 0},  // again: no new picture
                                      {300'000, 1, 3, 0}, {400'000, 1, 4, 0}};
    const auto states = states_in(
        "0,100500,ultrasound,LIVE,\n0,100500,xray,LATE,\n0,100500,fusion,SYNCED,\n"
        "0,290000,xray,STALE,\n0,390000,xray,LIVE,\n0,390000,fusion,UNSYNCED,\n");
    EXPECT_EQ(fused_percent(codes, states, {0, 500'000}), 50) << "the first two of four";
    EXPECT_EQ(fused_percent(codes, states, {0, 250'000}), 100);
    EXPECT_TRUE(std::isnan(fused_percent({}, states, {0, 1})));
}

TEST(Outages, that_overlap_or_nearly_are_one) {
    EXPECT_EQ(joined({{500, 600}, {0, 100}, {90, 200}, {250, 300}}, 50), (std::vector<Span>{{0, 300}, {500, 600}}));
    EXPECT_TRUE(joined({}, 50).empty());
}

TEST(Return, is_counted_from_the_links_to_the_first_frame_that_is_new) {
    const std::vector<Span> outages{{1'000'000, 1'200'000}, {4'000'000, 4'100'000}};
    const std::vector<SeenCode> codes{{900'000, 1, 1, 890'000},
                                      {1'210'000, 1, 2, 950'000},  // captured before: it has only waited
                                      {1'260'000, 1, 3, 1'150'000},
                                      {4'150'000, 1, 4, 4'120'000}};
    EXPECT_EQ(slowest_return_us(codes, 1, outages, {0, 6'000'000}), 60'000);
    EXPECT_EQ(slowest_return_us(codes, 1, outages, {2'000'000, 6'000'000}), 50'000) << "the first is not watched";
    EXPECT_FALSE(slowest_return_us(codes, 1, outages, {0, 2'000'000}).has_value()) << "no time to return";
    EXPECT_EQ(slowest_return_us({}, 1, {outages[0]}, {0, 6'000'000}), 4'800'000) << "never: until nobody looked";
}

TEST(LiveAgain, is_counted_until_it_stays) {
    const std::vector<Span> outages{{1'000'000, 1'200'000}, {4'000'000, 4'100'000}};
    const auto live = states_in("0,500000,xray,LIVE,\n");
    EXPECT_EQ(slowest_live_again_ms(live, "xray", outages, {0, 6'000'000}), 0) << "never ceased to be";
    const auto flapping = states_in(
        "0,500000,xray,LIVE,\n0,1150000,xray,STALE,\n0,1300000,xray,LIVE,\n0,1350000,xray,LATE,\n"
        "0,1500000,xray,LIVE,\n0,1400000,fusion,UNSYNCED,\n");
    EXPECT_EQ(slowest_live_again_ms(flapping, "xray", outages, {0, 6'000'000}), 300);
    const auto later = states_in("0,500000,xray,LIVE,\n0,2500000,xray,LATE,\n0,2600000,xray,LIVE,\n");
    EXPECT_EQ(slowest_live_again_ms(later, "xray", outages, {0, 6'000'000}), 0) << "of another reason";
    const auto gone = states_in("0,500000,xray,LIVE,\n0,4150000,xray,LOST,\n");
    EXPECT_EQ(slowest_live_again_ms(gone, "xray", outages, {0, 6'000'000}), std::numeric_limits<double>::infinity());
    EXPECT_FALSE(slowest_live_again_ms(live, "xray", {}, {0, 6'000'000}).has_value());
}

TEST(RelayReport, is_read_back_as_the_relay_wrote_it) {
    transport::RelayReport report;
    report.said_from = "somewhere";
    report.seconds = 12.5;
    report.not_sent = 3;
    report.too_long = 1;
    report.up.offered = 10;
    report.up.bytes = 5000;
    report.up.fates = {6, 1, 1, 2};
    report.up.delay.record(transport::Microseconds{1500});
    report.down.queueing.record(transport::Microseconds{250});
    report.scheduling.record(transport::Microseconds{100});
    report.by_client.resize(2);
    report.by_client[1].host = "127.0.0.3";
    report.by_client[1].pictures_up.record(transport::Microseconds{2500});
    const auto figures = read_relay_report(std::string_view{to_json(report)});
    EXPECT_EQ(figures.said_from, "somewhere");
    EXPECT_EQ(figures.seconds, 12.5);
    EXPECT_EQ(figures.up.offered, 10U);
    EXPECT_EQ(figures.up.bytes, 5000U);
    EXPECT_EQ(figures.up.delivered, 6U);
    EXPECT_EQ(figures.up.lost, 4U);
    EXPECT_EQ(figures.up.queue_full, 2U);
    EXPECT_EQ(figures.up.p50_ms, 1.5);
    EXPECT_EQ(figures.down.queueing_p50_ms, 0.25);
    EXPECT_EQ(figures.scheduling_p99_ms, 0.1);
    EXPECT_EQ(figures.not_relayed, 4U);
    ASSERT_EQ(figures.clients.size(), 2U);
    EXPECT_EQ(figures.clients[1].host, "127.0.0.3");
    EXPECT_EQ(figures.clients[1].pictures_up_p50_ms, 2.5);
    EXPECT_EQ(figures.clients[1].pictures_down_p50_ms, 0);
    EXPECT_THROW((void)read_relay_report(std::string_view{"{}"}), std::runtime_error);
    EXPECT_THROW((void)read_relay_report(std::filesystem::path{"/nowhere/relay.json"}), std::runtime_error);
}

}  // namespace
