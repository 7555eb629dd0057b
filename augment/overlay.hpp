// What people have drawn: annotations and the session banner. Never state, age or rate.
#pragma once

#include "augment/layout.hpp"
#include "transport/bus.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace augment {

/// The room's annotations, oldest first. Not thread safe: copy it under the server's lock.
class Annotations {
public:
    /// Refuses (with one line that says why) what is malformed or the 65th; nothing on success. A known id replaces
    /// that annotation, a banner the banner.
    [[nodiscard]] std::optional<std::string> add(transport::Annotation annotation);
    /// Takes the drawings away. The banner stays: it names the session.
    void clear();
    [[nodiscard]] const std::vector<transport::Annotation>& all() const { return all_; }
    /// Counts every change, so that an author's own page knows when the picture has caught up.
    [[nodiscard]] std::uint32_t revision() const { return revision_; }

private:
    std::vector<transport::Annotation> all_;
    std::uint32_t revision_ = 0;
    std::uint32_t next_id_ = 1;
};

/// Draws them where their modality's image stands in this plan, and never outside it: in `fused`, an annotation of
/// the echo is drawn in the echo's own pane. Long text is broken into lines. The banner stands in `plan.banner`.
void draw_annotations(transport::Pixels& canvas, const Plan& plan, const Annotations& annotations);

}  // namespace augment
