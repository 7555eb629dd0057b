#include "bench/scenario_bench.hpp"

#include "bench/figures.hpp"
#include "bench/progress.hpp"
#include "bench/remote.hpp"
#include "bench/report.hpp"
#include "bench/scenario_floors.hpp"
#include "bench/scenario_judges.hpp"
#include "bench/scenario_peer.hpp"
#include "bench/scenario_product.hpp"
#include "bench/scenario_results.hpp"
#include "bench/stopper.hpp"
#include "bench/x_screen.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

constexpr int screen_width = 1920;
constexpr int screen_height = 1200;

/// What an order leaves behind.
struct Outcome {
    std::vector<std::string> written;   ///< files of results
    std::vector<std::string> left_out;  ///< a line each, with the reason
    bool whole = true;                  ///< what was to be measured was
};

/// One scenario of an order, from its first repeat to its files.
class Play {
public:
    Play(const ScenarioOrder& order, const Scenario& scenario, Outcome& outcome, std::stop_token stop,
         Progress& progress)
        : order_{order}, scenario_{scenario}, outcome_{outcome}, stop_{std::move(stop)}, progress_{progress} {
        if (scenario.screen) screen_.emplace(screen_width, screen_height, order.out);
        for (const auto& name : scenario.peers) add_peer(peer_named(name));
    }

    void run(const Results& house) {
        measure_floor();
        clear("product");
        for (const auto& peer : peers_) clear(std::string{peer.peer.name});
        if (!peers_.empty()) settings_ = peer_settings_of(scenario_);
        for (int number = 1; number <= scenario_.repeats; ++number) {
            say(number, "product");
            product_.push_back(run_product(scenario_, repeat(number)));
            for (auto& peer : peers_) run_peer_once(peer, number);
        }
        write(house);
    }

private:
    struct Contending {
        Peer peer;
        std::vector<RepeatCost> costs{};
        bool failed = false;
    };

    void add_peer(const Peer& peer) {
        const auto why = missing(peer, order_.out / "peers");
        if (why.empty())
            peers_.push_back({peer});
        else
            outcome_.left_out.push_back(fmt::format("{}: {} {}", scenario_.name, peer.name, why));
    }
    /// One that fails is left out from then on: its repeats are no longer as many as the others'.
    void run_peer_once(Contending& peer, int number) {
        if (peer.failed) return;
        say(number, peer.peer.name);
        const std::string name{peer.peer.name};
        Repeat one = repeat(number);
        one.screen_folder = folder(name, Judge::screen, number);
        one.folder = one.screen_folder / "peer";
        try {
            peer.costs.push_back(run_peer_repeat(scenario_, peer.peer, settings_, one));
        } catch (const std::runtime_error& error) {
            if (stop_.stop_requested()) throw;
            outcome_.left_out.push_back(
                fmt::format("{}: {}, from repeat {} on: {}", scenario_.name, name, number, error.what()));
            outcome_.whole = false;
            peer.failed = true;
        }
    }
    void write(const Results& house) {
        Judged ours{"product", Judge::code, scenario_.screen ? "X11" : "headless display", product_};
        const auto judges = agreements(order_.out, scenario_);
        write_one(ours, house, [&](const BenchResult& result) {
            auto rows = agreement_rows(judges);
            if (floors_)
                for (auto& row : overhead_rows(result, *floors_)) rows.push_back(std::move(row));
            return rows;
        });
        for (const auto& one : judges) fmt::print("{}\n", to_line(one));
        if (scenario_.screen) {
            ours.judge = Judge::screen;
            write_one(ours, house);
        }
        for (const auto& peer : peers_)
            if (!peer.costs.empty())
                write_one({std::string{peer.peer.name}, Judge::screen, std::string{peer.peer.title}, peer.costs},
                          house);
    }
    /// Measured beside the scenario, when nothing else runs; left there for reports and `bench explain`.
    void measure_floor() {
        auto options = floor_options(scenario_);
        if (!options) return;
        progress_.begin(fmt::format("{}: what each hop costs alone", scenario_.name));
        options->stop = stop_;
        floors_ = measure_floors(*options);
        std::ofstream file{floors_file(order_.out, scenario_.name)};
        file << floors_json(*floors_);
        if (!file.flush()) throw std::runtime_error(fmt::format("cannot write the floors to {}", order_.out.string()));
    }
    void write_one(const Judged& judged, const Results& house, const MoreRows& more = {}) {
        const auto result = write_scenario_result(order_.out, scenario_, judged, house, more);
        const auto name = result_name(scenario_, judged.contender, judged.judge);
        outcome_.written.push_back((order_.out / (name + ".json")).string());
        fmt::print("\n{}, {}, judged by the {}\n{}", scenario_.name, judged.contender, result.judge,
                   to_table(result.house));
    }

