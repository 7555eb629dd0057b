#include "bench/scenario_judges.hpp"

#include "bench/camera_judge.hpp"
#include "bench/camera_scene.hpp"
#include "bench/scenario_results.hpp"
#include "bench/watch_report.hpp"
#include "render/report_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace bench {

using namespace transport;

namespace {

Agreement beside_the_code(const RunInput& run, const Judgement& other) {
    return compare_judges(judgement("in-picture code", run.codes, run.measured, Microseconds{0}), other);
}

/// On the codes' clock.
std::optional<std::int64_t> presented_mark(const RunInput& run, const FrameHeader& header) {
    if (!run.timelines_from_us) return std::nullopt;
    return *run.timelines_from_us + microseconds(*header.timeline.at(Stage::presented));
}

/// A number that is another frame's takes times with it that fit each other: only the mark itself tells. A wrong clock
/// moves no mark of the display: only the latency tells. What is farther from what the pixels said counts.
std::int64_t told_presented(const SeenCode& code, Microseconds latency, std::optional<std::int64_t> mark) {
    const auto by_latency = code.time_us + latency.count();
    const auto apart = [&](std::int64_t us) { return std::abs(us - code.presented_us); };
    return mark && apart(*mark) > apart(by_latency) ? *mark : by_latency;
}

}  // namespace

Judgement timeline_judgement(const RunInput& run) {
    std::map<FrameKey, SeenCode> seen;
    for (const auto& code : run.codes) seen.try_emplace({code.stream, code.sequence}, code);
    Judgement out;
    out.judge = "timelines";
    std::set<FrameKey> judged;  // by the first picture that shows it, measured or not, as by the code
    for (const auto& picture : run.timelines)
        for (const auto& header : picture.sources) {
            const FrameKey frame{header.stream, header.sequence};
            if (!judged.insert(frame).second) continue;
            const auto code = seen.find(frame);
            const auto latency = header.timeline.between(Stage::captured, Stage::presented);
            const auto bound = render::bound_between(header.timeline, Stage::captured, Stage::presented);
            if (!latency || bound == no_clock || code == seen.end()) continue;
            const auto presented = told_presented(code->second, *latency, presented_mark(run, header));
            if (presented < run.measured.from_us || presented >= run.measured.until_us) continue;
            out.presented_us[frame] = presented;
            out.uncertainty = std::max(out.uncertainty, bound);
        }
    return out;
}

Judgement filmed_judgement(const RunInput& run) {
    constexpr double pictures_per_s = 240;
    CameraSceneSettings settings;
    settings.frames_per_second = pictures_per_s;
    settings.readout_ms = 4;
    settings.exposure_ms = 2;
    std::vector<SceneFrame> frames;
    for (const auto& [stream, codes] : first_shown(run.codes))
        for (const auto& code : codes)
            if (code.presented_us >= run.measured.from_us && code.presented_us < run.measured.until_us)
                frames.push_back({stream, code.sequence, code.time_us, code.presented_us});
    CameraScene scene{settings, std::move(frames)};
    CameraJudge judge{{Microseconds{std::llround(1e6 / pictures_per_s)}, Microseconds{4'000}, Microseconds{2'000}}};
    for (std::size_t i = 0; i < scene.pictures(); ++i) judge.take(*scene.picture(i), timestamp(scene.at(i).count()));
    auto report = judge.report();
    // A frame that it knows no better than to half a frame of its source is unknown; most of them unknown: nothing is
    // told.
    const auto seen = report.frames.size();
    std::erase_if(report.frames, [&](const CameraFrame& frame) {
        const auto stream = std::ranges::find(run.streams, frame.stream, &JudgedStream::id);
        return stream == run.streams.end() || frame.bound_us > stream->period.count() / 2;
    });
    if (report.frames.size() * 2 < seen) report.frames.clear();
    std::int64_t uncertainty_us = 0;
    for (const auto& frame : report.frames) uncertainty_us = std::max(uncertainty_us, frame.bound_us);
    return judgement("camera's film", camera_codes(report), run.measured, Microseconds{uncertainty_us});
}

std::vector<Agreement> agreements(const std::filesystem::path& folder, const Scenario& scenario) {
    std::vector<Agreement> out;
    for (int repeat = 1; repeat <= scenario.repeats; ++repeat) {
        const auto raw = folder / result_name(scenario, "product", Judge::code) / std::to_string(repeat);
        const auto run = read_scenario_run(raw, scenario, {"product", Judge::code});
        out.push_back(beside_the_code(run, timeline_judgement(run)));
        if (!scenario.screen) continue;
        const auto watched = folder / result_name(scenario, "product", Judge::screen) / std::to_string(repeat);
        out.push_back(beside_the_code(run, judgement("screen watcher", read_codes(watched / "codes.csv"), run.measured,
                                                     watch_uncertainty(watched))));
        if (repeat == 1) out.push_back(beside_the_code(run, filmed_judgement(run)));
    }
    return out;
}

std::vector<Row> agreement_rows(const std::vector<Agreement>& agreements) {
    std::map<std::pair<std::string, std::string>, std::vector<Agreement>> pairs;
    for (const auto& one : agreements) pairs[{one.first, one.second}].push_back(one);
    std::vector<Row> rows;
    for (const auto& [names, repeats] : pairs) {
        const bool all = std::ranges::all_of(repeats, [](const Agreement& one) { return one.both > 0; });
        // The repeat that is farthest beyond what it was allowed, by that measure.
        const auto row = [&, &pair = names, &each = repeats](std::string_view what, std::int64_t Agreement::*us) {
            const auto& worst = *std::ranges::max_element(
                each, {}, [&](const Agreement& one) { return one.*us - one.allowed.count(); });
            const double ms = static_cast<double>(worst.*us) / 1000;
            rows.push_back({fmt::format("{} and {} differ, {}, worst repeat", pair.first, pair.second, what),
                            all ? ms : std::numeric_limits<double>::quiet_NaN(), "ms",
                            static_cast<double>(worst.allowed.count()) / 1000});
        };
        row("median", &Agreement::median_us);
        row("p95", &Agreement::p95_us);
    }
    return rows;
}

}  // namespace bench
