#include "bench/camera_scene.hpp"

#include "bench/judge_words.hpp"
#include "bench/named_file.hpp"
#include "bench/result.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace bench {

using namespace transport;

namespace {

/// The number up to the next comma, which is taken too.
template <typename Number>
bool take_cell(std::string_view& rest, Number& value) {
    const auto cell = rest.substr(0, rest.find(','));
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc{} || end != cell.data() + cell.size()) return false;
    rest.remove_prefix(std::min(cell.size() + 1, rest.size()));
    return true;
}

bool take_stream(std::string_view& rest, StreamId& stream) {
    const auto cell = rest.substr(0, rest.find(','));
    const auto modality = modality_named(cell);
    if (!modality) return take_cell(rest, stream);
    stream = static_cast<StreamId>(1 + static_cast<int>(*modality));
    rest.remove_prefix(std::min(cell.size() + 1, rest.size()));
    return true;
}

}  // namespace

std::vector<SceneFrame> read_scene_frames(std::istream& csv, std::size_t repeat) {
    std::vector<SceneFrame> out;
    std::string line;
    for (int number = 1; std::getline(csv, line); ++number) {
        if (number == 1) {
            if (line + '\n' != frames_header) throw std::runtime_error("line 1 is not the header of a frames CSV");
            continue;
        }
        std::string_view rest{line};
        std::size_t of_repeat = 0;
        SceneFrame frame;
        const bool whole = take_cell(rest, of_repeat) && take_stream(rest, frame.stream) &&
                           take_cell(rest, frame.sequence) && take_cell(rest, frame.captured_us) &&
                           take_cell(rest, frame.presented_us);
        if (!whole) throw std::runtime_error(fmt::format("line {} is no frame: '{:.80}'", number, line));
        if (of_repeat == repeat) out.push_back(frame);
    }
    if (out.empty()) throw std::runtime_error(fmt::format("no frame of repeat {} in it", repeat));
    return out;
}

std::string camera_scene_help() {
    return R"(Usage: scialytic bench camera-scene FRAMES.csv --out VIDEO.y4m [--key value ...]

The video that a camera would have recorded of a run: the source's screen, which shows each frame from the moment it was
captured, and the display, with rolling shutter, exposure, noise, blur and perspective of known size. `scialytic bench
camera` must find the run's latencies in it.

  --out FILE         Y4M, grey, uncompressed
  --repeat N         of which repeat in the frames CSV (out/bench/NAME.csv). Default 1
  --seconds N        only the run's first seconds; default all
  --fps N            the camera's pictures a second, 10 to 1000. Default 120
  --readout-ms T     from the first row to the last, 0 to 100. Default 7
  --exposure-ms T    of each row, 0.01 to 100. Default 3
  --noise S          standard deviation of each pixel, of 255, 0 to 50. Default 3
  --blur P           standard deviation in pixels, 0 to 5. Default 0.7
  --perspective P    how far the screens' corners are out of square, of the width, 0 to 0.1. Default 0.02
  --width N, --height N   of the video. Default 960 x 540
  --seed N           of noise and phase: the same seed gives the same video. Default 1
  --help             this text

Exit codes: 0 written, 1 failed, 2 wrong usage.
)";
}

int run_camera_scene(const std::vector<std::string>& arguments) {
    const JudgeWords words{"camera-scene",
                           arguments,
                           1,
                           {"--out", "--repeat", "--seconds", "--fps", "--readout-ms", "--exposure-ms", "--noise",
                            "--blur", "--perspective", "--width", "--height", "--seed"}};
    const auto path = words.text("--out");
    if (!path) words.refuse("--out FILE is missing");
    CameraSceneSettings settings;
    settings.frames_per_second = words.number("--fps", 10.0, 1000.0).value_or(settings.frames_per_second);
    settings.readout_ms = words.number("--readout-ms", 0.0, 100.0).value_or(settings.readout_ms);
    settings.exposure_ms = words.number("--exposure-ms", 0.01, 100.0).value_or(settings.exposure_ms);
    settings.noise = words.number("--noise", 0.0, 50.0).value_or(settings.noise);
    settings.blur_pixels = words.number("--blur", 0.0, 5.0).value_or(settings.blur_pixels);
    settings.perspective = words.number("--perspective", 0.0, 0.1).value_or(settings.perspective);
    settings.width = words.number("--width", 320, 4096).value_or(settings.width) / 2 * 2;
    settings.height = words.number("--height", 180, 4096).value_or(settings.height) / 2 * 2;
    settings.seed = words.number<std::uint64_t>("--seed", 0, 1'000'000'000).value_or(settings.seed);
    const auto repeat = words.number<std::size_t>("--repeat", 1, 1000).value_or(1);
    const auto seconds = words.number("--seconds", 0.1, 3600.0);

    CameraScene scene{settings,
                      read_named(words.subject(), [&](std::istream& csv) { return read_scene_frames(csv, repeat); })};
    auto pictures = scene.pictures();
    if (seconds)
        pictures = std::min(pictures, static_cast<std::size_t>(std::ceil(*seconds * settings.frames_per_second)));
    std::ofstream video{*path, std::ios::binary};
    video << fmt::format("YUV4MPEG2 W{} H{} F{}:1000 Ip A1:1 Cmono XCOLORRANGE=FULL\n", settings.width, settings.height,
                         std::lround(settings.frames_per_second * 1000));
    for (std::size_t i = 0; i < pictures && video; ++i) {
        const auto picture = scene.picture(i);
        video << "FRAME\n";
        for (int y = 0; y < picture->height; ++y)
            video.write(reinterpret_cast<const char*>(picture->row(0, y)), picture->width);
    }
    if (!video.flush()) throw std::runtime_error(fmt::format("cannot write {}", *path));
    fmt::print("{} pictures at {}/s: {}\n", pictures, settings.frames_per_second, *path);
    return 0;
}

}  // namespace bench
