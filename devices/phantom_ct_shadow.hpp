// The shadow of the body that comes from a CT in an X-ray picture: line integrals through the moved volume.
#pragma once

#include "devices/phantom_ct.hpp"
#include "devices/phantom_ct_motion.hpp"
#include "devices/phantom_truth.hpp"
#include "devices/synthetic_texture.hpp"

namespace devices {

class CtShadow {
public:
    explicit CtShadow(const PhantomCt& ct);
    /// Adds to a texture of line integrals, the whole picture of phantom_camera(truth). Thread safe.
    void add(Texture& sum, const PhantomTruth& truth) const;

private:
    [[nodiscard]] float along(augment::Vec3 source, augment::Vec3 towards, const CtMotion& motion) const;

    VoxelGrid per_mm_;
    Ellipsoid body_;
};

}  // namespace devices
