#include "bench/camera_judge.hpp"

#include <nlohmann/json.hpp>

namespace bench {

namespace {

using CameraJson = nlohmann::ordered_json;

CameraJson quad_json(const Quad& quad) {
    auto out = CameraJson::array();
    for (const auto& corner : quad.corners) out.push_back({corner.x, corner.y});
    return out;
}

CameraJson or_unknown(const std::optional<transport::Microseconds>& time) {
    return time ? CameraJson(time->count()) : CameraJson();
}

}  // namespace

std::string camera_json(const CameraReport& report) {
    CameraJson out{{"video", report.video}};
    out["period_us"] = report.timing.period.count();
    out["readout_us"] = or_unknown(report.timing.readout);
    out["exposure_us"] = or_unknown(report.timing.exposure);
    out["pictures"] = report.pictures;
    out["unreadable"] = report.unreadable;
    auto& streams = out["streams"] = CameraJson::array();
    for (const auto& stream : report.streams) {
        CameraJson one{{"stream", stream.stream}, {"frames", stream.latency.count}};
        one["only_on_source"] = stream.only_on_source;
        one["latency_us"] = {{"p50", stream.latency.p50},
                             {"p95", stream.latency.p95},
                             {"p99", stream.latency.p99},
                             {"max", stream.latency.max}};
        one["uncertainty_us"] = {
            {"p50", stream.uncertainty.p50}, {"p99", stream.uncertainty.p99}, {"max", stream.uncertainty.max}};
        one["source"] = quad_json(stream.source);
        one["display"] = quad_json(stream.display);
        streams.push_back(one);
    }
    return out.dump(1) + "\n";
}

}  // namespace bench
