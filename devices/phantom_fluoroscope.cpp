#include "devices/phantom_fluoroscope.hpp"

#include "devices/phantom_shadow.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace devices {

using augment::Solid;
using augment::Vec3;

namespace {

namespace fluoroscope {

/// The display's curve, as film has it: 255 J / (1 + J) with J the reading over `middle`, to the power of `steepness`.
constexpr double middle = 0.105;
constexpr double steepness = 1.4;
constexpr double blur_mm = 0.25;  // at the detector, sigma
constexpr int soft_cells = 170;   // soft parts are drawn on a grid of so many

constexpr double bead_radius_mm = 0.9;
constexpr double bead_per_mm = 0.55;

/// The solids of the head, its shaft going on up the gullet.
std::vector<Solid> probe() {
    auto solids = augment::probe_head();
    auto& shaft = solids.back();
    shaft.from.y = std::min(shaft.from.y, -170.0);
    return solids;
}

void draw_catheter(Shadows& shadows, const std::vector<Vec3>& line) {
    Tube shaft{{}, 1.25, 0.22};
    constexpr std::size_t step = 3;
    for (std::size_t i = (line.size() - 1) % step; i < line.size(); i += step) shaft.line.push_back(line[i]);
    shadows.add(shaft);
    // Electrodes: the tip, and rings behind it.
    const auto back = [&](std::size_t mm) { return line[line.size() - 1 - mm]; };
    shadows.add(Tube{{back(3), back(0)}, 1.35, 0.42});
    for (const std::size_t mm : {6U, 12U, 15U}) shadows.add(Tube{{back(mm + 1), back(mm)}, 1.4, 0.38});
}

/// The collimator's blades leave the corners dark.
Texture blades(int width, int height) {
    Texture value{width, height};
    const double size = std::max(width, height);
    for (int row = 0; row < height; ++row)
        for (int column = 0; column < width; ++column) {
            const double x = std::abs(column - 0.5 * (width - 1)) / size, y = std::abs(row - 0.5 * (height - 1)) / size;
            const double corner = std::hypot(std::max(0.0, x - 0.33), std::max(0.0, y - 0.33));
            value.at(column, row) = 4.2F * smooth_step(0.163F, 0.172F, static_cast<float>(corner));
        }
    return value;
}

/// What has no sharp edge, by line.
class SoftParts {
public:
    SoftParts(const PhantomChest& chest, const PhantomTruth& truth, Vec3 source)
        : chest_{chest},
          heart_{truth.moment},
          domes_{diaphragm(truth.moment.breath)},
          source_{source},
          source_at_rest_{heart_.rest_from_world(source)} {}

    [[nodiscard]] double along(Vec3 towards) {
        const auto at_rest = heart_.rest_from_world.linear * towards;
        const auto sac = heart_.sac.on(source_at_rest_, at_rest);
        double value = tissue_per_mm * chest_.body.on(source_, towards).length() + heart_per_mm * sac.length();
        const std::array lungs{chest_.lungs[0].on(source_, towards), chest_.lungs[1].on(source_, towards)};
        if (lungs[0].empty() && lungs[1].empty()) return value;
        no_air_.clear();
        const auto fills = [&](const Stretch& stretch) {
            if (!stretch.empty()) no_air_.push_back(stretch);
        };
        fills(sac);
        for (const auto* part : {&heart_.left_atrium, &heart_.right_atrium, &heart_.aorta})
            fills(part->on(source_at_rest_, at_rest));
        for (const auto& dome : domes_) fills(dome.on(source_, towards));
        for (const auto& part : chest_.mediastinum) fills(part.on(source_, towards));
        std::ranges::sort(no_air_, {}, &Stretch::from);
        for (const auto& lung : lungs) value += air_per_mm * length_without(lung, no_air_);
        return value;
    }

private:
    const PhantomChest& chest_;
    PhantomHeart heart_;
    std::array<Ellipsoid, 2> domes_;
    Vec3 source_, source_at_rest_;
    std::vector<Stretch> no_air_;
};

}  // namespace fluoroscope

}  // namespace

PhantomFluoroscope::PhantomFluoroscope(const Fluoroscopy& wishes)
    : wishes_{wishes}, still_{fluoroscope::blades(wishes.width, wishes.height)} {
    if (wishes.ct)
        ct_.emplace(*wishes.ct);
    else if (!wishes.scene.c_arm_swings)
        draw_bones(still_, phantom_camera(phantom_truth({}, wishes.scene), wishes.width, wishes.height));
}

