// A trace that a viewer takes, whose slices add up to what was measured.
#include "bench/trace.hpp"
#include "bench/commands.hpp"
#include "bench/trace_hgrm.hpp"
#include "bench/trace_tracks.hpp"
#include "fakes/report_frames.hpp"
#include "fakes/reported_run.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>

#include <set>
#include <sstream>
#include <stdexcept>

namespace {

using namespace bench;
using fakes::ReportedRun;
using nlohmann::json;

struct Trace : fakes::ReportFolder {
    [[nodiscard]] json traced(const ReportedRun& run, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"trace", run.write(folder, "a").string()};
        words.insert(words.end(), more.begin(), more.end());
        EXPECT_EQ(bench::run_bench(words), 0);
        return json::parse(text(folder / "a.trace.json"));
    }
    static std::vector<json> slices(const json& trace) {
        std::vector<json> out;
        for (const auto& event : trace.at("traceEvents"))
            if (event.at("ph") == "X") out.push_back(event);
        return out;
    }
    /// A frame that stands out, another in the same track right after it.
    static std::vector<PickedFrame> picks_of(const ReportedRun& run) {
        const auto figures = run_figures(run.input(1));
        std::stringstream csv;
        csv << frames_header;
        write_frames(csv, 1, figures);
        auto picks = worst_frames(read_frames(csv), "ultrasound", 30);
        add_lanes(picks, 1, run.timelines(1));
        return picks;
    }
};

TEST_F(Trace, names_its_nodes_and_a_track_for_each_stream) {
    const auto trace = traced({});
    std::set<std::string> processes;
    std::set<std::pair<int, std::string>> threads;
    for (const auto& event : trace.at("traceEvents")) {
        if (event.at("name") == "process_name") processes.insert(event.at("args").at("name"));
        if (event.at("name") == "thread_name") threads.emplace(event.at("pid"), event.at("args").at("name"));
    }
    EXPECT_EQ(processes, (std::set<std::string>{"frames", "capture", "uplink", "server", "downlink", "display"}));
    for (int node = 1; node <= 6; ++node) EXPECT_TRUE(threads.contains({node, "ultrasound"})) << node;
}

TEST_F(Trace, calls_its_slices_by_the_stages_names) {
    std::set<std::string> stages{"frame"};
    for (std::size_t i = 0; i < transport::stage_count; ++i)
        stages.emplace(transport::name(static_cast<transport::Stage>(i)));
    const auto found = slices(traced({}));
    ASSERT_FALSE(found.empty());
    for (const auto& slice : found) {
        EXPECT_TRUE(stages.contains(slice.at("name"))) << slice;
        EXPECT_GE(slice.at("ts").get<std::int64_t>(), 0);
        EXPECT_GE(slice.at("dur").get<std::int64_t>(), 0);
        EXPECT_EQ(slice.at("args").at("stream"), "ultrasound");
    }
}

TEST_F(Trace, has_in_each_frame_stages_that_nest_and_add_up_to_its_latency) {
    const auto found = slices(traced({}, {"--worst", "20"}));
    std::size_t frames = 0;
    for (const auto& frame : found) {
        if (frame.at("name") != "frame") continue;
        ++frames;
        std::int64_t sum = 0;
        for (const auto& stage : found) {
            const bool its_own = stage.at("name") != "frame" && stage.at("tid") == frame.at("tid") &&
                                 stage.at("ts") >= frame.at("ts") &&
                                 stage.at("args").at("sequence") == frame.at("args").at("sequence") &&
                                 stage.at("ts").get<std::int64_t>() < frame.at("ts").get<std::int64_t>() + 1'000'000;
            if (!its_own) continue;
            sum += stage.at("dur").get<std::int64_t>();
            EXPECT_LE(stage.at("ts").get<std::int64_t>() + stage.at("dur").get<std::int64_t>(),
                      frame.at("ts").get<std::int64_t>() + frame.at("dur").get<std::int64_t>());
        }
        EXPECT_EQ(frame.at("dur"), frame.at("args").at("latency_us"));
        EXPECT_EQ(sum, frame.at("args").at("latency_us").get<std::int64_t>()) << frame;
    }
    EXPECT_EQ(frames, 30U) << "20 worst, 10 typical";
}

TEST_F(Trace, tells_which_frame_was_the_worst) {
    for (const auto& slice : slices(traced({})))
        if (slice.at("args").value("rank", 0) == 1) {
            EXPECT_EQ(slice.at("args").at("sequence"), 100);
            EXPECT_EQ(slice.at("args").at("repeat"), 2);
            EXPECT_EQ(slice.at("args").at("picked"), "worst");
            return;
        }
    FAIL() << "no worst frame";
}

