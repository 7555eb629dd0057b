// The fused picture the straightforward way, with OpenCV on BGR: what we are measured against.
#pragma once

#include "augment/fusion.hpp"

#include <memory>

namespace bench {

class PlainFusion {
public:
    PlainFusion();
    ~PlainFusion();
    PlainFusion(const PlainFusion&) = delete;
    PlainFusion& operator=(const PlainFusion&) = delete;

    /// Same places, same map as the product's; the echo in a colour map over the X-ray. `threads`: OpenCV's.
    void draw(transport::Pixels& canvas, const augment::Scene& scene, int threads);

private:
    struct Pictures;
    std::unique_ptr<Pictures> pictures_;  ///< kept, so that no frame pays for memory
};

}  // namespace bench
