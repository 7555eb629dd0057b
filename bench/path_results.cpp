#include "bench/path_results.hpp"

#include "bench/median.hpp"
#include "bench/runs.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr double panel_hz = 60;

std::vector<JudgedStream> judged_streams(int rate, Contender contender) {
    std::vector<JudgedStream> out;
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        JudgedStream stream;
        stream.id = static_cast<StreamId>(1 + static_cast<int>(modality));
        stream.name = transport::name(modality);
        stream.period = Microseconds{1'000'000 / rate};
        stream.modality = modality;
        // All on this machine's one clock; our own timelines say so themselves.
        if (contender == Contender::peer) stream.clock_bound = Microseconds{0};
        out.push_back(std::move(stream));
    }
    return out;
}

void add_numbers(RepeatFigures& figures, const RunResult& run) {
    figures.numbers["processor.per_minute"] = run.cpu_s_per_minute;
    figures.numbers["wire.rate"] = run.wire_mbit_per_s;
    if (run.samples.empty()) return;
    std::vector<double> psnr;
    std::vector<double> ssim;
    for (const auto& sample : run.samples) {
        psnr.push_back(sample.psnr_db);
        ssim.push_back(sample.ssim);
    }
    figures.numbers["quality.ultrasound.psnr"] = median(psnr);
    figures.numbers["quality.ultrasound.ssim"] = median(ssim);
}

void write_or_throw(const std::filesystem::path& path, const std::string& words) {
    std::ofstream file{path};
    file << words;
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

}  // namespace

std::filesystem::path round_folder(const PathOptions& options, int rate, Contender contender, int round) {
    return options.out / "path" / fmt::format("{}-{}-{}", rate, name(contender), round);
}

BenchResult path_result(const PathOptions& options, int rate, Contender contender, const std::vector<RunResult>& runs,
                        const Results& house, std::ostream& frames) {
    BenchResult result;
    result.scenario = fmt::format("path at {}/s", rate);
    result.contender = name(contender);
    result.judge = "in-picture code";
    result.presented_by = contender == Contender::product ? "headless display" : "appsink";
    result.settings = {{"ultrasound", "synthetic 800x600"},
                       {"X-ray", "synthetic 512x512"},
                       {"picture", "fused 1280x720"},
                       {"rate", fmt::format("{}/s", rate)},
                       {"seconds of a repeat", fmt::format("{}", options.seconds)},
                       {"warm-up", fmt::format("{} s", std::chrono::seconds{path_warm_up}.count())},
                       {"link", "loopback"}};
    result.house = house;
    frames << frames_header;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto folder = round_folder(options, rate, contender, static_cast<int>(i) + 1);
        const auto input = read_run(folder, judged_streams(rate, contender), path_warm_up, panel_hz);
        auto run = run_figures(input);
        add_numbers(run.figures, runs[i]);
        add_repeat(result, input, run);
        write_frames(frames, i + 1, run);
    }
    return result;
}

void write_path_results(const PathOptions& options, int rate, const Rounds& rounds, const Results& house) {
    for (const auto contender : {Contender::product, Contender::peer}) {
        const auto file = options.out / fmt::format("path-{}-{}", rate, name(contender));
        std::ofstream frames{file.string() + ".csv"};
        const auto result = path_result(options, rate, contender,
                                        contender == Contender::product ? rounds.product : rounds.peer, house, frames);
        if (!frames.flush()) throw std::runtime_error(fmt::format("cannot write {}.csv", file.string()));
        write_or_throw(file.string() + ".json", result_json(result));
    }
}

}  // namespace bench