TEST_F(Trace, lays_frames_that_overlap_on_tracks_of_their_own) {
    ReportedRun late;
    late.run.latency_us = 80'000;  // two and a half periods
    const auto tracks = tracks_of(picks_of(late));
    EXPECT_THAT(tracks.tracks.at(1).name, testing::HasSubstr("beside"));
    for (std::size_t i = 0; i < tracks.slices.size(); ++i)
        for (std::size_t j = i + 1; j < tracks.slices.size(); ++j) {
            const auto& first = tracks.slices[i];  // begins no later
            const auto& second = tracks.slices[j];
            const bool beside = second.from_us >= first.from_us + first.us;
            const bool within = second.from_us + second.us <= first.from_us + first.us;
            EXPECT_TRUE(first.track != second.track || beside || within) << first.name << " " << second.name;
        }
}

TEST_F(Trace, has_no_slice_of_negative_length_when_a_clock_is_wrong) {
    const ReportedRun run;
    auto timelines = run.timelines(1);
    for (auto& picture : timelines) {
        auto& timeline = picture.sources[0].timeline;
        timeline.mark(transport::Stage::received,
                      *timeline.at(transport::Stage::encoded) - transport::Microseconds{700});
    }
    auto picks = picks_of(run);
    for (auto& pick : picks) pick.lanes.clear();
    add_lanes(picks, 1, timelines);
    bool told = false;
    for (const auto& slice : tracks_of(picks).slices) {
        EXPECT_GE(slice.us, 0);
        for (const auto& [name, value] : slice.numbers) told = told || (name == "backwards_us" && value == 700);
    }
    EXPECT_TRUE(told);
}

TEST_F(Trace, has_frames_alone_where_there_are_no_timelines) {
    ReportedRun peer;
    peer.raw = false;
    const auto found = slices(traced(peer, {"--worst", "5"}));
    EXPECT_EQ(found.size(), 15U);
    for (const auto& slice : found) EXPECT_EQ(slice.at("name"), "frame");
}

TEST_F(Trace, writes_percentiles_that_agree_with_the_histogram) {
    const auto trace = traced({}, {"--hgrm"});
    std::istringstream lines{text(folder / "a-ultrasound.hgrm")};
    std::string row;
    std::getline(lines, row);
    EXPECT_THAT(row, testing::ContainsRegex("Value +Percentile +TotalCount +1/\\(1-Percentile\\)"));
    double before = 0;
    double median = 0;
    double last_share = 0;
    double count = 0;
    while (std::getline(lines, row) && !row.starts_with("#")) {
        if (row.empty()) continue;
        double value = 0;
        std::istringstream{row} >> value >> last_share >> count;
        EXPECT_GE(value, before);
        before = value;
        if (last_share == 0.5) median = value;
    }
    EXPECT_NEAR(median, 20.2, 0.03);
    EXPECT_EQ(last_share, 1);
    EXPECT_EQ(count, 600);
    EXPECT_NEAR(before, 20.4 + 12, 0.05) << "the largest";
    EXPECT_THAT(text(folder / "a-ultrasound.hgrm"), testing::HasSubstr("Total count    =          600]"));
}

TEST_F(Trace, of_nothing_has_percentiles_of_nothing) {
    EXPECT_THAT(hgrm({}), testing::HasSubstr("Total count    =            0]"));
    EXPECT_TRUE(tracks_of({}).slices.empty());
}

TEST_F(Trace, refuses_wrong_words_and_files_in_one_line) {
    const auto refusal = [](const std::vector<std::string>& words) -> std::string {
        try {
            static_cast<void>(bench::run_bench(words));
        } catch (const std::exception& error) {
            return error.what();
        }
        return "none";
    };
    EXPECT_THROW(static_cast<void>(bench::run_bench({"trace"})), transport::UsageError);
    EXPECT_THAT(refusal({"trace", "a.json", "--worst", "x"}), testing::HasSubstr("--worst: 'x' is not in 1 to 10000"));
    EXPECT_THAT(refusal({"trace", (folder / "none.json").string()}), testing::HasSubstr("none.json"));
    const auto result = ReportedRun{}.write(folder, "a").string();
    std::filesystem::remove(folder / "a.csv");
    EXPECT_THAT(refusal({"trace", result}), testing::HasSubstr("no frame to trace: "));
    EXPECT_EQ(bench::run_bench({"trace", "--help"}), 0);
    for (const auto* key : {"--out", "--worst", "--hgrm", "--help"})
        EXPECT_THAT(std::string{trace_help()}, testing::HasSubstr(key));
}

}  // namespace
