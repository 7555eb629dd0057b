#include "bench/camera_judge.hpp"
#include "bench/judge_words.hpp"
#include "bench/result.hpp"
#include "bench/stopper.hpp"
#include "devices/devices.hpp"
#include "devices/video_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

/// A recording is judged as fast as it can be decoded: whoever waits is there at once.
class HurryingClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return now_; }
    bool wait_until(Timestamp due, std::stop_token stop) override {
        now_ = std::max(now_, due);
        return !stop.stop_requested();
    }

private:
    Timestamp now_{Microseconds{1'000'000}};
};

struct Camera {
    std::unique_ptr<Clock> clock;
    std::unique_ptr<capture::Source> source;
};

Camera open_camera(const std::string& name) {
    Camera out;
    const bool device = name.starts_with("/dev/");
    if (!device && !name.starts_with("gst:")) {
        out.clock = std::make_unique<HurryingClock>();
        out.source = devices::open_video_file(name, 0, {}, *out.clock, devices::AtEnd::ended);
        return out;
    }
    out.clock = std::make_unique<SystemClock>();
    const auto description = device ? fmt::format("gst: v4l2src device={}", name) : name;
    out.source = devices::open_source(description, Modality::camera, {}, *out.clock);
    return out;
}

void write_camera_file(const std::filesystem::path& path, const std::string& words) {
    std::ofstream file{path};
    file << words;
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

std::string camera_stream_name(StreamId stream) {
    const auto modality = static_cast<std::size_t>(stream) - 1;
    return modality < modality_count ? std::string{name(static_cast<Modality>(modality))}
                                     : fmt::format("stream-{}", stream);
}

/// The median time between two frames' captures.
Microseconds period_of(const CameraReport& report, StreamId stream) {
    std::vector<std::int64_t> gaps;
    const CameraFrame* before = nullptr;
    for (const auto& frame : report.frames) {
        if (frame.stream != stream) continue;
        if (before != nullptr) gaps.push_back(frame.captured_us - before->captured_us);
        before = &frame;
    }
    if (gaps.empty()) return Microseconds{0};
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::ranges::nth_element(gaps, middle);
    return Microseconds{*middle};
}

BenchResult camera_result(const CameraReport& report, const std::string& scenario, const std::string& contender) {
    BenchResult result;
    result.scenario = scenario;
    result.contender = contender;
    result.judge = "camera";
    result.presented_by = "a screen before a camera";
    result.house = results_here();
    result.settings["video"] = report.video;
    result.settings["camera"] =
        fmt::format("{:.1f} pictures/s", 1e6 / static_cast<double>(report.timing.period.count()));
    RunInput input;
    for (const auto& stream : report.streams) {
        JudgedStream judged;
        judged.id = stream.stream;
        judged.name = camera_stream_name(stream.stream);
        judged.period = period_of(report, stream.stream);
        judged.clock_bound = Microseconds{stream.uncertainty.p99};
        if (judged.period > Microseconds{0}) input.streams.push_back(judged);
    }
    input.codes = camera_codes(report);
    if (input.streams.empty() || input.codes.empty())
        throw std::runtime_error("the video holds too few frames for a result");
    input.measured = {input.codes.front().presented_us, input.codes.back().presented_us + 1};
    add_repeat(result, input, run_figures(input));
    return result;
}

void write_camera_files(const std::filesystem::path& folder, const CameraReport& report, const JudgeWords& words) {
    std::filesystem::create_directories(folder);
    write_camera_file(folder / "camera.json", camera_json(report));
    std::ofstream frames{folder / "camera.csv"};
    frames << camera_frames_header;
    write_camera_frames(frames, report);
    std::ofstream codes{folder / "codes.csv"};
    codes << codes_header;
    for (const auto& code : camera_codes(report))
        codes << fmt::format("{},{},{},{}\n", code.presented_us, code.stream, code.sequence, code.time_us);
    if (!frames.flush() || !codes.flush())
        throw std::runtime_error(fmt::format("cannot write into {}", folder.string()));
    write_camera_file(folder / "result.json",
                      result_json(camera_result(report, words.text("--scenario").value_or("camera"),
                                                words.text("--contender").value_or("product"))));
}

}  // namespace

