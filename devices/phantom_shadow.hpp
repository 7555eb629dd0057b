// The shadow of solids in an X-ray picture: each is evaluated only where it falls.
#pragma once

#include "augment/geometry.hpp"
#include "augment/probe_head.hpp"
#include "devices/phantom_chest.hpp"
#include "devices/synthetic_texture.hpp"

namespace devices {

/// The lines from the source to the pixels of a picture.
class PixelLines {
public:
    explicit PixelLines(const augment::XrayCamera& camera);
    [[nodiscard]] augment::Vec3 source() const { return source_; }
    /// Of length 1.
    [[nodiscard]] augment::Vec3 towards(double column, double row) const {
        return unit(to_direction_ * augment::Vec3{column, row, 1});
    }

private:
    augment::Vec3 source_;
    augment::Mat3 to_direction_;
};

/// Adds to a texture of line integrals.
class Shadows {
public:
    Shadows(Texture& sum, const augment::XrayCamera& camera) : sum_{sum}, camera_{camera}, lines_{camera} {}
    void add(const augment::Solid& solid, const augment::Rigid& world_from_solid = {});
    /// Where the pieces of a tube meet they count once.
    void add(const Tube& tube);
    void add(const Vertebra& vertebra);

private:
    /// Pixels that a ball around `point` can darken, grown into `rect`.
    void reach(augment::Vec3 point, double radius_mm, transport::Rect& rect) const;
    [[nodiscard]] transport::Rect inside(transport::Rect rect) const;

    Texture& sum_;
    const augment::XrayCamera& camera_;
    PixelLines lines_;
    Texture tube_{0, 0};
};

}  // namespace devices
