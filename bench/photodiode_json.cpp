#include "bench/photodiode.hpp"

#include <nlohmann/json.hpp>

namespace bench {

std::string light_json(const std::string& recording, const LightReport& report) {
    nlohmann::ordered_json out{{"recording", recording}};
    out["source_edges"] = report.source_edges;
    out["display_edges"] = report.display_edges;
    out["unanswered"] = report.unanswered;
    out["latency_us"] = {{"count", report.latency.count},
                         {"p50", report.latency.p50},
                         {"p95", report.latency.p95},
                         {"p99", report.latency.p99},
                         {"max", report.latency.max}};
    out["uncertainty_us"] = report.uncertainty_us;
    return out.dump(1) + "\n";
}

}  // namespace bench
