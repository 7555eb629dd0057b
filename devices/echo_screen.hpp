// The screen of an ultrasound machine: the fan, centimetres at its side, the grey scale, the electrocardiogram.
#pragma once

#include "transport/frame.hpp"

#include <cstdint>
#include <vector>

namespace devices {

/// What is sampled: `beams` lines from the array, each of `samples` down to the fan's depth.
struct EchoFan {
    float depth_cm = 16;
    float half_angle = 0.7F;  ///< radians, to both sides
    int beams = 192;
    int samples = 448;
    [[nodiscard]] float cm_per_sample() const { return depth_cm / static_cast<float>(samples - 1); }
    [[nodiscard]] float radians_per_beam() const { return 2 * half_angle / static_cast<float>(beams - 1); }
};

class EchoScreen {
public:
    static constexpr float nearest_cm = 0.25F;

    EchoScreen(int width, int height, const EchoFan& fan);
    /// Draws all of an i420 picture. `grey`: a row per beam. `phase` of the heartbeat, 0..1. `flow`, where there is
    /// any: as `grey`, speed towards the array (red) or, below 0, away from it (blue), of 127.
    void show(const std::vector<std::uint8_t>& grey, float phase, transport::Pixels& picture,
              const std::vector<std::int16_t>& flow = {}) const;
    /// Spacing, the region and the sector, at multiplane 0.
    [[nodiscard]] transport::ImageGeometry geometry() const;

private:
    /// Where a pixel finds its beam and depth.
    struct Pixel {
        int x, y;
        int source;                             ///< beam * samples + sample
        std::uint8_t beam_share, sample_share;  ///< of the next beam and sample, /256
    };
    void draw_fan(const std::vector<std::uint8_t>& grey, transport::Pixels& picture) const;
    void draw_flow(const std::vector<std::int16_t>& flow, transport::Pixels& picture) const;
    void draw_scales(transport::Pixels& picture) const;

    int width_;
    EchoFan fan_;
    std::vector<Pixel> pixels_;
    float apex_x_, apex_y_;  ///< of the array's origin, from the picture's outer edge
    float pixels_per_cm_;
};

}  // namespace devices
