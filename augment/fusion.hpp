// Pixels of the sources onto the canvas, in planar YUV from end to end. A CPU twin and a CUDA twin.
#pragma once

#include "augment/layout.hpp"
#include "augment/pairing.hpp"

#include <memory>
#include <string>

namespace augment {

/// What to draw: each source into its place, the echo blended over the X-ray where the plan says so, the
/// in-picture codes copied unscaled. The rest is black.
struct Scene {
    const Plan& plan;
    const Paired& frames;
    double opacity = 0.5;  ///< of the echo where it is bright; black echo background stays transparent
    bool overlay = true;   ///< false: the base picture alone
};

class Fusion {
public:
    virtual ~Fusion() = default;
    /// Fills the whole of `canvas` (i420, plan.width x plan.height).
    virtual void draw(transport::Pixels& canvas, const Scene& scene) = 0;
    [[nodiscard]] virtual std::string name() const = 0;
};

/// OpenCV on planes; always there.
[[nodiscard]] std::unique_ptr<Fusion> make_fusion_cpu();
/// Null when there is no usable GPU or the build has no CUDA; `reason` says which.
[[nodiscard]] std::unique_ptr<Fusion> make_fusion_cuda(std::string& reason);

}  // namespace augment
