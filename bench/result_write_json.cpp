// A result into "scialytic-bench-1": one top-level key a line, so that two results can be laid side by side.
#include "bench/bootstrap.hpp"

#include <nlohmann/json.hpp>

namespace bench {

namespace {

using ResultJson = nlohmann::ordered_json;

ResultJson bound_json(transport::Microseconds bound) {
    return bound == no_clock ? ResultJson() : ResultJson(bound.count());  // braces would make a list
}

ResultJson distribution_json(const Distribution& distribution) {
    ResultJson out{{"unknown", distribution.unknown}};
    out["bound_us"] = bound_json(distribution.bound);
    out["worst_bound_us"] = bound_json(distribution.worst_bound);
    auto& histogram = out["histogram"] = ResultJson::array();
    for (const auto& bucket : distribution.buckets) {
        histogram.push_back(bucket.us);
        histogram.push_back(bucket.count);
    }
    return out;
}

ResultJson repeat_json(const RepeatFigures& repeat) {
    ResultJson out{{"seconds", repeat.seconds}};
    auto& durations = out["durations"] = ResultJson::object();
    for (const auto& [key, distribution] : repeat.distributions) durations[key] = distribution_json(distribution);
    auto& numbers = out["numbers"] = ResultJson::object();
    for (const auto& [key, value] : repeat.numbers) numbers[key] = value;
    return out;
}

ResultJson told_json(const Told& figure) {
    const auto or_null = [](const std::optional<double>& value) { return value ? ResultJson(*value) : ResultJson{}; };
    ResultJson out{{"name", figure.name}, {"unit", figure.unit}};
    out["value"] = or_null(figure.value);
    if (figure.value)
        out["bound"] = figure.bound;
    else
        out["why"] = figure.why;
    if (figure.interval) out["interval"] = {figure.interval->low, figure.interval->high};
    auto& each = out["repeats"] = ResultJson::array();
    for (const auto& one : figure.each) each.push_back(or_null(one));
    return out;
}

ResultJson stream_json(const MeasuredStream& stream) {
    ResultJson out{{"name", stream.name}, {"period_us", stream.period.count()}};
    out["clock"] = {{"basis", stream.clock.basis}, {"bound_us", bound_json(stream.clock.bound)}};
    return out;
}

}  // namespace

std::string result_json(const BenchResult& result) {
    ResultJson all;
    all["format"] = result_format;
    all["scenario"] = result.scenario;
    all["contender"] = result.contender;
    const auto house = ResultJson::parse(to_json(result.house));
    for (const auto* key : {"commit", "date", "machine"}) all[key] = house.at(key);
    all["judge"] = result.judge;
    all["presented_by"] = result.presented_by;
    all["grid"] = result.grid;
    all["motion_cm_per_s"] = result.motion_cm_per_s;
    all["seed"] = result.seed;
    all["settings"] = result.settings;
    all["versions"] = result.versions;
    auto& streams = all["streams"] = ResultJson::array();
    for (const auto& stream : result.streams) streams.push_back(stream_json(stream));
    auto told = all_figures(result);
    add_intervals(told, result);
    auto& figures = all["figures"] = ResultJson::array();
    for (const auto& figure : told) figures.push_back(told_json(figure));
    all["rows"] = house.at("rows");
    auto& repeats = all["repeats"] = ResultJson::array();
    for (const auto& repeat : result.repeats) repeats.push_back(repeat_json(repeat));

    std::string out = "{";
    const char* between = "\n";
    for (const auto& [key, value] : all.items()) {
        out.append(between).append(ResultJson(key).dump()).append(": ");
        out += value.dump(-1, ' ', false, ResultJson::error_handler_t::replace);
        between = ",\n";
    }
    return out + "\n}\n";
}

}  // namespace bench
