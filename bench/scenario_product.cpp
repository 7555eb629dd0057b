#include "bench/scenario_product.hpp"

#include "bench/free_port.hpp"
#include "bench/relay_report.hpp"
#include "bench/scenario_settings.hpp"
#include "bench/session.hpp"
#include "bench/usage.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto for_the_last_frames = 1s;  // what was captured last has that long to come, and files to be written
constexpr int downlink_seed = 1'000'000;  // away from the uplink's

/// One file for every program; each takes the keys that concern it.
void write_options(const Scenario& scenario, const std::filesystem::path& path) {
    std::string text;
    std::string group;
    for (const auto& [key, value] : scenario.options) {
        const auto dot = key.find('.');
        const auto in = dot == std::string::npos ? std::string{} : key.substr(0, dot);
        if (!in.empty() && in != group) text += in + ":\n";
        group = in;
        text += fmt::format("{}{}: \"{}\"\n", in.empty() ? "" : "  ",
                            dot == std::string::npos ? key : key.substr(dot + 1), value);
    }
    std::ofstream file{path};
    file << text;
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

class ProductRoom {
public:
    ProductRoom(const Scenario& scenario, const Repeat& repeat)
        : scenario_{scenario}, repeat_{repeat}, session_{repeat.folder, repeat.stop} {
        const auto options = repeat.folder / "options.yaml";
        write_options(scenario, options);
        session_.use_options(options);
        for (int i = 2; i <= scenario.displays; ++i) {
            others_.push_back(fmt::format("light-{:02}", i));
            session_.enrol(others_.back(), Role::display);
        }
        session_.start_server({"--timecode", "true"});
        const auto up = start_radio("relay-up", scenario.seed + repeat.number);
        const auto down = start_radio("relay-down", scenario.seed + repeat.number + downlink_seed);
        for (const auto& [modality, source] : scenario.sources)
            session_.start_capture(modality, source.rate, up, {"--source", source.source});
        std::vector<std::string> words;
        if (!down.empty()) words = {"--paths", "0.0.0.0@" + down};
        session_.start_display("display", words, repeat.screen_folder.empty() ? "headless" : "x11");
        if (!others_.empty()) start_others(down);
        if (!repeat.screen_folder.empty())
            session_.start("watcher", watcher_words(repeat.screen_folder, scenario.sources.size()));
    }

    RepeatCost measure() {
        std::vector<StreamId> streams;
        for (const auto& [modality, source] : scenario_.sources) streams.push_back(stream_id(modality));
        const auto warm_up = Microseconds{std::llround(scenario_.warm_up * 1e6)};
        session_.wait_for_pictures("display", warm_up, streams);
        const std::vector<std::string> ours{"augment", "capture", "display"};
        const auto from = session_.clock.now();
        const auto until = from + Microseconds{std::llround(scenario_.seconds * 1e6)};
        const double cpu_before = cpu_seconds(session_.pids(ours));
        const auto bytes_before = loopback_bytes();
        session_.watch(until, [&] {
            repeat_.progress(std::chrono::duration<double>{until - session_.clock.now()}.count());
            return false;
        });
        RepeatCost cost;
        const double took = std::chrono::duration<double>{session_.clock.now() - from}.count();
        cost.cpu_s_per_minute = (cpu_seconds(session_.pids(ours)) - cpu_before) * 60 / took;
        if (scenario_.link == "loopback")
            cost.wire_mbit_per_s = static_cast<double>(loopback_bytes() - bytes_before) * 8e-6 / took;
        end();
        if (scenario_.link != "loopback") cost.wire_mbit_per_s = carried_by_radios();
        return cost;
    }

private:
    /// Where to send to instead of the server, HOST:PORT; empty over the loopback.
    std::string start_radio(const std::string& name, int seed) {
        if (scenario_.link == "loopback") return {};
        const auto at = fmt::format("127.0.0.1:{}", free_port());
        session_.start(name, {"link", "--profile", scenario_.link, "--seed", std::to_string(seed), "--listen", at,
                              "--server", fmt::format("127.0.0.1:{}", session_.media_port()), "--out",
                              (session_.folder() / (name + ".json")).string()});
        return at;
    }
    void start_others(const std::string& way) {
        std::vector<std::string> words{"bench",
                                       "light-displays",
                                       (session_.folder() / "deliveries.csv").string(),
                                       std::to_string(session_.bus_port()),
                                       session_.keys().folder(),
                                       way.empty() ? "-" : way,
                                       std::to_string(whole_option(scenario_, "canvas-width")),
                                       std::to_string(whole_option(scenario_, "canvas-height"))};
        words.insert(words.end(), others_.begin(), others_.end());
        session_.start("light-displays", std::move(words));
    }
    /// The display first: it sees no end of the pictures, and nothing of how its watcher ends, who runs before
    /// everybody.
    void end() {
        session_.end("display");
        session_.end("watcher");
        session_.watch(session_.clock.now() + for_the_last_frames);
        // What the display and its judge wrote stands beside the logs.
        for (const auto& entry : std::filesystem::directory_iterator{session_.folder() / "display"})
            std::filesystem::rename(entry.path(), session_.folder() / entry.path().filename());
    }

    /// The pictures' ways alone: up the one, down the other; while the radios were there.
    double carried_by_radios() {
        session_.end("relay-up");
        session_.end("relay-down");
        const auto up = read_relay_report(session_.folder() / "relay-up.json");
        const auto down = read_relay_report(session_.folder() / "relay-down.json");
        return (static_cast<double>(up.up.bytes) / up.seconds + static_cast<double>(down.down.bytes) / down.seconds) *
               8e-6;
    }

    const Scenario& scenario_;
    const Repeat& repeat_;
    std::vector<std::string> others_;
    Session session_;
};

}  // namespace

std::vector<std::string> watcher_words(const std::filesystem::path& folder, std::size_t streams) {
    return {"bench", "watch-screen", "--expect", std::to_string(streams), "--out", folder.string()};
}

RepeatCost run_product(const Scenario& scenario, const Repeat& repeat) {
    return ProductRoom{scenario, repeat}.measure();
}

}  // namespace bench
