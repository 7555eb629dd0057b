#include "bench/commands.hpp"

#include "bench/camera_judge.hpp"
#include "bench/camera_scene.hpp"
#include "bench/explain.hpp"
#include "bench/floors_command.hpp"
#include "bench/fusion.hpp"
#include "bench/gst_peer_webrtc.hpp"
#include "bench/metrics.hpp"
#include "bench/path.hpp"
#include "bench/peer_openigtlink.hpp"
#include "bench/peer_source.hpp"
#include "bench/photodiode.hpp"
#include "bench/plain_page.hpp"
#include "bench/remote.hpp"
#include "bench/report.hpp"
#include "bench/result_commands.hpp"
#include "bench/scenario_bench.hpp"
#include "bench/screen_watcher.hpp"
#include "bench/slices.hpp"
#include "bench/trace.hpp"
#include "bench/tracking_cost.hpp"
#include "bench/watchers.hpp"
#include "bench/wireless.hpp"
#include "bench/wireless_alone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace bench {

namespace {

using Words = std::vector<std::string>;

struct BenchCommand {
    std::string_view name;
    std::string (*help)();  ///< null: a part of others, which nobody types
    int (*run)(const Words& words);
};

template <auto help>
std::string help_of() {
    return std::string{help()};
}

/// In the order in which --help tells them.
const std::vector<BenchCommand>& bench_commands() {
    static const std::vector<BenchCommand> all{
        {"path", help_of<path_help>, run_path},
        {"wireless", help_of<wireless_help>, run_wireless},
        {"fusion", help_of<fusion_help>, run_fusion},
        {"remote", help_of<remote_help>, run_remote},
        {"metrics", help_of<metrics_help>, run_metrics},
        {"compare", help_of<compare_help>, run_compare},
        {"check", help_of<check_help>, run_check},
        {"watch-screen", help_of<watch_screen_help>, run_watch_screen},
        {"report", help_of<report_help>, run_report},
        {"trace", help_of<trace_help>, run_trace},
        {"explain", help_of<explain_help>, run_explain},
        {"floors", help_of<floors_help>, run_floors},
        {"tracking", help_of<tracking_help>, run_tracking},
        {"slices", help_of<slices_help>, run_slices},
        {"camera", help_of<camera_help>, run_camera},
        {"camera-scene", help_of<camera_scene_help>, run_camera_scene},
        {"photodiode", help_of<photodiode_help>, run_photodiode},
        {"peer-source", help_of<peer_source_help>, run_peer_source},
        {"peer-webrtc", help_of<peer_webrtc_help>, run_peer_webrtc},
        {"peer-openigtlink", help_of<peer_openigtlink_help>, run_peer_openigtlink},
        {"peer-capture", nullptr, [](const Words& words) { return run_peer("peer-capture", words); }},
        {"peer-display", nullptr, [](const Words& words) { return run_peer("peer-display", words); }},
        {"whep", nullptr, run_whep},
        {"seat", nullptr, run_seat},
        {"plain-page", nullptr, run_plain_page},
    };
    return all;
}

bool asks_for_help(const std::string& word) {
    return word == "--help" || word == "-h";
}

}  // namespace

int run_bench(const Words& words) {
    if (const auto code = run_alone(words)) return *code;
    const auto first = words.empty() ? std::string{} : words.front();
    if (asks_for_help(first)) {
        fmt::print("{}", scenario_help());
        for (const auto& command : bench_commands())
            if (command.help != nullptr) fmt::print("\n{}", command.help());
        return 0;
    }
    const auto found = std::ranges::find(bench_commands(), first, &BenchCommand::name);
    const bool wants_help = std::ranges::any_of(words, asks_for_help);
    if (found == bench_commands().end())
        return wants_help ? (fmt::print("{}", scenario_help()), 0) : run_scenarios(words);
    if (wants_help && found->help != nullptr) return fmt::print("{}", found->help()), 0;
    return found->run({words.begin() + 1, words.end()});
}

}  // namespace bench
