// What a beam of ultrasound meets in a CT with contrast: its Hounsfield units tell blood, muscle, fat, lung and chalk.
#pragma once

#include "devices/phantom_ct.hpp"

namespace devices {

/// The volume as ultrasound sees it. Muscle has power 1.
class CtTissue {
public:
    explicit CtTissue(const PhantomCt& ct);

    /// One beam, sample after sample, from the array on.
    class Beam {
    public:
        Beam(const CtTissue& tissue, double mm_per_sample) : tissue_{tissue}, mm_{mm_per_sample} {}
        /// Echo power at the next sample; `rest`: where it lay at rest, `patch`: tissue is not the same everywhere.
        [[nodiscard]] double next(augment::Vec3 rest, double patch);

    private:
        const CtTissue& tissue_;
        double mm_;
        double before_ = 0;  ///< Hounsfield units at the sample before
        double left_ = 1;    ///< what lung and chalk let through
        bool first_ = true;
    };

private:
    VoxelGrid hounsfield_;  ///< without a CT's grain
};

}  // namespace devices
