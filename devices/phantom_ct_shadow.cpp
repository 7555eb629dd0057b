#include "devices/phantom_ct_shadow.hpp"

#include "devices/phantom_chest.hpp"
#include "devices/phantom_shadow.hpp"

#include <algorithm>
#include <array>

namespace devices {

namespace {

namespace ct_shadow {

constexpr int cells = 128;  // of the grid of lines, longer side: 1.2 mm apart, less than a voxel
constexpr double step_mm = 2.5;
constexpr int most_steps = 512;

}  // namespace ct_shadow

}  // namespace

CtShadow::CtShadow(const PhantomCt& ct) : per_mm_{ct.hounsfield()}, body_{PhantomChest{}.body} {
    std::ranges::transform(per_mm_.values, per_mm_.values.begin(), PhantomCt::attenuation_of);
}

float CtShadow::along(augment::Vec3 source, augment::Vec3 towards, const CtMotion& motion) const {
    const auto inside = body_.on(source, towards);
    const int steps = std::clamp(static_cast<int>(inside.length() / ct_shadow::step_mm), 1, ct_shadow::most_steps);
    const double step = inside.length() / steps;
    std::array<std::array<float, ct_shadow::most_steps>, 3> rest;  // NOLINT: written before it is read
    auto& [xs, ys, zs] = rest;
    const auto from = source + (inside.from + 0.5 * step) * towards, by = step * towards;
    const auto scale = static_cast<float>(1 / per_mm_.mm);
    const auto& first = per_mm_.first;
    for (int i = 0; i < steps; ++i) {
        const auto n = static_cast<float>(i);
        float x = static_cast<float>(from.x) + n * static_cast<float>(by.x);
        float y = static_cast<float>(from.y) + n * static_cast<float>(by.y);
        float z = static_cast<float>(from.z) + n * static_cast<float>(by.z);
        motion.take_back(x, y, z);
        const auto at = static_cast<std::size_t>(i);
        xs[at] = scale * (x - static_cast<float>(first.x));
        ys[at] = scale * (y - static_cast<float>(first.y));
        zs[at] = scale * (z - static_cast<float>(first.z));
    }
    float value = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(steps); ++i) value += per_mm_.sample(xs[i], ys[i], zs[i]);
    return value * static_cast<float>(step);
}

void CtShadow::add(Texture& sum, const PhantomTruth& truth) const {
    const int spacing = std::max(1, std::max(sum.width, sum.height) / ct_shadow::cells);
    const PixelLines lines{phantom_camera(truth, sum.width, sum.height)};
    const CtMotion motion{truth.moment};
    Texture grid{(sum.width + spacing - 1) / spacing + 1, (sum.height + spacing - 1) / spacing + 1};
    // In tiles: what neighbours need is still in the cache.
    constexpr int tile = 8;
    for (int top = 0; top < grid.height; top += tile)
        for (int left = 0; left < grid.width; left += tile)
            for (int y = top; y < std::min(top + tile, grid.height); ++y)
                for (int x = left; x < std::min(left + tile, grid.width); ++x)
                    grid.at(x, y) = along(lines.source(), lines.towards(x * spacing, y * spacing), motion);
    const float scale = 1.0F / static_cast<float>(spacing);
    for (int y = 0; y < sum.height; ++y)
        for (int x = 0; x < sum.width; ++x)
            sum.at(x, y) += grid.sample(scale * static_cast<float>(x), scale * static_cast<float>(y));
}

}  // namespace devices
