#include "bench/wireless_crowd.hpp"

#include "bench/codes.hpp"
#include "bench/free_port.hpp"
#include "bench/median.hpp"
#include "bench/session.hpp"
#include "bench/usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <fstream>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto crowd_warm_up = 6s;  // every display has its first keyframe, the rate is steady
constexpr auto to_join = 3s;
constexpr auto written_within = 1500ms;  // deliveries.csv and codes.csv, once a second
constexpr double thin_share = 0.01;
constexpr int crowd_width = 1280;
constexpr int crowd_height = 720;

struct Phase {
    Timestamp from{};
    Timestamp until{};
    double server_cpu_s = 0;
};

/// One server, its sources, the good displays throughout; the two others come anew for each phase, well or badly off.
/// The sources' phases, which decide most of a p99, are the same in all of them.
class Crowd {
public:
    explicit Crowd(const CrowdOptions& options) : options_{options}, session_{options.out / "crowd", options.stop} {
        for (int i = 1; i + 2 < options.displays; ++i) good_.push_back(fmt::format("light-{:02}", i));
        for (const auto& node : good_) session_.enrol(node, Role::display);
        for (const auto* node : {"stalled", "thin"}) session_.enrol(node, Role::display);
        session_.start_server({"--timecode", "true"});
        session_.start_capture(Modality::ultrasound, options.frames_per_second);
        session_.start_capture(Modality::xray, options.frames_per_second);
        session_.start_display("display");
        start_light("good", good_, "-");
        session_.wait_for_pictures("display", crowd_warm_up);
        start_thin_link();
    }

    Phase run(bool badly_off) {
        start_light("stalled", {"stalled"}, "-");
        start_light("thin", {"thin"}, badly_off ? thin_way_ : "-");
        session_.watch(session_.clock.now() + to_join);
        if (badly_off) session_.process("stalled").signal(SIGSTOP);
        Phase phase;
        phase.from = session_.clock.now();
        phase.until = phase.from + Microseconds{static_cast<std::int64_t>(options_.seconds * 1e6)};
        const auto server = std::vector{session_.process("augment").pid()};
        const double before = cpu_seconds(server);
        session_.watch(phase.until);
        phase.server_cpu_s = cpu_seconds(server) - before;
        session_.end("stalled", badly_off);
        session_.end("thin");
        return phase;
    }
    /// The room is as before them: the server has given them up.
    void rest() { session_.watch(session_.clock.now() + to_join); }

    CrowdPhase seen(const Phase& phase) {
        const auto from = microseconds(phase.from);
        const auto until = microseconds(phase.until);
        CrowdPhase out;
        out.light = delivery_figures(read_deliveries(deliveries_of("good")), from, until);
        auto codes = read_codes(session_.codes_of("display"));
        std::erase_if(codes, [&](const SeenCode& code) { return code.presented_us >= until; });
        const auto figures = figures_of(codes, from);
        const auto of = [&](StreamId stream) {
            const auto found = figures.find(stream);
            return found == figures.end() ? StreamFigures{} : found->second;
        };
        out.ultrasound_p99_us = of(1).p99_us;
        out.xray_p99_us = of(2).p99_us;
        out.presented_lost = of(1).lost + of(2).lost;
        out.server_cpu_percent = phase.server_cpu_s / options_.seconds * 100;
        return out;
    }
    void let_write() { session_.watch(session_.clock.now() + written_within); }

private:
    [[nodiscard]] std::filesystem::path deliveries_of(const std::string& process) const {
        return session_.folder() / (process + ".csv");
    }
    void start_light(const std::string& process, const std::vector<std::string>& nodes, const std::string& way) {
        std::vector<std::string> words{"bench",
                                       "light-displays",
                                       deliveries_of(process),
                                       std::to_string(session_.bus_port()),
                                       session_.keys().folder(),
                                       way,
                                       std::to_string(crowd_width),
                                       std::to_string(crowd_height)};
        words.insert(words.end(), nodes.begin(), nodes.end());
        session_.start(process, std::move(words));
    }
    /// Its rate is a share of what the class takes here and now.
    void start_thin_link() {
        let_write();
        const auto now = microseconds(session_.clock.now());
        const auto taken = delivery_figures(read_deliveries(deliveries_of("good")), now - 4'000'000, now - 1'000'000);
        if (taken.pictures == 0)
            throw std::runtime_error(fmt::format("no display got a picture: see {}", session_.folder().string()));
        const auto profile = session_.folder() / "thin.yaml";
        const auto rate = std::max(1, static_cast<int>(taken.kbit_per_s * thin_share));
        std::ofstream{profile} << fmt::format(
            "# {:.0f} % of the {:.0f} kbit/s that the class takes.\nname: thin\nfrom: wired\nboth:\n  rate-kbit-per-s: "
            "{}\n",
            thin_share * 100, taken.kbit_per_s, rate);
        thin_way_ = fmt::format("127.0.0.1:{}", free_port());
        session_.start("link", {"link", profile, "--listen", thin_way_, "--server",
                                fmt::format("127.0.0.1:{}", session_.media_port())});
    }

