#include "devices/phantom_ct.hpp"

#include "devices/in_parallel.hpp"
#include "devices/phantom_chest.hpp"
#include "devices/synthetic_texture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace devices {

using augment::Mat3;
using augment::Vec3;

namespace {

namespace ct_volume {

constexpr Vec3 between_atria{1, 4, 18};
const Mat3 world_from_patient = augment::turn_about_z(-15 * std::numbers::pi / 180);
constexpr double grid_mm = 1.5;
constexpr double fades_in_mm = 22;  // from its sides
constexpr float air = -1000, lung = -830, tissue = 25;

/// Voxels of a file, by their own numbers.
class Voxels {
public:
    explicit Voxels(const Nifti& ct) : ct_{ct}, voxel_from_file_{augment::inverse(ct.step)} {
        for (std::size_t axis = 1; axis < 3; ++axis)
            if (std::abs(ct.step[2][axis]) > std::abs(ct.step[2][upright_])) upright_ = axis;
        for (std::size_t axis = 0; axis < 3; ++axis)
            side_mm_[axis] = length(Vec3{ct.step[0][axis], ct.step[1][axis], ct.step[2][axis]});
    }
    [[nodiscard]] std::array<double, 3> place_of(Vec3 lps) const {
        const auto place = voxel_from_file_ * (lps - ct_.first);
        return {place.x, place.y, place.z};
    }
    /// 1 well inside, 0 from its sides on; its ends are no sides.
    [[nodiscard]] double inside(const std::array<double, 3>& place) const {
        double from_side = fades_in_mm;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const double at = place[axis], last = ct_.size[axis] - 1;
            if (axis != upright_) from_side = std::min(from_side, side_mm_[axis] * std::min(at, last - at));
        }
        return static_cast<double>(smooth_step(0, static_cast<float>(fades_in_mm), static_cast<float>(from_side)));
    }
    /// Of a cube of the grid around the place: where voxels are finer than it, the mean of some of them.
    [[nodiscard]] double around(const std::array<double, 3>& place) const {
        std::array<int, 3> parts{};
        for (std::size_t axis = 0; axis < 3; ++axis)
            parts[axis] = std::clamp(static_cast<int>(std::lround(grid_mm / side_mm_[axis])), 1, 4);
        double sum = 0;
        for (int k = 0; k < parts[2]; ++k)
            for (int j = 0; j < parts[1]; ++j)
                for (int i = 0; i < parts[0]; ++i)
                    sum += sample({place[0] + i - 0.5 * (parts[0] - 1), place[1] + j - 0.5 * (parts[1] - 1),
                                   place[2] + k - 0.5 * (parts[2] - 1)});
        return sum / (parts[0] * parts[1] * parts[2]);
    }

private:
    /// Trilinear, the nearest face's outside.
    [[nodiscard]] double sample(const std::array<double, 3>& place) const {
        std::array<std::size_t, 3> low{};
        std::array<double, 3> share{};
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const double at = std::clamp(place[axis], 0.0, static_cast<double>(ct_.size[axis] - 1));
            low[axis] = std::min(static_cast<std::size_t>(at), static_cast<std::size_t>(ct_.size[axis] - 2));
            share[axis] = at - static_cast<double>(low[axis]);
        }
        const auto row = static_cast<std::size_t>(ct_.size[0]), slice = row * static_cast<std::size_t>(ct_.size[1]);
        double sum = 0;
        for (std::size_t corner = 0; corner < 8; ++corner) {
            const std::size_t x = corner & 1U, y = corner >> 1U & 1U, z = corner >> 2U;
            const double weight =
                (x ? share[0] : 1 - share[0]) * (y ? share[1] : 1 - share[1]) * (z ? share[2] : 1 - share[2]);
            sum += weight * static_cast<double>(ct_.values[(low[2] + z) * slice + (low[1] + y) * row + low[0] + x]);
        }
        return sum;
    }

    const Nifti& ct_;
    Mat3 voxel_from_file_;
    std::size_t upright_ = 0;  ///< the axis that goes from feet to head
    std::array<double, 3> side_mm_{};
};

/// Of the chest beside the volume.
double beside(const PhantomChest& chest, const std::array<Ellipsoid, 2>& domes, Vec3 point) {
    const auto in = [&point](const Ellipsoid& part) {
        return smooth_step(2, -2, static_cast<float>(part.outside_mm(point)));
    };
    float airy = std::max(in(chest.lungs[0]), in(chest.lungs[1]));
    for (const auto& part : chest.mediastinum) airy = std::min(airy, 1 - in(part));
    for (const auto& dome : domes) airy = std::min(airy, 1 - in(dome));
    return static_cast<double>(tissue + airy * (lung - tissue));
}

}  // namespace ct_volume

}  // namespace

PhantomCt::PhantomCt(const Nifti& ct, std::optional<Vec3> middle) {
    const ct_volume::Voxels voxels{ct};
    const Vec3 last{static_cast<double>(ct.size[0] - 1), static_cast<double>(ct.size[1] - 1),
                    static_cast<double>(ct.size[2] - 1)};
    middle_ = middle.value_or(ct.first + ct.step * (0.5 * last));
    const auto place = voxels.place_of(middle_);
    for (std::size_t axis = 0; axis < 3; ++axis)
        if (!(place[axis] >= 0 && place[axis] <= ct.size[axis] - 1))
            throw std::runtime_error(
                fmt::format("its point ({:g}, {:g}, {:g}) lies outside: the middle is ({:.1f}, "
                            "{:.1f}, {:.1f}) mm, LPS",
                            middle_.x, middle_.y, middle_.z, (ct.first + ct.step * (0.5 * last)).x,
                            (ct.first + ct.step * (0.5 * last)).y, (ct.first + ct.step * (0.5 * last)).z));
    const PhantomChest chest;
    const auto domes = diaphragm(0);
    grid_.mm = ct_volume::grid_mm;
    grid_.first = {-174, -123, -165};
    grid_.size = {233, 173, 224};
    grid_.values.resize(grid_.index(0, 0, grid_.size[2]));
    in_parallel(grid_.size[2], [&](int z) {
        for (int y = 0; y < grid_.size[1]; ++y)
            for (int x = 0; x < grid_.size[0]; ++x) {
                const auto world = grid_.at(x, y, z);
                auto& value = grid_.values[grid_.index(x, y, z)];
                value = ct_volume::air;
                if (chest.body.outside_mm(world) > 0) continue;
                const auto at = voxels.place_of(file_from_world(world));
                const double inside = voxels.inside(at);
                double hounsfield = inside < 1 ? ct_volume::beside(chest, domes, world) : 0;
                if (inside > 0) hounsfield += inside * (voxels.around(at) - hounsfield);
                value = static_cast<float>(hounsfield);
            }
    });
}

Vec3 PhantomCt::world_from_file(Vec3 lps) const {
    return ct_volume::between_atria + ct_volume::world_from_patient * (lps - middle_);
}

Vec3 PhantomCt::file_from_world(Vec3 world) const {
    return middle_ + augment::transposed(ct_volume::world_from_patient) * (world - ct_volume::between_atria);
}

float PhantomCt::attenuation_of(float hounsfield) {
    // Calcium and iodine stop more of a fluoroscope's soft beam than of a CT's; metal is not more than so much.
    const float dense = hounsfield > 0 ? 1.3F : 1.0F;
    return static_cast<float>(tissue_per_mm) * (1 + dense * std::clamp(hounsfield, -1000.0F, 3000.0F) / 1000);
}

}  // namespace devices
