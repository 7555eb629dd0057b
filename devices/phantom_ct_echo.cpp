#include "devices/phantom_ct_echo.hpp"

#include "devices/in_parallel.hpp"
#include "devices/synthetic_texture.hpp"

#include <algorithm>
#include <cmath>

namespace devices {

namespace {

namespace ct_echo {

// Echo power; muscle is 1.
constexpr double fat = 0.12, lung = 0.5, chalk = 6, interface = 2.4;
constexpr double sharp_per_mm = 90;           // of Hounsfield units: an interface that reflects as much as any
constexpr double lost_in_lung_per_mm = 0.22;  // and in chalk
constexpr double lost_in_tissue_per_mm = 0.002;

double between(double from, double to, double value) {
    return static_cast<double>(
        smooth_step(static_cast<float>(from), static_cast<float>(to), static_cast<float>(value)));
}

/// Weights 1 2 1 along one axis, `stride` apart.
void soften(std::vector<float>& values, std::size_t stride, std::size_t count, std::size_t first) {
    float before = values[first];
    for (std::size_t i = 0; i + 1 < count; ++i) {
        auto& here = values[first + i * stride];
        const float was = here;
        here = 0.25F * before + 0.5F * was + 0.25F * values[first + (i + 1) * stride];
        before = was;
    }
}

}  // namespace ct_echo

}  // namespace

CtTissue::CtTissue(const PhantomCt& ct) : hounsfield_{ct.hounsfield()} {
    const auto columns = static_cast<std::size_t>(hounsfield_.size[0]);
    const auto rows = static_cast<std::size_t>(hounsfield_.size[1]);
    const auto slices = static_cast<std::size_t>(hounsfield_.size[2]);
    in_parallel(hounsfield_.size[2], [&](int z) {
        for (int y = 0; y < hounsfield_.size[1]; ++y)
            ct_echo::soften(hounsfield_.values, 1, columns, hounsfield_.index(0, y, z));
        for (int x = 0; x < hounsfield_.size[0]; ++x)
            ct_echo::soften(hounsfield_.values, columns, rows, hounsfield_.index(x, 0, z));
    });
    in_parallel(hounsfield_.size[1], [&](int y) {
        for (int x = 0; x < hounsfield_.size[0]; ++x)
            ct_echo::soften(hounsfield_.values, columns * rows, slices, hounsfield_.index(x, y, 0));
    });
}

double CtTissue::Beam::next(augment::Vec3 rest, double patch) {
    const auto value = static_cast<double>(tissue_.hounsfield_.sample(rest));
    const double slope = first_ ? 0 : std::abs(value - before_) / mm_;
    before_ = value;
    first_ = false;

    const double blood = ct_echo::between(190, 290, value) * ct_echo::between(1300, 1100, value);
    const double stone = ct_echo::between(1100, 1300, value);
    const double airy = ct_echo::between(-300, -500, value);
    const double fatty = ct_echo::between(20, -60, value) * (1 - airy);
    const double muscle = (1 - blood) * (1 - stone) * (1 - airy) * (1 - fatty);
    double power = patch * (0.45 * muscle + ct_echo::fat * fatty) + ct_echo::chalk * stone + ct_echo::lung * airy;
    power += ct_echo::interface * std::min(1.0, std::pow(slope / ct_echo::sharp_per_mm, 2));
    const double seen = power * left_;
    left_ *= std::exp(-mm_ *
                      (ct_echo::lost_in_lung_per_mm * std::max(airy, stone) + ct_echo::lost_in_tissue_per_mm * muscle));
    return seen;
}

}  // namespace devices
