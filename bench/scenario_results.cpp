#include "bench/scenario_results.hpp"

#include "bench/budget_check.hpp"
#include "bench/figures.hpp"
#include "bench/median.hpp"
#include "bench/reference.hpp"
#include "bench/reference_3gpp.hpp"
#include "bench/samples.hpp"
#include "bench/scenario_floors.hpp"
#include "bench/versions.hpp"
#include "bench/watch_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr double nominal_screen_hz = 60;

void write_whole(const std::filesystem::path& path, const std::string& words) {
    std::ofstream file{path};
    file << words;
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

/// All nodes run on this machine, whose one clock needs no vouching; our own timelines tell their clock themselves, but
/// none has the camera's.
std::vector<JudgedStream> judged_streams(const Scenario& scenario, const Judged& judged, Microseconds uncertainty) {
    std::vector<JudgedStream> out;
    for (const auto& [modality, source] : scenario.sources) {
        JudgedStream stream;
        stream.id = stream_id(modality);
        stream.name = transport::name(modality);
        stream.period = Microseconds{std::llround(1e6 / source.rate)};
        stream.modality = modality;
        const bool told = judged.contender == "product" && judged.judge == Judge::code && modality != Modality::camera;
        if (!told) stream.clock_bound = uncertainty;
        out.push_back(std::move(stream));
    }
    return out;
}

void add_cost(RepeatFigures& figures, const RepeatCost& cost) {
    figures.numbers["processor.per_minute"] = cost.cpu_s_per_minute;
    if (cost.wire_mbit_per_s) figures.numbers["wire.rate"] = *cost.wire_mbit_per_s;
}

/// Of the echo's pane in the pictures that the judge inside the display kept; where the sources are synthetic, what it
/// should look like is known.
class EchoQuality {
public:
    EchoQuality(const Scenario& scenario, const Judged& judged) {
        const auto layout = scenario.options.find("layout");
        const bool fused = layout == scenario.options.end() || layout->second == transport::name(Layout::fused);
        if (!fused || judged.judge != Judge::code) return;
        sizes_ = synthetic_sizes(scenario);
        if (!sizes_) return;
        const auto& source = scenario.sources.at(Modality::ultrasound);
        references_ =
            product_echo_references(synthetic_loop(Modality::ultrasound, source.rate, source.source), *sizes_);
    }
    void add(RepeatFigures& figures, const std::filesystem::path& raw, std::int64_t from_us) const {
        if (references_.empty()) return;
        std::vector<double> psnr;
        std::vector<double> ssim;
        for (const auto& sample : judged_samples(raw, from_us, product_echo_pane(*sizes_), references_)) {
            psnr.push_back(sample.psnr_db);
            ssim.push_back(sample.ssim);
        }
        if (psnr.empty()) return;
        figures.numbers["quality.ultrasound.psnr"] = median(psnr);
        figures.numbers["quality.ultrasound.ssim"] = median(ssim);
    }

private:
    std::optional<PictureSizes> sizes_;
    std::vector<Luma> references_;
};

}  // namespace

std::string result_name(const Scenario& scenario, const std::string& contender, Judge judge) {
    if (contender != "product") return fmt::format("{}-{}", scenario.name, contender);
    return judge == Judge::screen ? scenario.name + "-screen" : scenario.name;
}

RunInput read_scenario_run(const std::filesystem::path& raw, const Scenario& scenario, const Judged& judged) {
    const auto uncertainty = judged.judge == Judge::screen ? watch_uncertainty(raw) : Microseconds{0};
    return read_run(raw, judged_streams(scenario, judged, uncertainty),
                    Microseconds{std::llround(scenario.warm_up * 1e6)}, nominal_screen_hz);
}

std::vector<Row> goal_rows(const Scenario& scenario, const BenchResult& result) {
    if (scenario.goals.empty()) return {};
    const auto file = fmt::format("the goals of {}", scenario.name);
    std::vector<Row> rows;
    for (const auto& one : check_budget(read_budget(goal_lines(scenario), file), file, result)) {
        const bool least = one.wanted.relation == Relation::at_least || one.wanted.relation == Relation::above;
        rows.push_back({one.wanted.text, one.value.value_or(std::numeric_limits<double>::quiet_NaN()), one.unit,
                        one.limit, least ? Bar::at_least : Bar::at_most});
    }
    return rows;
}

BenchResult write_scenario_result(const std::filesystem::path& folder, const Scenario& scenario, const Judged& judged,
                                  const Results& house, const MoreRows& more) {
    const auto name = result_name(scenario, judged.contender, judged.judge);
    BenchResult result;
    result.scenario = scenario.name;
    result.contender = judged.contender;
    result.judge = judged.judge == Judge::code ? "in-picture code" : "screen watcher";
    result.presented_by = judged.presented_by;
    result.settings = scenario_settings(scenario);
    result.versions = versions_here();
    result.house = house;
    const EchoQuality quality{scenario, judged};
    const auto frames_path = folder / (name + ".csv");
    std::ofstream frames{frames_path};
    frames << frames_header;
    for (std::size_t i = 0; i < judged.costs.size(); ++i) {
        const auto raw = folder / name / std::to_string(i + 1);
        const auto input = read_scenario_run(raw, scenario, judged);
        auto run = run_figures(input);
        add_cost(run.figures, judged.costs[i]);
        quality.add(run.figures, raw, input.measured.from_us);
        add_repeat(result, input, run);
        write_frames(frames, i + 1, run);
    }
    if (!frames.flush()) throw std::runtime_error(fmt::format("cannot write {}", frames_path.string()));
    result.house.rows = headline_rows(all_figures(result));
    if (judged.contender == "product" && judged.judge == Judge::code) {
        for (auto& row : goal_rows(scenario, result)) result.house.rows.push_back(std::move(row));
        if (scenario.reference == "3gpp")
            for (auto& row : rows_3gpp(result)) result.house.rows.push_back(std::move(row));
    }
    if (more)
        for (auto& row : more(result)) result.house.rows.push_back(std::move(row));
    write_whole(folder / (name + ".json"), result_json(result));
    return result;
}

}  // namespace bench
