#include "augment/registration_search.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace augment {

namespace {

constexpr double search_pixels_per_mm = 1;
constexpr double search_smooth_px = 1;
constexpr double search_background_px = 3;
constexpr double candidate_apart_mm = 5;
constexpr double candidate_apart_rad = 0.3;
constexpr int peaks_per_template = 3;

/// How the head may be turned, in W.
std::vector<Mat3> orientations(const SearchSettings& settings) {
    constexpr double degree = std::numbers::pi / 180;
    const int tilts = static_cast<int>(std::lround(settings.tilt / settings.step));
    const int rolls = static_cast<int>(std::lround(settings.roll / settings.step));
    std::vector<Mat3> out;
    for (int a = -tilts; a <= tilts; ++a)
        for (int b = -tilts; b <= tilts; ++b) {
            if (a * a + b * b > (tilts + 0.3) * (tilts + 0.3)) continue;
            for (int roll = -rolls; roll <= rolls; ++roll) {
                const double step = settings.step * degree;
                out.push_back(settings.usual * turn({step * a, 0, step * b}) * turn({0, step * roll, 0}));
            }
        }
    return out;
}

/// Slopes as one complex picture, strong ones held back: a bone's edge must not outweigh the head.
cv::Mat arrows_of(const Field& field) {
    Slopes slopes;
    slopes_of(field, search_smooth_px, search_background_px, slopes);
    cv::Mat out(field.height, field.width, CV_32FC2);  // braces would make it a list
    for (int y = 0; y < field.height; ++y)
        for (int x = 0; x < field.width; ++x) {
            const float dx = slopes.x.row(y)[x], dy = slopes.y.row(y)[x];
            const float size = std::hypot(dx, dy);
            constexpr float nothing = 1e-3F;
            const float scale = size > nothing ? 1 / std::sqrt(size) : 0;
            out.at<cv::Vec2f>(y, x) = {scale * dx, scale * dy};
        }
    return out;
}

struct Peak {
    float score = 0;
    cv::Point at;
};
/// The highest ones, each at least as far from the others as heads lie apart.
std::vector<Peak> peaks_of(cv::Mat scores, int apart) {
    std::vector<Peak> out;
    for (int i = 0; i < peaks_per_template; ++i) {
        double most = 0;
        cv::Point at;
        cv::minMaxLoc(scores, nullptr, &most, nullptr, &at);
        if (!(most > 0)) break;
        out.push_back({static_cast<float>(most), at});
        cv::circle(scores, at, apart, cv::Scalar::all(0), cv::FILLED);
    }
    return out;
}

/// Turns the line of sight through the middle of the picture into this one.
Mat3 towards(Vec3 ray) {
    const auto axis = cross({0, 0, 1}, unit(ray));
    const double sine = length(axis);
    return sine < 1e-9 ? identity() : turn((std::asin(sine) / sine) * axis);
}

struct Candidate {
    float score = 0;
    Rigid pose;
};

bool alike(const Rigid& a, const Rigid& b) {
    const auto step = step_between(a, b);
    return length(step.translation) < candidate_apart_mm && length(step.rotation) < candidate_apart_rad;
}

std::vector<Rigid> best_of(std::vector<Candidate> found, int kept) {
    std::ranges::sort(found, [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    std::vector<Rigid> out;
    for (const auto& candidate : found) {
        if (static_cast<int>(out.size()) >= kept) break;
        if (std::ranges::none_of(out, [&](const Rigid& other) { return alike(candidate.pose, other); }))
            out.push_back(candidate.pose);
    }
    return out;
}

}  // namespace

std::vector<Rigid> candidates(const transport::Pixels& xray, const XrayCamera& camera, const std::vector<Solid>& head,
                              const SearchSettings& settings) {
    const double depth = camera.in_camera({0, 0, 0}).z;
    const double per_mm = std::sqrt(std::abs(determinant(camera.image().per_slope))) / depth;
    const int step = std::max(1, static_cast<int>(std::lround(per_mm / search_pixels_per_mm)));
    const int width = std::min(xray.width, camera.image().columns) / step;
    const int height = std::min(xray.height, camera.image().rows) / step;
    if (width < 32 || height < 32) return {};
    const Grid grid{camera.image(), step, {0, 0, width, height}};

    cv::Mat picture;
    cv::dft(arrows_of(seen(xray, grid)), picture, cv::DFT_COMPLEX_OUTPUT);
    const auto apart = static_cast<int>(std::ceil(candidate_apart_mm * per_mm / step));
    const cv::Point middle{width / 2, height / 2};
    const auto slope_there = grid.slope({width / 2.0, height / 2.0});
    const Vec3 ray_there{slope_there.x, slope_there.y, 1};
    std::vector<Candidate> found;
    Field field;
    for (const auto& in_world : orientations(settings)) {
        const auto rotation = camera.rotation() * in_world;
        radiograph(head, grid, {towards(ray_there) * rotation, depth * ray_there}, field);
        const auto arrows = arrows_of(field);
        const double norm = cv::norm(arrows);
        if (!(norm > 0)) continue;
        cv::Mat spectrum, scores;
        cv::dft(arrows, spectrum, cv::DFT_COMPLEX_OUTPUT);
        cv::mulSpectrums(picture, spectrum, spectrum, 0, true);
        cv::dft(spectrum, scores, cv::DFT_INVERSE | cv::DFT_COMPLEX_OUTPUT);
        cv::extractChannel(scores, scores, 0);
        for (const auto& peak : peaks_of(scores, apart)) {
            // A correlation's shift wraps round.
            const cv::Point at{(peak.at.x + middle.x) % width, (peak.at.y + middle.y) % height};
            const auto slope = grid.slope({static_cast<double>(at.x), static_cast<double>(at.y)});
            const Vec3 ray{slope.x, slope.y, 1};
            found.push_back({static_cast<float>(peak.score / norm), {towards(ray) * rotation, depth * ray}});
        }
    }
    return best_of(std::move(found), settings.kept);
}

}  // namespace augment