void PhantomFluoroscope::draw_bones(Texture& sum, const augment::XrayCamera& camera) const {
    Shadows shadows{sum, camera};
    for (const auto& vertebra : chest_.spine) shadows.add(vertebra);
    for (const auto& tube : chest_.tubes) shadows.add(tube);
}

/// On half as many pixels each way: bones take most of a frame's time, and those that move are never sharp.
void PhantomFluoroscope::draw_moving_bones(Texture& sum, const PhantomTruth& truth) const {
    const auto image = phantom_camera(truth, sum.width, sum.height).image().resized(0.5);
    Texture half{image.columns, image.rows};
    draw_bones(half, {truth.c_arm, image});
    for (int y = 0; y < sum.height; ++y)
        for (int x = 0; x < sum.width; ++x)
            sum.at(x, y) += half.sample(0.5F * static_cast<float>(x) - 0.25F, 0.5F * static_cast<float>(y) - 0.25F);
}

void PhantomFluoroscope::draw_soft(Texture& sum, const PhantomTruth& truth) const {
    const int step = std::max(1, std::max(sum.width, sum.height) / fluoroscope::soft_cells);
    const PixelLines lines{phantom_camera(truth, sum.width, sum.height)};
    fluoroscope::SoftParts parts{chest_, truth, lines.source()};
    Texture grid{(sum.width + step - 1) / step + 1, (sum.height + step - 1) / step + 1};
    for (int y = 0; y < grid.height; ++y)
        for (int x = 0; x < grid.width; ++x)
            grid.at(x, y) = static_cast<float>(parts.along(lines.towards(x * step, y * step)));
    grid.blur(0.9F, 0.9F);  // they move while the picture is taken
    const float scale = 1.0F / static_cast<float>(step);
    for (int y = 0; y < sum.height; ++y)
        for (int x = 0; x < sum.width; ++x)
            sum.at(x, y) += grid.sample(scale * static_cast<float>(x), scale * static_cast<float>(y));
}

Texture PhantomFluoroscope::attenuation(const PhantomTruth& truth, const PhantomParts& parts) const {
    const auto camera = phantom_camera(truth, wishes_.width, wishes_.height);
    Texture sum = parts.body ? still_ : Texture{wishes_.width, wishes_.height};
    if (parts.body && ct_) {
        ct_->add(sum, truth);
    } else if (parts.body) {
        if (wishes_.scene.c_arm_swings) draw_moving_bones(sum, truth);
        draw_soft(sum, truth);
    }
    Shadows shadows{sum, camera};
    if (parts.probe)
        for (const auto& solid : fluoroscope::probe()) shadows.add(solid, truth.world_from_array);
    if (parts.catheter) fluoroscope::draw_catheter(shadows, PhantomHeart{truth.moment}.catheter);
    if (parts.landmarks)
        for (const auto& bead : truth.landmarks)
            shadows.add(Solid{bead, bead, fluoroscope::bead_radius_mm, fluoroscope::bead_per_mm});
    return sum;
}

double PhantomFluoroscope::noise_variance(double reading) const {
    if (wishes_.quanta_per_mm2 <= 0) return 0;
    const auto spacing = phantom_detector_spacing(wishes_.width, wishes_.height);
    return reading / (wishes_.quanta_per_mm2 * spacing.x_mm_per_pixel * spacing.y_mm_per_pixel);
}

Texture PhantomFluoroscope::expose(const PhantomTruth& truth, std::uint32_t frame) const {
    auto reading = attenuation(truth);
    for (auto& value : reading.values) value = std::exp(-value);
    const auto blur = static_cast<float>(fluoroscope::blur_mm /
                                         phantom_detector_spacing(wishes_.width, wishes_.height).x_mm_per_pixel);
    reading.blur(blur, blur);
    const auto variance = static_cast<float>(noise_variance(1));
    if (variance <= 0) return reading;
    // So many quanta that Poisson's distribution is as good as normal.
    const auto noise = normal_noise(wishes_.width, wishes_.height, wishes_.seed * 65'537U + frame);
    for (std::size_t i = 0; i < noise.values.size(); ++i)
        reading.values[i] += std::sqrt(variance * reading.values[i]) * noise.values[i];
    return reading;
}

double PhantomFluoroscope::grey(double reading) {
    const double exposed = std::pow(std::max(reading, 1e-6) / fluoroscope::middle, fluoroscope::steepness);
    return 255 * exposed / (1 + exposed);
}

}  // namespace devices
