#include "render/share_latency.hpp"

#include <nlohmann/json.hpp>

namespace render {
namespace {

using LatencyJson = nlohmann::ordered_json;

LatencyJson latency_json(const std::optional<LatencySummary>& summary) {
    if (!summary) return nullptr;
    return {{"count", summary->count},
            {"p50_us", summary->p50_us},
            {"p99_us", summary->p99_us},
            {"newest_us", summary->newest_us},
            {"bound_us", summary->bound_us}};
}

LatencyJson latency_json(const LatencyFrame& frame) {
    auto marks = LatencyJson::array();
    for (const auto& mark : frame.marks_us) marks.push_back(mark ? LatencyJson(*mark) : LatencyJson(nullptr));
    return {{"sequence", frame.sequence}, {"bound_us", frame.bound_us}, {"marks_us", marks}};
}

LatencyJson latency_json(const LatencyStream& stream) {
    auto hops = LatencyJson::object();
    for (std::size_t i = 0; i < stream.hops.size(); ++i)
        if (stream.hops.at(i))
            hops[std::string{name(static_cast<transport::Stage>(i))}] = latency_json(stream.hops.at(i));
    auto recent = LatencyJson::array();
    for (const auto& frame : stream.recent) recent.push_back(latency_json(frame));
    return {{"modality", std::string{name(stream.modality)}},
            {"stream", stream.stream},
            {"frames", stream.frames},
            {"untimed", stream.untimed},
            {"period_us", stream.period_us},
            {"total", latency_json(stream.total)},
            {"hops", hops},
            {"recent", recent},
            {"totals_us", stream.totals_us}};
}

LatencyJson latency_json(const LatencyCounters& counters) {
    auto out = LatencyJson::object();
    for (const auto& [what, count] : counters) out[what] = count;
    return out;
}

LatencyJson silence_json(const std::optional<transport::Microseconds>& silent) {
    return silent ? LatencyJson(silent->count() / 1000) : LatencyJson(nullptr);
}

}  // namespace

std::string to_json(const LatencyNews& news) {
    auto displays = LatencyJson::array();
    for (const auto& display : news.displays) {
        auto streams = LatencyJson::array();
        for (const auto& stream : display.streams) streams.push_back(latency_json(stream));
        displays.push_back({{"node", display.node},
                            {"silent_ms", silence_json(display.silent)},
                            {"health", latency_json(display.health)},
                            {"streams", streams}});
    }
    const LatencyJson out{{"type", "latency"},
                          {"displays", displays},
                          {"untold", news.untold},
                          {"silent_ms", silence_json(news.silent)},
                          {"server", latency_json(news.server)}};
    return out.dump(-1, ' ', false, LatencyJson::error_handler_t::replace);
}

}  // namespace render
