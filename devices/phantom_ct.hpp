// The phantom's body out of a CT: what lies where in W while the heart rests at the end of diastole, breathed out.
#pragma once

#include "devices/nifti.hpp"
#include "devices/voxel_grid.hpp"

#include <optional>

namespace devices {

/// Beside the volume the chest of phantom_chest.hpp goes on, bones apart, into which its sides fade; above and below,
/// where it ends, it goes on as it ends. What lies outside that chest is air.
class PhantomCt {
public:
    /// `middle`: mm, LPS of the file, of what is laid between the atria, at (1, 4, 18) of W; the volume's own middle
    /// when it is not told. All of it is turned by 15° about the patient's long axis, as the phantom's heart lies.
    /// Throws std::runtime_error with one line when that point is not in the volume.
    explicit PhantomCt(const Nifti& ct, std::optional<augment::Vec3> middle = {});

    /// Hounsfield units.
    [[nodiscard]] const VoxelGrid& hounsfield() const { return grid_; }
    [[nodiscard]] augment::Vec3 world_from_file(augment::Vec3 lps) const;
    [[nodiscard]] augment::Vec3 file_from_world(augment::Vec3 world) const;

    /// Per mm, for the beam of phantom_chest.hpp.
    [[nodiscard]] static float attenuation_of(float hounsfield);

private:
    augment::Vec3 middle_;  ///< file
    VoxelGrid grid_;
};

}  // namespace devices
