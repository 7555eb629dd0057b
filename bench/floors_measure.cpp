#include "bench/floors_measure.hpp"

#include "bench/floor_path.hpp"
#include "bench/fusion_speed.hpp"
#include "bench/rows.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

constexpr std::array floor_streams{Modality::ultrasound, Modality::xray};
constexpr Microseconds between_floors{16'667};  // both sources at 30/s, half a frame apart
constexpr std::size_t floor_warm_up = 10;       // keyframes, pools, the page faults of the first pictures

using FloorTimes = std::map<std::pair<Modality, Stage>, std::vector<double>>;

std::vector<FloorFrame> next_frames(std::size_t& number, std::size_t count) {
    std::vector<FloorFrame> out;
    for (; out.size() < 2 * count; ++number)
        for (const auto stream : floor_streams) out.push_back({{stream, number}, {}, {}, {}, {}, {}, {}, {}});
    return out;
}

void pass_all(FloorPath& path, std::vector<FloorFrame>& frames, FloorTimes& times) {
    for (const auto stage : floor_stages())
        for (auto& frame : frames) times[{frame.which.stream, stage}].push_back(path.pass(frame, stage));
}

/// Each frame goes all the way by itself.
FloorTimes pass_paced(FloorPath& path, std::size_t pictures, std::size_t& number, Clock& clock, const FloorOptions& o) {
    FloorTimes times;
    auto due = clock.now();
    for (std::size_t i = 0; i < pictures; ++i)
        for (auto& frame : next_frames(number, 1)) {
            due = std::max(due + between_floors, clock.now());
            if (!clock.wait_until(due, o.stop)) throw std::runtime_error("bench floors: stopped");
            std::vector<FloorFrame> alone{std::move(frame)};
            pass_all(path, alone, times);
        }
    return times;
}

/// A second of pictures through one hop, then through the next.
FloorTimes pass_back_to_back(FloorPath& path, std::size_t pictures, std::size_t& number, const FloorOptions& options) {
    constexpr std::size_t batch = 15;
    FloorTimes times;
    for (std::size_t done = 0; done < pictures; done += batch) {
        if (options.stop.stop_requested()) throw std::runtime_error("bench floors: stopped");
        auto frames = next_frames(number, std::min(batch, pictures - done));
        pass_all(path, frames, times);
    }
    return times;
}

FloorCost cost_of(const std::vector<double>& times) {
    return {percentile(times, 0.5), percentile(times, 0.99), times.size()};
}

}  // namespace

Floors measure_floors(const FloorOptions& options) {
    Floors out;
    SystemClock clock;
    options.say("drawing the pictures");
    FloorPath path{options, clock};
    std::size_t number = 0;
    static_cast<void>(pass_back_to_back(path, floor_warm_up, number, options));
    const auto pictures = static_cast<std::size_t>(options.pictures);
    options.say("each hop at 30/s");
    const auto paced = pass_paced(path, pictures, number, clock, options);
    options.say("each hop back to back");
    const auto back_to_back = pass_back_to_back(path, pictures, number, options);
    for (const auto stream : floor_streams)
        for (const auto stage : floor_stages()) {
            const auto [width, height] = path.size(stream, stage);
            const std::pair key{stream, stage};
            out.hops.push_back({std::string{name(stream)}, stage, width, height, cost_of(paced.at(key)),
                                cost_of(back_to_back.at(key))});
        }
    const auto house = results_here();
    out.codes = options.codes;
    out.threads = options.threads;
    out.presented_by = path.presented_by();
    out.commit = house.commit;
    out.date = house.date;
    out.machine = house.machine;
    return out;
}

}  // namespace bench
