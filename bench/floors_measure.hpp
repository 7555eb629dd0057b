// The floors of this machine, measured.
#pragma once

#include "bench/cathlab_pictures.hpp"
#include "bench/floors.hpp"

#include <functional>
#include <stop_token>

namespace bench {

struct FloorOptions {
    PictureSizes sizes;
    bool codes = false;
    int pictures = 300;     ///< of each stream, paced and back to back
    int threads = 2;        ///< of each encoder
    int quality = 20;       ///< quantiser of the sources
    int view_quality = 23;  ///< of the canvas
    std::string present = "headless";
    std::function<void(const std::string&)> say = [](const std::string&) {};
    std::stop_token stop;
};

/// Takes pictures / 30 seconds and a third more; in real time if the caller is, who says so in `real_time`. Throws
/// std::runtime_error when a component fails, or "stopped".
[[nodiscard]] Floors measure_floors(const FloorOptions& options);

}  // namespace bench
