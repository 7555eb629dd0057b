// The Trace Event Format: an event a line, so that it can be searched.
#include "bench/trace_tracks.hpp"

#include <nlohmann/json.hpp>

namespace bench {

namespace {

using TraceJson = nlohmann::ordered_json;

TraceJson named(const char* what, std::size_t node, std::size_t track, const std::string& name) {
    return {{"ph", "M"}, {"name", what}, {"pid", node + 1}, {"tid", track + 1}, {"args", {{"name", name}}}};
}

TraceJson slice_event(const TraceTracks& tracks, const TraceSlice& slice) {
    TraceJson out{{"ph", "X"}, {"name", slice.name}, {"cat", tracks.nodes[tracks.tracks[slice.track].node]}};
    out["pid"] = tracks.tracks[slice.track].node + 1;
    out["tid"] = slice.track + 1;
    out["ts"] = slice.from_us;
    out["dur"] = slice.us;
    auto& args = out["args"] = TraceJson::object();
    for (const auto& [key, value] : slice.words) args[key] = value;
    for (const auto& [key, value] : slice.numbers) args[key] = value;
    return out;
}

}  // namespace

std::string trace_json(const TraceTracks& tracks, const std::string& title) {
    std::string out =
        "{\"displayTimeUnit\":\"ms\",\"otherData\":" + TraceJson({{"title", title}}).dump() + ",\"traceEvents\":[";
    const char* between = "\n";
    const auto add = [&](const TraceJson& event) {
        out.append(between).append(event.dump(-1, ' ', false, TraceJson::error_handler_t::replace));
        between = ",\n";
    };
    for (std::size_t i = 0; i < tracks.nodes.size(); ++i) {
        add(named("process_name", i, 0, tracks.nodes[i]));
        add({{"ph", "M"}, {"name", "process_sort_index"}, {"pid", i + 1}, {"tid", 1}, {"args", {{"sort_index", i}}}});
    }
    for (std::size_t i = 0; i < tracks.tracks.size(); ++i)
        add(named("thread_name", tracks.tracks[i].node, i, tracks.tracks[i].name));
    for (const auto& slice : tracks.slices) add(slice_event(tracks, slice));
    return out + "\n]}\n";
}

}  // namespace bench
