#include "devices/synthetic_chambers.hpp"

#include "devices/synthetic_heart.hpp"
#include "devices/synthetic_texture.hpp"

#include <algorithm>
#include <cmath>

namespace devices {

namespace {

/// A ventricle: blunt at the apex, open at the base. Distance to its border, cm, negative inside.
struct Bullet {
    float x, base, half_width, length;
    [[nodiscard]] float distance(float at_x, float z) const {
        const float across = std::abs(at_x - x) / half_width;
        const float along = z < base ? (base - z) / length : (z - base) / 1.15F;
        return (std::pow(std::pow(across, 2.4F) + std::pow(along, 2.2F), 1 / 2.3F) - 1) * half_width;
    }
};
struct Oval {
    float x, z, half_width, half_length;
    [[nodiscard]] float distance(float at_x, float at_z) const {
        return (std::hypot((at_x - x) / half_width, (at_z - z) / half_length) - 1) * std::min(half_width, half_length);
    }
};

constexpr float left_axis = 1.15F, right_axis = -2.95F, annulus = 9.5F;
constexpr Bullet left_ventricle{left_axis, 9.0F, 2.25F, 6.1F}, left_wall{left_axis, 9.2F, 3.25F, 7.2F};
constexpr Bullet right_ventricle{right_axis, 9.0F, 1.75F, 4.7F}, right_wall{right_axis, 9.0F, 2.2F, 5.3F};
constexpr Oval left_atrium{1.2F, 12.0F, 2.05F, 2.1F}, right_atrium{-2.75F, 11.8F, 1.8F, 2.0F};
constexpr Oval aorta{3.1F, 15.2F, 0.85F, 0.85F};

}  // namespace

float echo_power(float x, float z) {
    const float left_outer = left_wall.distance(x, z), right_outer = right_wall.distance(x, z);
    const float left_inner = left_ventricle.distance(x, z), right_inner = right_ventricle.distance(x, z);
    const float atrium_left = left_atrium.distance(x, z), atrium_right = right_atrium.distance(x, z);
    const auto inside = [](float distance) { return smooth_step(0.09F, -0.09F, distance); };
    const auto blend = [](float& power, float value, float share) { power += share * (value - power); };

    // lung and liver around the heart, and the chest wall in layers before it
    float power =
        0.009F + 0.045F * smooth_step(-1.0F, -7.0F, x) * smooth_step(6.0F, 11.0F, z) + 0.10F * bell(z - 15.4F, 0.7F);
    power += 0.05F * smooth_step(6.0F, 2.0F, z);
    blend(power, 0.9F + 0.8F * std::sin(z * 11) * bell(z - 1.0F, 0.5F), smooth_step(2.1F, 1.2F, z + 0.04F * x * x));
    const float outer = std::min(left_outer, right_outer);
    const float body = std::max(inside(left_outer), inside(right_outer));
    // muscle along the beam answers less than muscle across it
    blend(power, 0.55F + 0.45F * bell(z - 3.2F, 2.2F) + 0.25F * bell(z - 9.5F, 1.5F), body);
    blend(power, 0.75F, std::max(inside(atrium_left - 0.3F), inside(atrium_right - 0.28F)));
    const float above_base = smooth_step(10.0F, 9.2F, z);
    power += 3.2F * bell(outer - 0.02F, 0.10F) * above_base * smooth_step(2.6F, 4.5F, z);  // pericardium
    power += 2.6F * bell(std::min(atrium_left, atrium_right) - 0.2F, 0.12F) * smooth_step(12.0F, 13.4F, z);
    // fibrous crux and valve rings
    for (const float ring : {-0.95F, 3.05F, -4.55F})
        power += 3.5F * bell(std::hypot(x - ring, 1.2F * (z - 9.75F)), 0.28F);

    constexpr float blood = 0.0012F;
    const float openings = std::max(bell(x - left_axis, 1.05F), bell(x - right_axis, 0.8F)) * bell(z - 9.85F, 0.75F);
    const float right_share = inside(right_inner) * (1 - inside(left_outer)) * smooth_step(10.0F, 9.5F, z);
    float cavity = std::max({inside(left_inner) * smooth_step(10.2F, 9.7F, z), right_share, inside(atrium_left),
                             inside(atrium_right), inside(aorta.distance(x, z)), smooth_step(0.35F, 0.6F, openings)});
    // trabeculae, papillary muscles, the moderator band
    cavity *= 1 - 0.6F * bell(std::hypot(x - 3.0F, 0.5F * (z - 6.4F)), 0.26F);
    cavity *= 1 - 0.4F * bell(std::hypot(x + 0.55F, 0.5F * (z - 6.0F)), 0.2F);
    cavity *= 1 - 0.45F * bell(z - 6.2F - 0.5F * (x + 2.9F), 0.10F) * right_share;
    blend(power, blood, cavity);
    power += 1.1F * bell(left_inner, 0.08F) * bell(z - 3.3F, 1.6F) + 0.5F * bell(left_inner, 0.07F) * above_base;
    power += 2.2F * bell(aorta.distance(x, z), 0.08F);
    return power;
}

Displacement displacement(float x, float z, float squeeze) {
    const float rise = smooth_step(2.8F, annulus, z) * (1 - smooth_step(annulus, 14.6F, z));
    const float walls = smooth_step(2.0F, 4.2F, z) * (1 - smooth_step(9.2F, 11.2F, z));
    const float left = x - left_axis, right = x - right_axis;
    const float inward = 0.72F * left * bell(left, 1.65F) + 0.34F * right * bell(right, 1.1F);
    return {squeeze * walls * inward, squeeze * 1.35F * rise};
}

std::array<Leaflet, 4> leaflets(float phase) {
    const float squeeze = contraction(phase), open = filling(phase);
    const float ring = annulus + 0.2F - 1.35F * squeeze;
    const auto mix = [open](float closed, float opened) { return closed + open * (opened - closed); };
    const auto leaflet = [&](float hinge, float closed_x, float open_x, float length, float bow) {
        const float tip_x = mix(closed_x, open_x), tip_z = ring - mix(0.55F, length);
        return Leaflet{hinge, ring, mix(0.5F * (hinge + closed_x), hinge + bow), ring - mix(0.62F, 0.45F * length),
                       tip_x, tip_z};
    };
    const float narrow = 1 - 0.12F * squeeze;
    return {leaflet(left_axis - 1.85F * narrow, left_axis + 0.35F, left_axis - 1.05F, 1.95F, 0.75F),
            leaflet(left_axis + 1.75F * narrow, left_axis + 0.35F, left_axis + 1.15F, 1.45F, -0.35F),
            leaflet(right_axis - 1.5F * narrow, right_axis + 0.1F, right_axis - 0.95F, 1.35F, 0.3F),
            leaflet(right_axis + 1.3F * narrow, right_axis + 0.1F, right_axis + 0.8F, 1.25F, -0.3F)};
}

}  // namespace devices