    const CrowdOptions& options_;
    Session session_;
    std::vector<std::string> good_;
    std::string thin_way_;
};

template <typename Get>
std::vector<double> of_each(const std::vector<CrowdPhase>& phases, Get get) {
    std::vector<double> out;
    for (const auto& phase : phases) out.push_back(static_cast<double>(get(phase)));
    return out;
}

struct CrowdFigure {
    const char* what;
    std::int64_t (*us)(const CrowdPhase&);
};
constexpr std::array crowd_figures{
    CrowdFigure{"ultrasound p99 delivered", [](const CrowdPhase& phase) { return phase.light.ultrasound.p99; }},
    CrowdFigure{"X-ray p99 delivered", [](const CrowdPhase& phase) { return phase.light.xray.p99; }},
    CrowdFigure{"ultrasound p99 presented", [](const CrowdPhase& phase) { return phase.ultrasound_p99_us; }},
    CrowdFigure{"X-ray p99 presented", [](const CrowdPhase& phase) { return phase.xray_p99_us; }},
};
constexpr double most_change_percent = 10;

}  // namespace

std::vector<Row> crowd_rows(const CrowdPhases& phases) {
    if (phases.well.empty() || phases.well.size() != phases.badly_off.size())
        throw std::invalid_argument("as many phases of the one kind as of the other, at least one");
    const std::array kinds{std::pair{"all well", &phases.well}, std::pair{"two badly off", &phases.badly_off}};
    std::vector<Row> rows;
    for (const auto& [what, us] : crowd_figures) {
        const auto well = of_each(phases.well, us);
        const auto badly_off = of_each(phases.badly_off, us);
        std::vector<double> changes;
        std::vector<double> noise;  // what the same changes by with nobody badly off
        for (std::size_t i = 0; i < well.size(); ++i) {
            changes.push_back((badly_off[i] / well[i] - 1) * 100);
            noise.push_back(std::abs(well[i] / median(well) - 1) * 100);
        }
        rows.push_back({fmt::format("crowd {}, all well", what), median(well) / 1000, "ms"});
        rows.push_back({fmt::format("crowd {}, two badly off", what), median(badly_off) / 1000, "ms"});
        rows.push_back({fmt::format("crowd {} change", what), median(changes), "%", most_change_percent});
        rows.push_back({fmt::format("crowd {} median distance of a round, all well", what), median(noise), "%"});
    }
    const auto add_sums = [&](const std::string& what, std::optional<double> goal, auto get) {
        for (const auto& [who, those] : kinds) {
            double sum = 0;
            for (const double one : of_each(*those, get)) sum += one;
            rows.push_back({fmt::format("crowd {}, {}", what, who), sum, "", goal});
        }
    };
    add_sums("pictures missing at the light displays", 0.0,
             [](const CrowdPhase& phase) { return phase.light.missing; });
    add_sums("frames lost at the real display", 0.0, [](const CrowdPhase& phase) { return phase.presented_lost; });
    add_sums("keyframes asked for by the light displays", {},
             [](const CrowdPhase& phase) { return phase.light.keyframes_asked; });
    for (const auto& [who, those] : kinds) {
        rows.push_back({fmt::format("crowd rate of a display, {}", who),
                        median(of_each(*those, [](const CrowdPhase& phase) { return phase.light.kbit_per_s; })) / 1000,
                        "Mbit/s"});
        rows.push_back({fmt::format("crowd server's processor, {}", who),
                        median(of_each(*those, [](const CrowdPhase& phase) { return phase.server_cpu_percent; })),
                        "%"});
    }
    return rows;
}

std::vector<Row> crowd_rows(const CrowdOptions& options) {
    const auto say = [&](const std::string& what) {
        if (options.say) options.say(what);
    };
    say(fmt::format("crowd: {} displays come", options.displays));
    Crowd crowd{options};
    std::vector<std::pair<Phase, bool>> runs;
    for (int round = 1; round <= options.rounds; ++round)
        for (const bool badly_off : {false, true}) {
            say(fmt::format("crowd: round {}/{}, {}", round, options.rounds,
                            badly_off ? "one stalled and one thin" : "all well"));
            crowd.rest();
            runs.emplace_back(crowd.run(badly_off), badly_off);
        }
    crowd.let_write();
    CrowdPhases phases;
    for (const auto& [phase, badly_off] : runs)
        (badly_off ? phases.badly_off : phases.well).push_back(crowd.seen(phase));
    return crowd_rows(phases);
}

}  // namespace bench
