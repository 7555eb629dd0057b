#include "bench/scenario_judges.hpp"

#include "bench/camera_judge.hpp"
#include "bench/camera_scene.hpp"
#include "bench/scenario_results.hpp"
#include "bench/watch_report.hpp"
#include "render/report_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace bench {

using namespace transport;

namespace {

Agreement beside_the_code(const RunInput& run, const Judgement& other) {
    return compare_judges(judgement("in-picture code", run.codes, run.measured, Microseconds{0}), other);
}

}  // namespace

Judgement timeline_judgement(const RunInput& run) {
    std::map<FrameKey, std::int64_t> captured;
    for (const auto& code : run.codes) captured.try_emplace({code.stream, code.sequence}, code.time_us);
    Judgement out;
    out.judge = "timelines";
    for (const auto& picture : run.timelines)
        for (const auto& header : picture.sources) {
            const FrameKey frame{header.stream, header.sequence};
            const auto code = captured.find(frame);
            const auto latency = header.timeline.between(Stage::captured, Stage::presented);
            const auto bound = render::bound_between(header.timeline, Stage::captured, Stage::presented);
            if (!latency || bound == no_clock || code == captured.end()) continue;
            const auto presented = code->second + latency->count();
            if (presented < run.measured.from_us || presented >= run.measured.until_us) continue;
            const auto [known, added] = out.presented_us.try_emplace(frame, presented);
            if (!added) known->second = std::min(known->second, presented);
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
    const auto report = judge.report();
    Microseconds uncertainty{0};
    for (const auto& stream : report.streams) uncertainty = std::max(uncertainty, Microseconds{stream.uncertainty.p99});
    return judgement("camera's film", camera_codes(report), run.measured, uncertainty);
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
    struct Worst {
        std::int64_t median_us = 0;
        std::int64_t p95_us = 0;
        Microseconds allowed{0};
        bool all = true;  ///< every repeat had frames of both
    };
    std::map<std::pair<std::string, std::string>, Worst> pairs;
    for (const auto& one : agreements) {
        auto& worst = pairs[{one.first, one.second}];
        worst.median_us = std::max(worst.median_us, one.median_us);
        worst.p95_us = std::max(worst.p95_us, one.p95_us);
        worst.allowed = std::max(worst.allowed, one.allowed);
        worst.all = worst.all && one.both > 0;
    }
    std::vector<Row> rows;
    for (const auto& [pair, worst] : pairs) {
        const auto row = [&, &names = pair, &of = worst](std::string_view what, std::int64_t us) {
            const double ms = of.all ? static_cast<double>(us) / 1000 : std::numeric_limits<double>::quiet_NaN();
            rows.push_back({fmt::format("{} and {} differ, {}, worst repeat", names.first, names.second, what), ms,
                            "ms", static_cast<double>(of.allowed.count()) / 1000});
        };
        row("median", worst.median_us);
        row("p95", worst.p95_us);
    }
    return rows;
}

}  // namespace bench
