#include "bench/metrics.hpp"

#include "bench/median.hpp"
#include "bench/rows.hpp"
#include "transport/metrics/hops.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace bench {

using namespace transport;

namespace {

constexpr unsigned records = 1'000'000;
constexpr int pages = 200;
constexpr int metrics_rounds = 7;
constexpr double record_goal_ns = 1000;
constexpr auto metrics_folder = "out/bench";

/// Of one thread beside `others` that record into the same hop; the middle of several rounds.
double nanoseconds_a_record(int others) {
    std::vector<double> rounds;
    for (int round = 0; round < metrics_rounds; ++round) {
        HopTimes hops;
        const auto record = [&hops](const std::stop_token& stop, unsigned most) {
            for (unsigned i = 0; i < most && !stop.stop_requested(); ++i)
                hops.record(Modality::xray, Stage::encoded, Microseconds{(i * 7919) & 0xffff});
        };
        std::vector<std::jthread> busy;
        for (int i = 0; i < others; ++i)
            busy.emplace_back([&](const std::stop_token& stop) { record(stop, 1'000'000'000U); });
        const auto begun = std::chrono::steady_clock::now();
        record({}, records);
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
        rounds.push_back(took.count() / records);
    }
    return median(rounds);
}

/// A display's, where every stage of every modality has been recorded.
std::vector<Row> scrape_rows() {
    HopTimes hops;
    for (std::size_t modality = 0; modality < modality_count; ++modality)
        for (std::size_t stage = 0; stage < stage_count; ++stage)
            hops.record(static_cast<Modality>(modality), static_cast<Stage>(stage), Microseconds{5'000});
    std::vector<double> took;
    std::size_t bytes = 0;
    for (int i = 0; i < pages; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        MetricsPage page;
        hops.tell(page);
        bytes = page.text().size();
        took.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
    }
    return {{"page of all hops, made", median(took), "ms"},
            {"page of all hops, size", static_cast<double>(bytes) / 1000, "kB"}};
}

}  // namespace

std::string metrics_help() {
    return "Usage: scialytic bench metrics\n\n"
           "Nanoseconds that the record of a duration takes, alone and beside a thread that records into the same\n"
           "histogram, and what making the page for a scrape takes. Writes out/bench/metrics.json.\n";
}

int run_metrics(const std::vector<std::string>& arguments) {
    if (!arguments.empty())
        throw UsageError{fmt::format("bench metrics: '{:.80}' is unknown; it takes nothing", arguments.front())};
    auto results = results_here();
    results.rows = {
        {"record of a duration", nanoseconds_a_record(0), "ns", record_goal_ns},
        {"record of a duration, another thread at the same", nanoseconds_a_record(1), "ns", record_goal_ns}};
    const auto rows = scrape_rows();
    results.rows.insert(results.rows.end(), rows.begin(), rows.end());
    std::filesystem::create_directories(metrics_folder);
    const auto path = std::filesystem::path{metrics_folder} / "metrics.json";
    std::ofstream file{path};
    file << to_json(results);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    fmt::print("{}\n{}\n", to_table(results), path.string());
    return 0;
}

}  // namespace bench
