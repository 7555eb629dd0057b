// What the clinician has pointed at, in millimetres: a target in the echo that is to be seen in the X-ray, a place in
// the X-ray that is to be found in the echo, a length.
#pragma once

#include "augment/echo_place.hpp"
#include "transport/bus.hpp"

#include <optional>
#include <string>
#include <vector>

namespace augment {

/// A target set in the echo. It lies on the table, as the patient does.
struct Marker {
    int number = 0;  ///< as shown, from 1
    std::string words;
    Vec3 on_table;
    Mat3 doubt{};  ///< mm², on the table: click, slice, and the pose that it was set with
};
/// A click in the X-ray: all that may lie under it.
struct Sight {
    Vec2 xray;  ///< pixel
    transport::ImageGeometry taken_with;
};
/// A length in one picture's plane: the echo's own, or the X-ray's isocentre plane.
struct Caliper {
    transport::Modality modality{};
    Vec2 from, to;  ///< pixels
    double mm = 0;
    transport::ImageGeometry taken_with;
};

/// `now_with`: of the picture that is shown now. A length or a line of sight means nothing in another geometry.
[[nodiscard]] bool still_true(const transport::ImageGeometry& taken_with, const transport::ImageGeometry& now_with);

/// Not thread safe: copy it under the room's lock.
class Markers {
public:
    /// "marker" (ultrasound), "sight" (xray; replaces the one before) or "caliper" (either). One line that says why
    /// not; nothing on success. `place` and `frames`: what was shown last.
    [[nodiscard]] std::optional<std::string> add(const transport::Annotation& pointed, const EchoPlace& place,
                                                 const Paired& frames);
    void clear() { *this = {}; }
    [[nodiscard]] const std::vector<Marker>& targets() const { return targets_; }
    [[nodiscard]] const std::optional<Sight>& sight() const { return sight_; }
    [[nodiscard]] const std::vector<Caliper>& calipers() const { return calipers_; }

    /// Is it one of these kinds?
    [[nodiscard]] static bool takes(const std::string& kind);

private:
    std::vector<Marker> targets_;
    std::optional<Sight> sight_;
    std::vector<Caliper> calipers_;
};

/// Thickness of the slice that an echo shows, mm: typical of transoesophageal arrays.
inline constexpr double slice_mm = 5;

}  // namespace augment
