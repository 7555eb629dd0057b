// Pixels of the sources onto the canvas, in planar YUV from end to end. A CPU twin and a CUDA twin.
#pragma once

#include "augment/layout.hpp"
#include "augment/linear.hpp"
#include "augment/pairing.hpp"
#include "transport/pool.hpp"

#include <memory>
#include <string>
#include <utility>

namespace augment {

/// Where the echo lies on the canvas. A picture that changes place with every frame costs no more than one that stays.
struct EchoOverlay {
    /// Pixel centres, homogeneous; the third coordinate is positive for what lies in front of the X-ray source. Where
    /// it is not, or where the map has no inverse, nothing is drawn.
    Mat3 canvas_from_echo = identity();
    std::optional<transport::EchoSector> sector{};  ///< nothing of the echo is drawn outside it; empty: its whole image
    transport::PixelSpacing spacing{};              ///< of the echo's pixels; wanted with a sector

    /// The echo as the layout places it.
    [[nodiscard]] static EchoOverlay by_hand(const Affine& echo_to_canvas) {
        const auto& map = echo_to_canvas;
        return {rows_of({map.a, map.b, map.c}, {map.d, map.e, map.f}, {0, 0, 1})};
    }
};

/// What to draw: each source into its place, the echo blended over the X-ray's image where `overlay` says, the
/// in-picture codes copied unscaled. The rest is black.
struct Scene {
    const Plan& plan;
    const Paired& frames;
    double opacity = 0.5;                  ///< of the echo where it is bright; black echo background stays transparent
    std::optional<EchoOverlay> overlay{};  ///< empty: the base picture alone
    bool colour_only = false;              ///< of the echo over the X-ray only the flow in colour, no grey tissue
    transport::EchoHue hue = transport::EchoHue::grey;  ///< of its tissue over the X-ray; flow keeps its colours
};

class Fusion {
public:
    virtual ~Fusion() = default;
    /// Memory that this twin is fast with; draw() takes any. Content is undefined. One thread at a time.
    [[nodiscard]] std::shared_ptr<transport::Pixels> canvas(int width, int height) {
        return canvases_.get(transport::PixelFormat::i420, width, height);
    }
    /// Fills the whole of `canvas` (i420, plan.width x plan.height).
    virtual void draw(transport::Pixels& canvas, const Scene& scene) = 0;
    [[nodiscard]] virtual std::string name() const = 0;

protected:
    explicit Fusion(transport::PixelPool canvases = transport::PixelPool{}) : canvases_{std::move(canvases)} {}

private:
    transport::PixelPool canvases_;
};

/// Strips of the canvas on that many threads, with AVX2 where the processor has it; always there.
[[nodiscard]] std::unique_ptr<Fusion> make_fusion_cpu(int threads = 1);
/// Null when there is no usable GPU or the build has no CUDA; `reason` says which.
[[nodiscard]] std::unique_ptr<Fusion> make_fusion_cuda(std::string& reason);

}  // namespace augment
