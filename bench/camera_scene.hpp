// What a camera would have recorded of a run: source screen and display in one view, with everything that a real camera
// does to them in known amounts. To try the camera judge on.
#pragma once

#include "bench/camera_quads.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

namespace bench {

struct CameraSceneSettings {
    int width = 960;
    int height = 540;
    double frames_per_second = 120;
    double readout_ms = 7;   ///< from the first row to the last
    double exposure_ms = 3;  ///< of each row
    double noise = 3;        ///< standard deviation of each pixel, of 255
    double blur_pixels = 0.7;
    double perspective = 0.02;  ///< by how much of the width the screens' corners are out of square
    std::uint64_t seed = 1;     ///< of noise and of the camera's phase
};

/// A frame as its run had it, µs of the run's clock.
struct SceneFrame {
    transport::StreamId stream = 0;
    std::uint32_t sequence = 0;
    std::int64_t captured_us = 0;   ///< the source's screen shows it from then on
    std::int64_t presented_us = 0;  ///< the display does
};
/// Of one repeat of a frames CSV (frames_header in bench/result.hpp). Throws std::runtime_error with the line's number.
[[nodiscard]] std::vector<SceneFrame> read_scene_frames(std::istream& csv, std::size_t repeat);

/// Light adds up during the exposure (2.2 is the camera's gamma), row after row.
class CameraScene {
public:
    /// `frames`: at least one; up to 4 streams.
    CameraScene(const CameraSceneSettings& settings, std::vector<SceneFrame> frames);
    ~CameraScene();
    CameraScene(const CameraScene&) = delete;
    CameraScene& operator=(const CameraScene&) = delete;

    [[nodiscard]] std::size_t pictures() const;  ///< to the end of the run
    /// gray8; to be asked in order, for the noise to be the same.
    [[nodiscard]] transport::SharedPixels picture(std::size_t number);
    /// Since the video's begin.
    [[nodiscard]] transport::Microseconds at(std::size_t number) const;
    /// Where a code stands in truth.
    [[nodiscard]] Quad source(transport::StreamId stream) const;
    [[nodiscard]] Quad display(transport::StreamId stream) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// `arguments` after "camera-scene".
int run_camera_scene(const std::vector<std::string>& arguments);
[[nodiscard]] std::string camera_scene_help();

}  // namespace bench
