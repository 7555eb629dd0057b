#include "bench/report_input.hpp"

#include "bench/bootstrap.hpp"
#include "bench/named_file.hpp"
#include "bench/timeline_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

namespace {

constexpr std::size_t nearest_to_median = 50;  // of which some may have no timeline

std::filesystem::path beside(const std::filesystem::path& result, const std::string& ending) {
    auto path = result;
    return path.replace_extension(ending);
}

/// Of those near the median the first `most` with lanes; without any, the nearest.
void keep_typical(std::vector<PickedFrame>& near, std::size_t most) {
    std::ranges::stable_sort(near, {}, [](const PickedFrame& pick) { return pick.lanes.empty(); });
    if (near.size() > most) near.resize(most);
}

void read_frames_beside(ReportedResult& out) {
    const auto csv = beside(out.file, ".csv");
    if (!std::filesystem::exists(csv)) {
        out.not_shown.push_back(fmt::format("{} is missing: no frame by frame", csv.string()));
        return;
    }
    out.frames = read_frames(csv);
    for (const auto& frame : out.frames)
        if (frame.repeat > out.result.repeats.size())
            throw std::runtime_error(
                fmt::format("{}: repeat {} of {}", csv.string(), frame.repeat, out.result.repeats.size()));
}

void read_raw(ReportedResult& out, std::vector<PickedFrame>& typical, std::vector<PickedFrame>& worst) {
    const auto raw = beside(out.file, "");
    std::size_t without_timelines = 0;
    std::size_t without_states = 0;
    for (std::size_t repeat = 1; repeat <= out.result.repeats.size(); ++repeat) {
        const auto folder = raw / std::to_string(repeat);
        if (const auto timelines = folder / "timeline.csv"; std::filesystem::exists(timelines)) {
            const auto pictures = read_timelines(timelines);
            add_lanes(typical, repeat, pictures);
            add_lanes(worst, repeat, pictures);
        } else {
            ++without_timelines;
        }
        if (const auto states = folder / "states.csv"; std::filesystem::exists(states))
            out.states.push_back({repeat, read_named(states, [](std::istream& csv) { return read_states(csv); })});
        else
            ++without_states;
    }
    const auto tell = [&](std::size_t missing, std::string_view file, std::string_view lost) {
        if (missing > 0)
            out.not_shown.push_back(fmt::format("{}/N/{} is missing in {} of {} repeats: {}", raw.string(), file,
                                                missing, out.result.repeats.size(), lost));
    };
    if (!std::filesystem::exists(raw)) {
        out.not_shown.push_back(fmt::format("{} is missing: no stages of single frames, no states", raw.string()));
        return;
    }
    // Who looks from outside has neither, by nature.
    if (out.result.judge == "screen watcher" || out.result.judge == "camera") return;
    tell(without_timelines, "timeline.csv", "no stages of their frames");
    tell(without_states, "states.csv", "no changes of state");
}

}  // namespace

const Told* ReportedResult::figure(std::string_view wanted) const {
    const auto found = std::ranges::find(figures, wanted, &Told::name);
    return found == figures.end() ? nullptr : &*found;
}

transport::Histogram ReportedResult::histogram(const std::string& key) const {
    transport::Histogram all;
    for (const auto& repeat : result.repeats)
        if (const auto found = repeat.distributions.find(key); found != repeat.distributions.end())
            found->second.add_to(all);
    return all;
}

bool ReportedResult::has_lanes() const {
    return std::ranges::any_of(picks, [](const PickedFrame& pick) { return !pick.lanes.empty(); });
}

ReportedResult read_reported(const std::filesystem::path& result, const Picking& picking) {
    ReportedResult out;
    out.file = result;
    out.name = result.stem().string();
    out.result = read_result(result);
    out.figures = all_figures(out.result);
    add_intervals(out.figures, out.result);
    read_frames_beside(out);
    std::vector<PickedFrame> typical;
    std::vector<PickedFrame> worst;
    for (const auto& stream : out.result.streams) {
        for (auto& pick : typical_frames(out.frames, stream.name, nearest_to_median))
            typical.push_back(std::move(pick));
        for (auto& pick : worst_frames(out.frames, stream.name, picking.worst)) worst.push_back(std::move(pick));
    }
    read_raw(out, typical, worst);
    for (const auto& stream : out.result.streams) {
        std::vector<PickedFrame> near;
        for (auto& pick : typical)
            if (pick.frame.stream == stream.name) near.push_back(std::move(pick));
        keep_typical(near, picking.typical);
        for (auto& pick : near) out.picks.push_back(std::move(pick));
        for (auto& pick : worst)
            if (pick.frame.stream == stream.name) out.picks.push_back(std::move(pick));
    }
    return out;
}

void label_apart(std::vector<ReportedResult>& results) {
    const auto times = [&](const std::string& label, const std::string& scenario) {
        return std::ranges::count_if(
            results, [&](const auto& one) { return one.label == label && one.result.scenario == scenario; });
    };
    const auto lengthen = [&](auto more) {
        std::vector<std::string> labels;
        for (const auto& one : results)
            labels.push_back(times(one.label, one.result.scenario) > 1 ? fmt::format("{}, {}", one.label, more(one))
                                                                       : one.label);
        for (std::size_t i = 0; i < results.size(); ++i) results[i].label = labels[i];
    };
    for (auto& one : results) one.label = one.result.contender;
    lengthen([](const ReportedResult& one) { return one.result.judge; });
    lengthen([](const ReportedResult& one) { return one.name; });
}

}  // namespace bench
