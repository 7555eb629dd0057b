// Draws what people have drawn, and the session banner. Never state, age or rate.
#pragma once

#include "augment/annotations.hpp"
#include "augment/layout.hpp"
#include "augment/overlay_decal.hpp"

#include <memory>
#include <vector>

namespace augment {

/// Draws annotations where their modality's image stands in this plan, and never outside it: in `fused`, an annotation
/// of the echo is drawn in the echo's own pane. Long text is broken into lines. The banner stands in `plan.banner`.
/// Remembers how each of them looks, so that a picture takes no longer than laying that on. One thread's.
class AnnotationPainter {
public:
    /// Pointers are drawn as of `now`.
    void draw(transport::Pixels& canvas, const Plan& plan, const Annotations& annotations, transport::Timestamp now);

private:
    struct Look {
        Annotations::Drawing of;
        Decal decal;
    };
    [[nodiscard]] Decal look_of(const transport::Annotation& annotation, const transport::Pixels& canvas);

    Plan plan_;
    std::vector<Look> looks_;  ///< in the order of the annotations
    DecalPad pad_;
};

}  // namespace augment
