// From what browsers, watchers and share were seen to do, to the rows that judge it.
#include "bench/remote_rows.hpp"
#include "bench/remote.hpp"
#include "transport/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace {

using namespace bench;
using transport::Modality;

const Row& row_of(const std::vector<Row>& rows, const std::string& name) {
    const auto found = std::ranges::find(rows, name, &Row::name);
    if (found == rows.end()) throw std::runtime_error("no row " + name);
    return *found;
}
bool has_row(const std::vector<Row>& rows, const std::string& name) {
    return std::ranges::find(rows, name, &Row::name) != rows.end();
}

ShownStream shown_with(std::int64_t p99_us, std::uint64_t lost = 0) {
    ShownStream out;
    out.sent = 100;
    out.intact = 100 - lost;
    out.p99_us = p99_us;
    return out;
}

TEST(RemotePageReport, tells_where_the_driver_is_and_passes_over_what_others_print) {
    EXPECT_EQ(read_page_report("").step, PageStep::starting);
    EXPECT_EQ(read_page_report("[warning] {\n{\"is\":\"measuring\"}\n").step, PageStep::measuring);
    EXPECT_EQ(read_page_report("{\"is\":\"measuring\"").step, PageStep::starting) << "the line is not whole";
    const auto failed = read_page_report("{\"is\":\"measuring\"}\n{\"is\":\"failed\",\"why\":\"no Chromium\"}\n");
    EXPECT_EQ(failed.step, PageStep::failed);
    EXPECT_EQ(failed.why, "no Chromium");
}

TEST(RemotePageReport, a_line_of_another_kind_is_a_failure_and_no_crash) {
    EXPECT_EQ(read_page_report("{\"is\":\"done\"}\n").step, PageStep::failed);
    EXPECT_EQ(read_page_report("{\"is\":\"done\",\"streams\":[1]}\n").step, PageStep::failed);
    EXPECT_EQ(read_page_report("{\"is\":3}\n").step, PageStep::failed);
}

TEST(RemotePageReport, brings_the_figures_of_each_source) {
    const auto report = read_page_report(
        R"({"is":"done","streams":{"xray":{"frames":300,"p50Ms":20.5,"p99Ms":41,"maxMs":60,"saidP50Ms":21}},)"
        R"("boundMs":0.2,"picturesPerS":29.9,"unreadable":1,"agree":100,"disagree":0,"compared":290,"beyondBounds":0,)"
        R"("largestDifferenceMs":0.4,"jitterBufferMs":null})"
        "\n");
    ASSERT_EQ(report.step, PageStep::done) << report.why;
    const auto& xray = report.figures.streams.at(Modality::xray);
    EXPECT_EQ(xray.frames, 300u);
    EXPECT_DOUBLE_EQ(xray.p99_ms, 41);
    EXPECT_EQ(xray.said_p50_ms, 21);
    EXPECT_FALSE(xray.said_p99_ms);
    EXPECT_FALSE(report.figures.jitter_buffer_ms);
    EXPECT_EQ(report.figures.compared, 290u);
}

TEST(RemoteRows, a_figure_that_was_not_measured_is_no_row) {
    PageFigures page;
    page.streams[Modality::xray] = {300, 20, 80, 90, {}, {}, {}};
    const auto rows = page_rows("browser", page, {40, 70});
    EXPECT_EQ(row_of(rows, "browser: xray captured to expected display, p50").met(), true);
    EXPECT_EQ(row_of(rows, "browser: xray captured to expected display, p99").met(), false);
    EXPECT_FALSE(has_row(rows, "browser: xray captured to expected display, p99 as the page says"));
    EXPECT_FALSE(has_row(rows, "browser: codes that disagree"));
    EXPECT_FALSE(has_row(rows, "browser: decoding, mean"));
}

TEST(RemoteRows, a_code_that_disagrees_misses_its_goal) {
    PageFigures page;
    page.compared = 10;
    page.disagree = 1;
    EXPECT_EQ(row_of(page_rows("browser", page, {}), "browser: codes that disagree").met(), false);
}

