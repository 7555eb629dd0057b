// Floors into "scialytic-floors-1": a hop a line.
#include "bench/floors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bench {

namespace {

using FloorsJson = nlohmann::ordered_json;

FloorsJson cost_json(const FloorCost& cost) {
    return {{"p50_ms", cost.p50}, {"p99_ms", cost.p99}, {"count", cost.count}};
}

FloorsJson floor_json(const Floor& floor) {
    FloorsJson out{{"stream", floor.stream}, {"stage", transport::name(floor.stage)}};
    out["width"] = floor.width;
    out["height"] = floor.height;
    out["paced"] = cost_json(floor.paced);
    out["back_to_back"] = cost_json(floor.back_to_back);
    return out;
}

}  // namespace

std::string floors_json(const Floors& floors) {
    FloorsJson head{{"format", floors_format},       {"commit", floors.commit},
                    {"date", floors.date},           {"machine", floors.machine},
                    {"codes", floors.codes},         {"threads", floors.threads},
                    {"real_time", floors.real_time}, {"presented_by", floors.presented_by}};
    std::string out = "{";
    for (const auto& [key, value] : head.items())
        out += fmt::format("{}: {},\n ", FloorsJson(key).dump(), value.dump());
    out += "\"hops\": [";
    for (const auto& floor : floors.hops)
        out += fmt::format("{}\n  {}", &floor == &floors.hops.front() ? "" : ",", floor_json(floor).dump());
    return out + "\n ]}\n";
}

}  // namespace bench
