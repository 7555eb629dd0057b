#include "bench/path.hpp"

#include "bench/median.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr double p50_goal_ms = 12;
constexpr double p99_goal_ms = 20;
constexpr double ratio_goal = 0.6;  // of the hand-built chain's
constexpr double psnr_goal_db = 40;
constexpr double growth_goal_percent = 5;

template <typename Get>
std::vector<double> each(const std::vector<RunResult>& runs, Get get) {
    std::vector<double> out;
    out.reserve(runs.size());
    for (const auto& run : runs) out.push_back(get(run));
    return out;
}

double ms(std::int64_t us) {
    return static_cast<double>(us) / 1000;
}

struct Percentile {
    const char* name;
    std::int64_t StreamFigures::*value;
    double goal_ms;
};

void add_latency(std::vector<Row>& rows, int rate, Modality modality, const Rounds& rounds) {
    const auto title = [&](std::string_view who, const std::string& what) {
        return fmt::format("{}/s {} {} {}", rate, transport::name(modality), what, who);
    };
    for (const auto& [percentile, value, goal] : {Percentile{"p50", &StreamFigures::p50_us, p50_goal_ms},
                                                  Percentile{"p99", &StreamFigures::p99_us, p99_goal_ms}}) {
        const auto latency = [&, field = value](const RunResult& run) { return ms(run.streams.at(modality).*field); };
        const auto ours = each(rounds.product, latency);
        const auto theirs = each(rounds.peer, latency);
        std::vector<double> ratios;
        for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / theirs[i]);
        rows.push_back({title("product", percentile), median(ours), "ms", goal});
        rows.push_back({title("peer", percentile), median(theirs), "ms"});
        rows.push_back({title("product / peer", percentile), median(ratios), "", ratio_goal});
    }
    const auto worst = [&](const RunResult& run) { return ms(run.streams.at(modality).max_us); };
    rows.push_back({title("product", "max"), std::ranges::max(each(rounds.product, worst)), "ms"});
    rows.push_back({title("peer", "max"), std::ranges::max(each(rounds.peer, worst)), "ms"});
    const auto lost = [&](const std::vector<RunResult>& runs) {
        double sum = 0;
        for (const auto& run : runs) sum += static_cast<double>(run.streams.at(modality).lost);
        return sum;
    };
    rows.push_back({title("product", "frames lost"), lost(rounds.product), "", 0.0});
    rows.push_back({title("peer", "frames lost"), lost(rounds.peer), ""});
}

void add_quality(std::vector<Row>& rows, int rate, Contender contender, const std::vector<RunResult>& runs) {
    std::vector<double> psnr;
    std::vector<double> similarity;
    for (const auto& run : runs)
        for (const auto& sample : run.samples) {
            psnr.push_back(sample.psnr_db);
            similarity.push_back(sample.ssim);
        }
    if (psnr.empty()) return;
    const bool ours = contender == Contender::product;
    rows.push_back({fmt::format("{}/s echo PSNR (luma) {}", rate, name(contender)), median(psnr), "dB",
                    ours ? std::optional{psnr_goal_db} : std::nullopt, Bar::at_least});
    rows.push_back({fmt::format("{}/s echo SSIM (luma) {}", rate, name(contender)), median(similarity), ""});
}

}  // namespace

std::vector<Row> path_rows(int rate, const Rounds& rounds) {
    if (rounds.product.empty() || rounds.product.size() != rounds.peer.size())
        throw std::invalid_argument("as many runs of the product as of the peer, at least one");
    std::vector<Row> rows;
    for (const auto modality : {Modality::ultrasound, Modality::xray}) add_latency(rows, rate, modality, rounds);
    for (const auto contender : {Contender::product, Contender::peer}) {
        const auto& runs = contender == Contender::product ? rounds.product : rounds.peer;
        const auto title = [&](const char* what) { return fmt::format("{}/s {} {}", rate, what, name(contender)); };
        rows.push_back({title("processor time per minute of video"),
                        median(each(runs, [](const RunResult& run) { return run.cpu_s_per_minute; })), "s"});
        rows.push_back({title("on the wire, both hops"),
                        median(each(runs, [](const RunResult& run) { return run.wire_mbit_per_s; })), "Mbit/s"});
        add_quality(rows, rate, contender, runs);
    }
    return rows;
}

std::vector<Row> memory_rows(int rate, const std::vector<Resident>& resident) {
    const auto after = [&](double second) {
        for (const auto& sample : resident)
            if (sample.second >= second) return static_cast<double>(sample.kib) / 1024;
        throw std::runtime_error("the run for memory was shorter than a minute");
    };
    const double first = after(60);
    const double last = static_cast<double>(resident.back().kib) / 1024;
    const double minutes = resident.back().second / 60;
    return {{fmt::format("{}/s resident memory after 1 min product", rate), first, "MiB"},
            {fmt::format("{}/s resident memory after {:.0f} min product", rate, minutes), last, "MiB"},
            {fmt::format("{}/s growth of memory from 1 to {:.0f} min product", rate, minutes), (last / first - 1) * 100,
             "%", growth_goal_percent}};
}

}  // namespace bench
