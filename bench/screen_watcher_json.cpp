#include "bench/screen_watcher.hpp"

#include <nlohmann/json.hpp>

namespace bench {

std::string watch_json(const WatchReport& report) {
    nlohmann::ordered_json out{{"display", report.display}};
    out["uncertainty_us"] = {
        {"p50", report.uncertainty.p50}, {"p99", report.uncertainty.p99}, {"max", report.uncertainty.max}};
    out["looks_per_second"] = report.looks_per_second;
    auto& codes = out["codes"] = nlohmann::ordered_json::array();
    for (const auto& code : report.codes) codes.push_back({code.x, code.y, code.width, code.height});
    out["sightings"] = report.sightings;
    out["tells_redraws"] = report.tells_redraws;
    out["searches"] = report.searches;
    out["seconds"] = report.seconds;
    out["processor_percent"] = report.processor_percent;
    return out.dump(1) + "\n";
}

}  // namespace bench
