// What the fusion benchmark draws: a moving echo over a moving X-ray picture, with a C-arm and a probe that move too.
#pragma once

#include "augment/fusion.hpp"

#include <cstddef>
#include <vector>

namespace bench {

class FusionPictures {
public:
    static constexpr int width = 1920;  ///< of the canvas
    static constexpr int height = 1080;

    /// `seed`: another room's are other pictures.
    explicit FusionPictures(int seed = 0);

    /// Both sources' frame number `number`: other pixels than the one before. Taken from a short loop.
    [[nodiscard]] augment::Paired frames(std::size_t number) const;
    /// A pose for every frame, none like the one before.
    [[nodiscard]] const augment::EchoOverlay& moving(std::size_t number) const;
    [[nodiscard]] const augment::EchoOverlay& still() const { return overlays_.front(); }
    [[nodiscard]] const augment::Plan& plan() const { return plan_; }
    /// Sources read once, canvas written once.
    [[nodiscard]] double least_bytes() const;
    /// Share of the X-ray's image that the echo's sector covers, mean over the poses.
    [[nodiscard]] double covered() const;

private:
    augment::Plan plan_;
    std::vector<transport::SharedPixels> echoes_;
    std::vector<transport::SharedPixels> xrays_;
    std::vector<augment::EchoOverlay> overlays_;
};

}  // namespace bench
