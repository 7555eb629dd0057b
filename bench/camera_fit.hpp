// Where a strip stands in a camera's picture, told by the codes that are read there.
#pragma once

#include "bench/camera_align.hpp"
#include "bench/camera_quads.hpp"

#include <optional>
#include <vector>

namespace bench {

/// A code holds the quad only where neighbouring blocks differ: one of small numbers is black for whole rows, and what
/// other codes have there would be read beside its blocks. Each other code holds it elsewhere, so several are fitted
/// together.
class QuadFit {
public:
    explicit QuadFit(const Quad& rough) : where_{rough} {}
    [[nodiscard]] const Quad& where() const { return where_; }
    /// That code was read there in this picture: moves the quad. Ignored once it is known, and once enough are.
    void learn(const transport::Pixels& picture, const transport::Timecode& code);

private:
    Quad where_;
    std::vector<transport::Timecode> known_;
    std::vector<StripLook> looks_;
};

/// From the magic's 8 blocks, which `rough` must meet, block by block to the strip's right end; no corner of it need
/// be right. Nothing when no code can be read there.
[[nodiscard]] std::optional<SeenQuad> grown_quad(const transport::Pixels& picture, const Quad& rough);

}  // namespace bench
