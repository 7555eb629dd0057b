#include "augment/registration_refine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace augment {

namespace {

/// Turn out of the picture's plane, radians, over which its effect is taken: half a pixel or so.
constexpr double probing = 0.03;
/// σ of where the head may be from where it was looked for: keeps what the picture does not show from running away.
constexpr std::array<double, 6> step_reach{5, 5, 20, 0.2, 0.2, 0.2};
constexpr std::array<double, 6> longest_step{4, 4, 20, 0.15, 0.15, 0.15};
/// The axis of the housing, whose surroundings are compared.
constexpr Vec3 axis_from{0, -26, -5}, axis_to{0, 13, -5};
constexpr double around_axis_mm = 7.5;
constexpr Vec3 centre_of_metal{0, -4, -5};
constexpr double margin_sigmas = 3;
constexpr double patch_mm = 5;
constexpr int least_pixels = 60;
/// Attenuation of what the picture's grey levels still tell apart.
constexpr float clearest = 0.02F, darkest = 4.1F;
/// σ of what is taken for background: wider than the head's metal parts.
constexpr double background_mm = 1.2, background_smooths = 2.2;
/// σ at the head of what detectors of the kind blur.
constexpr double nominal_blur_mm = 0.2;

double pixels_per_mm(const DetectorImage& image, const Rigid& pose) {
    return std::sqrt(std::abs(determinant(image.per_slope))) / pose.translation.z;
}

struct HeadSample {
    std::size_t index = 0;
    int patch = 0;
};

/// The pixels that are compared: near the head's axis, away from the edge.
std::vector<HeadSample> head_samples(const Grid& grid, const Rigid& pose, double per_mm, double smooth_px) {
    const auto a = grid.project(pose(axis_from)), b = grid.project(pose(axis_to));
    const Vec2 along{b.x - a.x, b.y - a.y};
    const double square = along.x * along.x + along.y * along.y;
    const double reach_px = around_axis_mm * per_mm;
    const int edge = static_cast<int>(std::ceil(margin_sigmas * smooth_px));
    const auto& region = grid.region();
    const int patch_px = std::max(3, static_cast<int>(std::lround(patch_mm * per_mm)));
    const int patches_across = region.width / patch_px + 1;
    std::vector<HeadSample> out;
    for (int y = edge; y < region.height - edge; ++y)
        for (int x = edge; x < region.width - edge; ++x) {
            const double dx = x - a.x, dy = y - a.y;
            const double t = std::clamp((dx * along.x + dy * along.y) / std::max(square, 1e-9), 0.0, 1.0);
            const double off_x = dx - t * along.x, off_y = dy - t * along.y;
            if (off_x * off_x + off_y * off_y > reach_px * reach_px) continue;
            out.push_back(
                {static_cast<std::size_t>(y) * static_cast<std::size_t>(region.width) + static_cast<std::size_t>(x),
                 y / patch_px * patches_across + x / patch_px});
        }
    return out;
}

/// One picture at one level, looked at through the samples.
class LevelView {
public:
    LevelView(const std::vector<Solid>& head, const HeadExtent& extent, const transport::Pixels& xray,
              const DetectorImage& image, const Rigid& pose, const RefineLevel& level)
        : head_{head},
          smooth_px_{level.smooth_px},
          step_{std::max(1, static_cast<int>(std::lround(pixels_per_mm(image, pose) / level.pixels_per_mm)))},
          per_mm_{pixels_per_mm(image, pose) / step_},
          background_px_{std::max(background_mm * per_mm_, background_smooths * smooth_px_)},
          rendered_px_{std::hypot(level.smooth_px, nominal_blur_mm * per_mm_)},
          grid_{image, step_, region_of(extent, image, step_, pose, 2 + margin_sigmas * level.smooth_px / per_mm_)} {
        const auto& region = grid_.region();
        if (region.width <= 0 || region.height <= 0) return;
        samples_ = head_samples(grid_, pose, per_mm_, smooth_px_);
        const auto picture = seen(xray, grid_);
        std::erase_if(samples_, [&](const HeadSample& sample) {
            const float value = picture.values[sample.index];
            return value < clearest || value > darkest;
        });
        slopes_of(picture, smooth_px_, background_px_, scratch_);
        seen_ = picked(scratch_);
    }
    [[nodiscard]] bool sees_enough() const { return samples_.size() >= least_pixels; }
    [[nodiscard]] std::size_t count() const { return samples_.size(); }
    [[nodiscard]] const std::vector<HeadSample>& samples() const { return samples_; }
    /// Slopes in x of all samples, then in y.
    [[nodiscard]] const std::vector<float>& seen_slopes() const { return seen_; }
    std::vector<float> rendered_slopes(const Rigid& pose) {
        radiograph(head_, grid_, pose, field_);
        slopes_of(field_, rendered_px_, background_px_, scratch_);
        return picked(scratch_);
    }
    /// Their change per unit of each part of a step. A shift, a turn in the picture's plane and a change of depth move
    /// the whole radiograph; only the two turns out of the plane change it, and must be rendered.
    void take_derivatives(const Rigid& pose) {
        auto& out = derivatives_;
        radiograph(head_, grid_, pose, other_);
        for (const std::size_t part : {0U, 1U, 2U, 5U}) {
            shifted(other_, pose, part, field_);
            slopes_of(field_, rendered_px_, background_px_, scratch_);
            out[part] = picked(scratch_);
        }
        for (const std::size_t part : {3U, 4U}) {
            std::array<double, 6> step{};
            step[part] = probing;
            radiograph(head_, grid_, moved(pose, Step::of(step)), other_);
            step[part] = -probing;
            radiograph(head_, grid_, moved(pose, Step::of(step)), field_);
            constexpr auto per = static_cast<float>(0.5 / probing);
            for (std::size_t i = 0; i < field_.values.size(); ++i)
                field_.values[i] = per * (other_.values[i] - field_.values[i]);
            slopes_of(field_, rendered_px_, background_px_, scratch_);
            out[part] = picked(scratch_);
        }
    }
    [[nodiscard]] const std::array<std::vector<float>, 6>& derivatives() const { return derivatives_; }
    /// How many of the samples stand for one independent one: what the smoothing ties together, and a third more, by
    /// which about 95 % of the truths lie within the ellipses of 95 % (bench fusion, accuracy).
    [[nodiscard]] double samples_per_independent() const {
        constexpr double four_pi = 12.566, measured = 1.35;
        return measured * std::max(1.0, four_pi * smooth_px_ * smooth_px_);
    }

private:
    /// The radiograph's change, all of it taken to lie at the head's depth.
    void shifted(const Field& radiograph_there, const Rigid& pose, std::size_t part, Field& out) const {
        out = Field{radiograph_there.width, radiograph_there.height};
        const double depth = pose(centre_of_metal).z;
        std::array<double, 6> unit_step{};
        unit_step[part] = 1;
        const auto step = Step::of(unit_step);
        for (int y = 1; y + 1 < out.height; ++y) {
            const float* row = radiograph_there.row(y);
            const float* above = radiograph_there.row(y - 1);
            const float* below = radiograph_there.row(y + 1);
            for (int x = 1; x + 1 < out.width; ++x) {
                const float across = 0.5F * (row[x + 1] - row[x - 1]), down = 0.5F * (below[x] - above[x]);
                if (across == 0 && down == 0) continue;
                const auto slope = grid_.slope({static_cast<double>(x), static_cast<double>(y)});
                const Vec3 point{slope.x * depth, slope.y * depth, depth};
                const auto velocity = step.translation + cross(step.rotation, point - pose.translation);
                const auto pixels = grid_.velocity(point, velocity);
                out.row(y)[x] = -(across * static_cast<float>(pixels.x) + down * static_cast<float>(pixels.y));
            }
        }
    }
    [[nodiscard]] std::vector<float> picked(const Slopes& slopes) const {
        std::vector<float> out(2 * samples_.size());
        for (std::size_t i = 0; i < samples_.size(); ++i) {
            out[i] = slopes.x.values[samples_[i].index];
            out[i + samples_.size()] = slopes.y.values[samples_[i].index];
        }
        return out;
    }
    const std::vector<Solid>& head_;
    double smooth_px_;
    int step_;
    double per_mm_;
    double background_px_;
    double rendered_px_;  ///< what was rendered has not been through a detector
    Grid grid_;
    std::vector<HeadSample> samples_;
    std::vector<float> seen_;
    std::array<std::vector<float>, 6> derivatives_;
    Field field_, other_;
    Slopes scratch_;
};

/// 1 for a small residual, little for one that comes from elsewhere (a catheter, a rib's edge): Cauchy's.
std::vector<float> weights_of(const std::vector<float>& residuals, double& sigma) {
    const std::size_t count = residuals.size() / 2;
    std::vector<float> sizes(count);
    for (std::size_t i = 0; i < count; ++i)
        sizes[i] = residuals[i] * residuals[i] + residuals[i + count] * residuals[i + count];
    auto sorted = sizes;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(count / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    // The median square of two normal deviates is 1.386 σ².
    sigma = std::max(1e-6, std::sqrt(static_cast<double>(*middle) / 1.386));
    const auto half = static_cast<float>(2 * sigma * sigma);
    for (auto& size : sizes) size = half / (half + size);
    return sizes;
}

struct NormalEquations {
    Mat6 information{};  ///< of the six, the shadow's strength being unknown
    std::array<double, 6> pull{};
};

NormalEquations normal_of(const std::array<std::vector<float>, 6>& by, const std::vector<float>& rendered,
                          const std::vector<float>& residuals, double strength, double per_independent) {
    double sigma = 0;
    const auto weights = weights_of(residuals, sigma);
    const std::size_t count = weights.size();
    // Seven unknowns: the step, and the strength, whose derivative is the rendering itself.
    std::array<std::array<double, 8>, 7> sums{};
    for (std::size_t i = 0; i < 2 * count; ++i) {
        const float weight = weights[i < count ? i : i - count];
        if (weight <= 0) continue;
        std::array<float, 8> row{};
        for (std::size_t part = 0; part < 6; ++part) row[part] = static_cast<float>(strength) * by[part][i];
        row[6] = rendered[i];
        row[7] = residuals[i];
        for (std::size_t a = 0; a < 7; ++a) {
            const float weighed_part = weight * row[a];
            for (std::size_t b = a; b < 8; ++b) sums[a][b] += static_cast<double>(weighed_part * row[b]);
        }
    }
    const double scale = 1 / (sigma * sigma * per_independent);
    const double own = std::max(sums[6][6], 1e-12);
    NormalEquations out;
    for (std::size_t a = 0; a < 6; ++a) {
        out.pull[a] = scale * (sums[a][7] - sums[a][6] * sums[6][7] / own);
        for (std::size_t b = 0; b < 6; ++b)
            out.information[a][b] = scale * (sums[std::min(a, b)][std::max(a, b)] - sums[a][6] * sums[b][6] / own);
    }
    return out;
}

/// Least squares of seen against rendered, with what does not fit left out.
double strength_of(const std::vector<float>& seen_slopes, const std::vector<float>& rendered, double before) {
    std::vector<float> residuals(seen_slopes.size());
    for (std::size_t i = 0; i < residuals.size(); ++i)
        residuals[i] = seen_slopes[i] - static_cast<float>(before) * rendered[i];
    double sigma = 0;
    const auto weights = weights_of(residuals, sigma);
    double both = 0, own = 1e-12;
    for (std::size_t i = 0; i < residuals.size(); ++i) {
        const float weight = weights[i < weights.size() ? i : i - weights.size()];
        both += static_cast<double>(weight * rendered[i] * seen_slopes[i]);
        own += static_cast<double>(weight * rendered[i] * rendered[i]);
    }
    return both / own;
}

double patch_correlation(const LevelView& view, const std::vector<float>& rendered) {
    struct Sums {
        double both = 0, seen = 0, rendered = 0;
    };
    std::vector<Sums> patches;
    const auto& seen_slopes = view.seen_slopes();
    const std::size_t count = view.count();
    for (std::size_t i = 0; i < 2 * count; ++i) {
        const auto patch = static_cast<std::size_t>(view.samples()[i < count ? i : i - count].patch);
        if (patch >= patches.size()) patches.resize(patch + 1);
        const double s = seen_slopes[i], r = rendered[i];
        patches[patch].both += s * r;
        patches[patch].seen += s * s;
        patches[patch].rendered += r * r;
    }
    double sum = 0, all = 1e-12;
    for (const auto& patch : patches) {
        if (patch.rendered <= 0 || patch.seen <= 0) continue;
        const double weight = std::sqrt(patch.rendered);
        sum += weight * patch.both / std::sqrt(patch.seen * patch.rendered);
        all += weight;
    }
    return sum / all;
}

constexpr RefineLevel similarity_level{2, 1.2, 0, 0};
constexpr double usual_strength = 0.7, least_strength_tried = 0.15, most_strength_tried = 2;
constexpr double settled_mm = 0.15;

/// Where the head is drawn to by what is left of the picture, and by where it was looked for.
NormalEquations with_prior(NormalEquations normal, const Step& gone) {
    const auto values = gone.values();
    for (std::size_t part = 0; part < 6; ++part) {
        const double per = 1 / (step_reach[part] * step_reach[part]);
        normal.information[part][part] += per;
        normal.pull[part] -= per * values[part];
    }
    return normal;
}

/// Gauss-Newton at one level. False when the picture does not say where the head is.
bool lay(LevelView& view, const RefineLevel& level, const Rigid& start, HeadFit& fit) {
    auto& pose = fit.camera_from_head;
    auto rendered = view.rendered_slopes(pose);
    for (int i = 0; i < level.derivatives * level.steps; ++i) {
        if (i % level.steps == 0) view.take_derivatives(pose);
        const double strength = strength_of(view.seen_slopes(), rendered, fit.strength);
        fit.strength = std::clamp(strength, least_strength_tried, most_strength_tried);
        auto residuals = view.seen_slopes();
        for (std::size_t k = 0; k < residuals.size(); ++k)
            residuals[k] -= static_cast<float>(fit.strength) * rendered[k];
        const auto normal =
            with_prior(normal_of(view.derivatives(), rendered, residuals, fit.strength, view.samples_per_independent()),
                       step_between(start, pose));
        const auto covariance = inverse(normal.information);
        if (!covariance) return false;
        fit.covariance = *covariance;
        auto change = *covariance * normal.pull;
        double most = 1;
        for (std::size_t part = 0; part < 6; ++part) most = std::max(most, std::abs(change[part]) / longest_step[part]);
        for (auto& part : change) part /= most;
        pose = moved(pose, Step::of(change));
        fit.settled = most <= 1 && std::hypot(change[0], change[1]) < settled_mm;
        rendered = view.rendered_slopes(pose);
    }
    return true;
}

}  // namespace

std::vector<RefineLevel> levels_from_near() {
    return {{1.3, 1.3, 2, 1}, {4, 1.3, 2, 2}};
}

std::vector<RefineLevel> levels_from_guess() {
    return {{1, 1.4, 5, 1}, {2, 1.3, 3, 1}};
}

std::vector<RefineLevel> levels_from_before() {
    return {{1, 1.4, 4, 1}, {2, 1.3, 3, 1}, {4, 1.3, 2, 2}};
}

std::vector<RefineLevel> levels_from_find() {
    return {{2, 1.3, 3, 1}, {4, 1.3, 2, 2}};
}

std::optional<HeadFit> Refiner::refine(const transport::Pixels& xray, const DetectorImage& image,
                                       const Rigid& camera_from_head, const std::vector<RefineLevel>& levels) const {
    if (xray.width < image.columns || xray.height < image.rows) return std::nullopt;
    HeadFit fit{camera_from_head};
    fit.strength = usual_strength;
    for (const auto& level : levels) {
        if (!(fit.camera_from_head.translation.z > 1)) return std::nullopt;
        LevelView view{head_, extent_, xray, image, fit.camera_from_head, level};
        if (!view.sees_enough() || !lay(view, level, camera_from_head, fit)) return std::nullopt;
    }
    fit.similarity = similarity(xray, image, fit.camera_from_head);
    return fit;
}

double Refiner::similarity(const transport::Pixels& xray, const DetectorImage& image,
                           const Rigid& camera_from_head) const {
    if (xray.width < image.columns || xray.height < image.rows) return 0;
    if (!(camera_from_head.translation.z > 1)) return 0;
    LevelView view{head_, extent_, xray, image, camera_from_head, similarity_level};
    if (!view.sees_enough()) return 0;
    return patch_correlation(view, view.rendered_slopes(camera_from_head));
}

}  // namespace augment
