// Lays a rendered head over the one in the picture: from a pose near by to the pose that explains it best.
#pragma once

#include "augment/registration_slopes.hpp"
#include "augment/registration_step.hpp"

#include <optional>
#include <vector>

namespace augment {

/// How finely the head is compared, and how often.
struct RefineLevel {
    double pixels_per_mm = 0;  ///< at the head
    double smooth_px = 0;
    int derivatives = 0;  ///< how often the derivatives are taken anew
    int steps = 0;        ///< with the same derivatives
};

/// Steps are about the array's origin, their axes those of frame C.
struct HeadFit {
    Rigid camera_from_head;
    Mat6 covariance{};
    double similarity = 0;  ///< gradient correlation, patch by patch: 1 is a perfect picture of it
    double strength = 0;    ///< of its shadow against what its solids say
    bool settled = false;   ///< the last step was small
};

class Refiner {
public:
    explicit Refiner(std::vector<Solid> head) : head_{std::move(head)} {}
    /// Nothing when the head is not in the picture, or cannot be told from its surroundings there.
    [[nodiscard]] std::optional<HeadFit> refine(const transport::Pixels& xray, const DetectorImage& image,
                                                const Rigid& camera_from_head,
                                                const std::vector<RefineLevel>& levels) const;
    /// Gradient correlation of the head's radiograph with the picture, patch by patch.
    [[nodiscard]] double similarity(const transport::Pixels& xray, const DetectorImage& image,
                                    const Rigid& camera_from_head) const;
    [[nodiscard]] const std::vector<Solid>& head() const { return head_; }

private:
    std::vector<Solid> head_;
    HeadExtent extent_;
};

[[nodiscard]] std::vector<RefineLevel> levels_from_near();    ///< one frame later: within 2 mm and 4°
[[nodiscard]] std::vector<RefineLevel> levels_from_before();  ///< after a pause, or from a hand: within 4 mm and 8°
[[nodiscard]] std::vector<RefineLevel> levels_from_guess();   ///< coarse: only to tell a guess from a find
[[nodiscard]] std::vector<RefineLevel> levels_from_find();    ///< what is left to do after it

}  // namespace augment