    void say(int number, std::string_view contender) {
        progress_.begin(fmt::format("{}: repeat {}/{}, {}", scenario_.name, number, scenario_.repeats, contender));
    }
    [[nodiscard]] std::filesystem::path folder(const std::string& contender, Judge judge, int number) const {
        return order_.out / result_name(scenario_, contender, judge) / std::to_string(number);
    }
    [[nodiscard]] Repeat repeat(int number) const {
        return {folder("product", Judge::code, number),
                scenario_.screen ? folder("product", Judge::screen, number) : std::filesystem::path{}, number, stop_,
                [this](double seconds) { progress_.left(seconds); }};
    }
    /// What another order left here is not read for this one's.
    void clear(const std::string& contender) const {
        for (const auto judge : {Judge::code, Judge::screen})
            std::filesystem::remove_all(order_.out / result_name(scenario_, contender, judge));
    }

    const ScenarioOrder& order_;
    const Scenario& scenario_;
    Outcome& outcome_;
    std::stop_token stop_;
    Progress& progress_;
    std::optional<XScreen> screen_;
    std::optional<Floors> floors_;
    PeerSettings settings_;
    std::vector<RepeatCost> product_;
    std::vector<Contending> peers_;
};

void print_list(const ScenarioOrder& order) {
    for (const auto& scenario : order.scenarios) {
        fmt::print("{}: {}\n", scenario.name, scenario.title);
        for (const auto& [key, value] : scenario_settings(scenario)) fmt::print("  {}: {}\n", key, value);
    }
    if (order.remote) fmt::print("remote: scialytic bench remote --only browser,plain\n");
}

Outcome play_all(const ScenarioOrder& order) {
    Outcome out;
    out.left_out = order.left_out;
    const Stopper stopper{0};
    const auto house = results_here();
    Progress progress;
    for (const auto& scenario : order.scenarios) {
        try {
            Play{order, scenario, out, stopper.token(), progress}.run(house);
        } catch (const std::runtime_error& error) {
            if (stopper.token().stop_requested()) throw;
            out.left_out.push_back(fmt::format("{}: {}", scenario.name, error.what()));
            out.whole = false;
        }
    }
    return out;
}

void play_remote(const ScenarioOrder& order, Outcome& outcome) {
    try {
        static_cast<void>(run_remote({"--only", "browser,plain", "--out", order.out.string()}));
        outcome.written.push_back((order.out / "remote.json").string());
    } catch (const std::runtime_error& error) {
        if (std::string_view{error.what()} == "stopped") throw;
        outcome.left_out.push_back(fmt::format("remote: {}", error.what()));
        outcome.whole = false;
    }
}

}  // namespace

int run_scenarios(const std::vector<std::string>& words) {
    const auto order = read_scenario_order(words, static_cast<int>(std::thread::hardware_concurrency()));
    if (order.list) return print_list(order), 0;
    std::filesystem::create_directories(order.out);
    auto outcome = play_all(order);
    if (order.remote) play_remote(order, outcome);
    if (outcome.written.size() > most_reported) {
        outcome.left_out.push_back(
            fmt::format("the report holds the first {} results of {}; `scialytic bench report` takes the "
                        "others",
                        most_reported, outcome.written.size()));
        outcome.written.resize(most_reported);
    }
    if (order.report && !outcome.written.empty()) {
        auto report = outcome.written;
        report.insert(report.end(), {"--out", (order.out / "report.html").string()});
        static_cast<void>(run_report(report));
    }
    for (const auto& line : outcome.left_out) fmt::print("left out: {}\n", line);
    return outcome.whole ? 0 : 1;
}

}  // namespace bench