TEST(RemoteRows, the_ratio_to_the_plain_page_wants_both) {
    PageFigures plain;
    plain.streams[Modality::xray].p50_ms = 100;
    plain.streams[Modality::xray].p99_ms = 200;
    PageFigures ours;
    ours.streams[Modality::xray].p50_ms = 25;
    ours.streams[Modality::xray].p99_ms = 50;
    EXPECT_DOUBLE_EQ(row_of(plain_rows(plain, ours), "our page, two hops / plain page, p50 xray").value, 0.25);
    EXPECT_FALSE(has_row(plain_rows(plain, {}), "our page, two hops / plain page, p50 xray"));
}

TEST(RemoteRows, the_or_display_is_compared_with_the_quiet_times_around) {
    const std::vector<OrShown> quiet{{{Modality::xray, shown_with(10'000)}}, {{Modality::xray, shown_with(12'000)}}};
    const auto rows = or_rows("eight", quiet, {{Modality::xray, shown_with(12'100, 2)}});
    EXPECT_NEAR(row_of(rows, "eight: OR display, xray p99 change").value, 10, 1e-9);
    EXPECT_NEAR(row_of(rows, "eight: OR display, xray p99 change by itself, one quiet time to the other").value, 20,
                1e-9);
    EXPECT_EQ(row_of(rows, "eight: OR display, xray frames lost with them").met(), false);
}

TEST(RemoteRows, the_watcher_that_got_fewest_counts) {
    std::map<std::string, DeliveryFigures> watchers;
    watchers["good"].pictures = 600;
    watchers["fell silent"].pictures = 540;  // and knows nothing of the last 60
    const auto rows = watcher_rows("eight", watchers);
    EXPECT_NEAR(row_of(rows, "eight: pictures to the watcher that got fewest").value, 90, 1e-9);
    EXPECT_EQ(row_of(rows, "eight: pictures to the watcher that got fewest").met(), false);
}

TEST(RemoteRows, watchers_without_a_picture_are_none_well_served) {
    EXPECT_EQ(row_of(watcher_rows("eight", {{"one", {}}}), "eight: pictures to the watcher that got fewest").value, 0);
}

TEST(RemoteRows, a_churn_is_flat_from_the_first_sample_to_the_last) {
    const auto flat = churn_rows({{50, 50'000, 40, 0, 0}, {250, 60'000, 44, 0, 0}, {500, 52'000, 40, 0, 0}}, 0);
    EXPECT_NEAR(row_of(flat, "churn: growth of it").value, 4, 1e-9);
    EXPECT_EQ(row_of(flat, "churn: growth of these").met(), true);
    const auto leaking = churn_rows({{50, 50'000, 40, 0, 0}, {100, 50'000, 41, 2, 1}, {500, 60'000, 90, 0, 0}}, 1);
    EXPECT_EQ(row_of(leaking, "churn: growth of it").met(), false);
    EXPECT_EQ(row_of(leaking, "churn: growth of these").met(), false);
    EXPECT_EQ(row_of(leaking, "churn: zombies, at most").met(), false);
    EXPECT_EQ(row_of(leaking, "churn: of these failed").met(), false);
    EXPECT_THROW((void)churn_rows({{50, 1, 1, 0, 0}}, 0), std::invalid_argument);
}

TEST(RemoteOptions, names_what_it_does_not_know) {
    const auto options = read_remote_options({"--only", "browser,churn", "--seconds", "30", "--joins", "200"});
    EXPECT_TRUE(options.wants("churn"));
    EXPECT_FALSE(options.wants("eight"));
    EXPECT_EQ(options.joins, 200);
    EXPECT_TRUE(read_remote_options({}).wants("eight"));
    for (const auto& words :
         {std::vector<std::string>{"--only", "seven"}, {"--joins", "3"}, {"--seconds"}, {"--rounds", "2"}})
        EXPECT_THROW((void)read_remote_options(words), transport::UsageError);
}

TEST(RemoteOptions, every_section_stands_in_the_help) {
    for (const auto name : remote_sections())
        EXPECT_NE(remote_help().find("\n                  " + std::string{name} + ' '), std::string::npos) << name;
}

}  // namespace
