// The page that is put before others: whole, safe, and true to the results that it was made from.
#include "bench/report.hpp"
#include "bench/commands.hpp"
#include "bench/report_page.hpp"
#include "bench/report_parts.hpp"
#include "fakes/report_frames.hpp"
#include "fakes/reported_run.hpp"
#include "transport/options.hpp"

#include <glib.h>
#include <gmock/gmock.h>

#include <stdexcept>

namespace {

using namespace bench;
using fakes::ReportedRun;
using testing::HasSubstr;
using testing::Not;

/// What a real parser says of it: every text of the page, or the error.
struct ParsedPage {
    std::string error;
    std::string texts;
    std::size_t pictures = 0;
};
ParsedPage parse(const std::string& page) {
    ParsedPage out;
    GMarkupParser parser{};
    parser.start_element = [](GMarkupParseContext*, const char* name, const char**, const char**, void* data,
                              GError**) {
        static_cast<ParsedPage*>(data)->pictures += std::string{name} == "svg" ? 1 : 0;
    };
    parser.text = [](GMarkupParseContext*, const char* text, std::size_t size, void* data, GError**) {
        static_cast<ParsedPage*>(data)->texts.append(text, size).append("\n");
    };
    auto* context = g_markup_parse_context_new(&parser, GMarkupParseFlags{}, &out, nullptr);
    GError* error = nullptr;
    if (!g_markup_parse_context_parse(context, page.data(), static_cast<gssize>(page.size()), &error) ||
        !g_markup_parse_context_end_parse(context, &error)) {
        out.error = error->message;
        g_error_free(error);
    }
    g_markup_parse_context_free(context);
    return out;
}

struct ReportPage : fakes::ReportFolder {
    static ReportedResult read(const std::filesystem::path& result) { return read_reported(result, {}); }
    static std::string page(std::vector<ReportedResult> results) {
        label_apart(results);
        return report_page(results, "");
    }
    static std::string refusal(const std::vector<std::string>& words) {
        try {
            static_cast<void>(run_bench(words));
        } catch (const std::exception& error) {
            return error.what();
        }
        return "none";
    }
};

TEST_F(ReportPage, is_well_formed_and_escapes_every_name) {
    const std::string hostile = "<script>alert(1)</script> & \"both\" 'quotes'";
    ReportedRun bad;
    bad.contender = hostile;
    auto result = read(bad.write(folder, "bad"));
    result.result.settings[hostile] = hostile;
    result.result.versions[hostile] = hostile;
    result.result.judge = hostile;
    result.result.scenario = hostile;
    result.result.house.rows.push_back({hostile, 1, hostile, 2});
    result.not_shown.push_back(hostile);
    result.file = hostile;
    result.words = {hostile};
    std::vector<ReportedResult> results{result};
    label_apart(results);
    const auto html = report_page(results, hostile);
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    const auto parsed = parse(html);
    EXPECT_EQ(parsed.error, "");
    EXPECT_THAT(parsed.texts, HasSubstr(hostile)) << "it says what the file says";
    EXPECT_GT(parsed.pictures, 6U);
}

TEST_F(ReportPage, gives_a_shell_no_words_but_its_own) {
    auto result = read(ReportedRun{}.write(folder, "a"));
    result.file = "a b'; rm -r x.json";
    result.result.scenario = "$(reboot)";
    const auto texts = parse(page({result})).texts;
    EXPECT_THAT(texts, HasSubstr("./dev bench '$(reboot)'"));
    EXPECT_THAT(texts, HasSubstr("bench report 'a b'\\''; rm -r x.json' --out"));
}

TEST_F(ReportPage, needs_nothing_from_anywhere) {
    auto html = page({read(ReportedRun{}.write(folder, "a"))});
    for (const std::string name_of_svg = "http://www.w3.org/2000/svg"; html.find(name_of_svg) != std::string::npos;)
        html.erase(html.find(name_of_svg), name_of_svg.size());
    for (const auto* reference : {"http:", "https:", "src=", "url(", "@import", "<link", "<script"})
        EXPECT_THAT(html, Not(HasSubstr(reference)));
    EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST_F(ReportPage, tells_what_is_unknown_and_why_and_never_as_zero) {
    ReportedRun outside;
    outside.raw = false;
    outside.repeats = 1;
    const auto texts = parse(page({read(outside.write(folder, "a"))})).texts;
    EXPECT_THAT(texts, HasSubstr("not told: too few: 300 values, 1000 needed"));
    EXPECT_THAT(texts, HasSubstr("not told: nobody measured it"));
    EXPECT_THAT(texts, HasSubstr("Not told: no result has timelines."));
    EXPECT_THAT(texts, HasSubstr("a is missing: no stages of single frames, no states"));
    EXPECT_THAT(texts, Not(HasSubstr("nan")));
}

TEST_F(ReportPage, has_no_number_where_the_clock_is_not_good_enough) {
    auto given = ReportedRun{}.run.input();
    given.streams[0].clock_bound = transport::Microseconds{20'000};  // half a frame is 16.7 ms
    ReportedResult bad;
    bad.result = fakes::result_of({});
    add_repeat(bad.result, given, run_figures(given));
    bad.figures = all_figures(bad.result);
    const auto texts = parse(page({bad})).texts;
    EXPECT_THAT(texts, HasSubstr("clock not good enough: ± 20.0 ms is more than half a frame"));
    EXPECT_THAT(texts, HasSubstr("ultrasound: not told, no latency of any frame is known."));
}

TEST_F(ReportPage, picks_the_slowest_frame_and_says_where_it_lost_its_time) {
    const auto reported = read(ReportedRun{}.write(folder, "a"));
    const auto worst = std::ranges::find(reported.picks, 1U, &PickedFrame::rank);
    ASSERT_NE(worst, reported.picks.end());
    EXPECT_EQ(worst->frame.sequence, 100U);
    EXPECT_EQ(worst->frame.repeat, 2U) << "slower there than in the first";
    EXPECT_EQ(worst->frame.latency_us(), 20'000 + 100 % 6 * 100 + 12'000);
    const auto texts = parse(page({reported})).texts;
    EXPECT_THAT(texts, HasSubstr("published took 20.00 ms (p50 8.00)"));
}

TEST_F(ReportPage, picks_a_frame_of_median_latency_as_typical) {
    const auto reported = read(ReportedRun{}.write(folder, "a"));
    ASSERT_FALSE(reported.picks.empty());
    EXPECT_EQ(reported.picks[0].rank, 0U);
    EXPECT_EQ(reported.picks[0].frame.latency_us(), 20'200) << "20.0 to 20.5 ms in turn";
    EXPECT_FALSE(reported.picks[0].lanes.empty());
}

TEST_F(ReportPage, lays_timelines_onto_the_clock_of_the_codes) {
    const auto reported = read(ReportedRun{}.write(folder, "a"));
    for (const auto& pick : reported.picks) {
        ASSERT_FALSE(pick.lanes.empty());
        const auto& lane = pick.lanes.front();
        EXPECT_EQ(lane.captured_us, pick.frame.captured_us);
        EXPECT_EQ(lane.spans.back().to_us, pick.frame.presented_us);
        std::int64_t sum = 0;
        for (const auto& span : lane.spans) sum += span.us();
        EXPECT_EQ(sum, pick.frame.latency_us());
    }
}

TEST_F(ReportPage, prints_how_far_judges_of_the_same_runs_disagree) {
    ReportedRun outside;
    outside.judge = "screen watcher";
    outside.raw = false;
    outside.seen_later_us = 2'000;
    outside.slow_by_us = 17'000;  // the one frame that it sees another 7 ms later
    outside.run.drop_every = 100;
    const auto inside = read(ReportedRun{}.write(folder, "a"));
    const auto seen = read(outside.write(folder, "a-screen"));
    const auto html = page({inside, seen});
    // Frames of both, of the first alone, of the second alone, median, largest: of two repeats of 300.
    EXPECT_THAT(html, HasSubstr("<td>594</td><td>6</td><td>0</td><td>+2.00</td><td>+2.00 … +2.00</td><td>+9.00</td>"));
}

TEST_F(ReportPage, does_not_take_other_runs_for_the_same) {
    ReportedRun other;
    other.judge = "screen watcher";
    other.run.clock_error_us = 5'000;
    const auto html = page({read(ReportedRun{}.write(folder, "a")), read(other.write(folder, "b"))});
    EXPECT_THAT(html, HasSubstr("not told: the two did not see the same runs"));
}

TEST_F(ReportPage, compares_contenders_that_one_judge_read) {
    ReportedRun slow;
    slow.contender = "chain";
    slow.repeats = 4;
    slow.run.latency_us = 30'000;
    ReportedRun fast;
    fast.repeats = 4;
    const auto texts = parse(page({read(fast.write(folder, "a")), read(slow.write(folder, "b"))})).texts;
    EXPECT_THAT(texts, HasSubstr("product → chain"));
    EXPECT_THAT(texts, HasSubstr("g2g.ultrasound.p50, ms"));
    EXPECT_THAT(texts, HasSubstr("worse"));
}

TEST_F(ReportPage, draws_freezes_skips_and_states_where_they_were) {
    ReportedRun bad;
    bad.run.frozen_from_us = 4'000'000;
    bad.run.frozen_for_us = 500'000;
    const auto html = page({read(bad.write(folder, "a"))});
    EXPECT_THAT(html, HasSubstr("<title>freeze of 5"));
    EXPECT_THAT(html, HasSubstr("<title>15 skipped before frame 136"));
    EXPECT_THAT(html, HasSubstr("<title>ultrasound: STALE"));
    EXPECT_THAT(html,
                HasSubstr("Freezes: 2. Places where frames were skipped: 2. Changes of the display&#39;s state: 4."));
}

TEST_F(ReportPage, stays_small_with_twelve_contenders_and_ten_minutes_of_frames) {
    ReportedRun run;
    run.run.frames = 18'000;
    run.run.drop_every = 7;
    run.repeats = 1;
    const auto one = read(run.write(folder, "a"));
    ASSERT_GT(one.frames.size(), 15'000U);
    std::vector<ReportedResult> twelve(12, one);
    for (std::size_t i = 0; i < twelve.size(); ++i) twelve[i].result.contender = "contender " + std::to_string(i);
    const auto html = page(twelve);
    EXPECT_LT(html.size(), std::size_t{2} << 20U);
    EXPECT_EQ(parse(html).error, "");
}

TEST_F(ReportPage, names_the_file_that_is_missing_or_malformed) {
    const auto result = ReportedRun{}.write(folder, "a").string();
    const auto out = (folder / "out.html").string();
    EXPECT_EQ(run_bench({"report", result, "--out", out}), 0);
    EXPECT_THAT(refusal({"report", (folder / "none.json").string()}), HasSubstr("none.json"));
    EXPECT_THAT(refusal({"report", result, "--out", (folder / "no/where.html").string()}), HasSubstr("no/where.html"));
    std::ofstream{folder / "a/2/timeline.csv", std::ios::app} << "1,2\n";
    EXPECT_THAT(refusal({"report", result, "--out", out}), HasSubstr("a/2/timeline.csv: line 302"));
    std::ofstream{folder / "a.csv", std::ios::app} << "3,ultrasound,1,2,3,1,,0,1,0\n";
    EXPECT_THAT(refusal({"report", result, "--out", out}), HasSubstr("a.csv: repeat 3 of 2"));
    std::ofstream{folder / "a.csv", std::ios::app} << "1,ultrasound,x\n";
    EXPECT_THAT(refusal({"report", result, "--out", out}), HasSubstr("a.csv: line 603 is no whole row of a frame"));
}

TEST_F(ReportPage, goes_on_without_frames_and_says_so) {
    const auto result = ReportedRun{}.write(folder, "a");
    std::filesystem::remove(folder / "a.csv");
    std::filesystem::remove_all(folder / "a");
    EXPECT_EQ(run_bench({"report", result.string()}), 0);
    const auto texts = parse(text(folder / "report.html")).texts;
    EXPECT_THAT(texts, HasSubstr("What could not be shown"));
    EXPECT_THAT(texts, HasSubstr("a.csv is missing: no frame by frame"));
    EXPECT_THAT(texts, HasSubstr("ultrasound, product: not told, its frames are missing."));
}

TEST_F(ReportPage, has_a_table_of_what_other_benchmarks_measured) {
    const auto rows = folder / "remote.json";
    Results measured;
    measured.commit = "abc";
    measured.date = "2026-01-02T03:04:05Z";
    measured.machine = "2 x <Fast>";
    measured.rows = {{"page p99", 58.5, "ms", 70.0}, {"codes told", 60, "%", 99.0, Bar::at_least}, {"lost", 0, ""}};
    std::ofstream{rows} << to_json(measured);
    const auto result = ReportedRun{}.write(folder, "a");
    EXPECT_EQ(run_bench({"report", result.string(), rows.string()}), 0);
    const auto texts = parse(text(folder / "report.html")).texts;
    EXPECT_THAT(texts, HasSubstr("2 x <Fast>"));
    EXPECT_THAT(texts, HasSubstr("page p99"));
    EXPECT_THAT(texts, HasSubstr("at most 70"));
    EXPECT_THAT(texts, HasSubstr("at least 99"));
    std::ofstream{rows} << "{\"rows\": 3}";
    try {
        static_cast<void>(run_bench({"report", result.string(), rows.string()}));
        FAIL() << "taken";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("remote.json: neither a result nor rows of a benchmark"));
    }
}

TEST_F(ReportPage, says_where_the_time_goes_when_it_is_told) {
    std::vector<ReportedResult> results{read(ReportedRun{}.write(folder, "a"))};
    EXPECT_THAT(report_page(results, ""), Not(HasSubstr("Where is my time?")));
    results.front().words = {"Encoding dominates.", "So it is."};
    results.front().label = "product";
    const auto texts = parse(report_page(results, "A title")).texts;
    EXPECT_THAT(texts, HasSubstr("Where is my time? product"));
    EXPECT_THAT(texts, HasSubstr("So it is."));
    EXPECT_THAT(texts, HasSubstr("A title"));
}

TEST_F(ReportPage, refuses_wrong_words_in_one_line) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"report"}, "wanted: 1 to 24 results"},
        {{"report", "a.json", "--worst", "0"}, "--worst: '0' is not in 1 to 30"},
        {{"report", "a.json", "--out"}, "--out wants a value"},
        {{"report", "a.json", "--outt", "x"}, "'--outt' is unknown"},
    };
    for (const auto& [words, named] : wrong) {
        EXPECT_THROW(static_cast<void>(run_bench(words)), transport::UsageError);
        EXPECT_THAT(refusal(words), HasSubstr(named));
    }
    EXPECT_EQ(run_bench({"report", "--help"}), 0);
    for (const auto* key : {"--out", "--title", "--worst", "--help"})
        EXPECT_THAT(std::string{report_help()}, HasSubstr(key));
}

}  // namespace