std::string camera_help() {
    return R"(Usage: scialytic bench camera VIDEO --out FOLDER [--key value ...]

Judges with a camera that sees the source's screen and the display at once, and stands still. Both show the same code, the
display later: by how much, picture by picture, in the camera's own time. VIDEO is a file that FFmpeg reads (120 pictures/s
or more are worth it), /dev/videoN, or "gst: DESCRIPTION". Of two places with the same stream the one that is ahead is the
source. The rows' different times (rolling shutter) are taken off; a code appears when it outshines the one before it
within an exposure, and pictures that show both are not read.

  --out FOLDER       camera.json (figures with their uncertainty), camera.csv (frame by frame), codes.csv, result.json
                     (which `bench compare` and `bench check` read)
  --readout-ms T     from the first row's exposure to the last row's, 0 to 1000. Unknown: anything up to a picture's time,
                     which widens the uncertainty where the two codes stand at different heights
  --exposure-ms T    0 to 1000. Unknown: up to a picture's time
  --seconds N        of a live camera; default: until Ctrl-C or SIGTERM
  --scenario NAME, --contender NAME   for result.json. Default: camera, product
  --help             this text

The stated uncertainty of a frame is the worst that can be: half of the time within which its code appeared on each
screen, and what exposure and readout leave open. What the source's screen and the panel themselves take is seen and
counted.

Exit codes: 0 judged, 1 failed: no code, or not at two places each, 2 wrong usage.
)";
}

int run_camera(const std::vector<std::string>& arguments) {
    const JudgeWords words{
        "camera", arguments, 1, {"--out", "--readout-ms", "--exposure-ms", "--seconds", "--scenario", "--contender"}};
    const auto folder = words.text("--out");
    if (!folder) words.refuse("--out FOLDER is missing");
    const auto readout = words.number("--readout-ms", 0.0, 1000.0);
    const auto exposure = words.number("--exposure-ms", 0.0, 1000.0);
    const Stopper stopper{words.number("--seconds", 0.1, 86400.0).value_or(0)};
    const auto camera = open_camera(words.subject());

    const auto in_us = [](double ms) { return Microseconds{std::llround(ms * 1000)}; };
    CameraTiming timing;
    timing.period = camera.source->info().period;
    if (timing.period <= Microseconds{0}) timing.period = Microseconds{33'333};
    if (readout) timing.readout = in_us(*readout);
    if (exposure) timing.exposure = in_us(*exposure);
    CameraJudge judge{timing};
    Frame frame;
    while (!stopper.token().stop_requested()) {
        const auto reading = camera.source->next(frame, stopper.token());
        if (reading == capture::Reading::ended) break;
        if (reading != capture::Reading::ready) continue;
        judge.take(*frame.pixels, frame.header.timeline.at(Stage::acquired).value_or(camera.clock->now()));
    }
    auto report = judge.report();
    report.video = words.subject();
    write_camera_files(*folder, report, words);
    for (const auto& stream : report.streams)
        fmt::print("{}: {} frames, p50 {:.1f}, p99 {:.1f}, max {:.1f} ms, each ± {:.1f} ms; {} never on the display\n",
                   camera_stream_name(stream.stream), stream.latency.count,
                   static_cast<double>(stream.latency.p50) / 1000, static_cast<double>(stream.latency.p99) / 1000,
                   static_cast<double>(stream.latency.max) / 1000, static_cast<double>(stream.uncertainty.p99) / 1000,
                   stream.only_on_source);
    fmt::print("{}\n", (std::filesystem::path{*folder} / "camera.json").string());
    return 0;
}

}  // namespace bench
