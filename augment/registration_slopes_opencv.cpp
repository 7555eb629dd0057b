#include "augment/registration_slopes.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

cv::Mat mat_of(const Field& field) {
    // cv::Mat knows no const memory; what comes in as const is only read.
    return {field.height, field.width, CV_32F, const_cast<float*>(field.values.data())};
}

/// Twice a box of this width is about a Gaussian of that σ; odd.
int box_width(double sigma) {
    const int width = static_cast<int>(std::lround(std::sqrt(6 * sigma * sigma + 1)));
    return std::max(3, width | 1);
}

}  // namespace

void slopes_of(const Field& field, double smooth_px, double background_px, Slopes& out) {
    for (auto* part : {&out.x, &out.y})
        if (part->width != field.width || part->height != field.height) *part = Field{field.width, field.height};
    if (field.width < 3 || field.height < 3) return;
    const cv::Mat picture = mat_of(field);
    cv::Mat smooth, background;
    const int taps = 2 * std::max(1, static_cast<int>(std::ceil(3 * smooth_px))) + 1;
    cv::GaussianBlur(picture, smooth, {taps, taps}, smooth_px, smooth_px, cv::BORDER_REPLICATE);
    const int box = box_width(background_px);
    cv::blur(picture, background, {box, box}, {-1, -1}, cv::BORDER_REPLICATE);
    cv::blur(background, background, {box, box}, {-1, -1}, cv::BORDER_REPLICATE);
    smooth -= background;
    for (int y = 0; y < field.height; ++y) {
        const auto* here = smooth.ptr<float>(y);
        const auto* above = smooth.ptr<float>(std::max(y - 1, 0));
        const auto* below = smooth.ptr<float>(std::min(y + 1, field.height - 1));
        float* x_slope = out.x.row(y);
        float* y_slope = out.y.row(y);
        for (int x = 1; x + 1 < field.width; ++x) x_slope[x] = 0.5F * (here[x + 1] - here[x - 1]);
        x_slope[0] = x_slope[field.width - 1] = 0;
        for (int x = 0; x < field.width; ++x) y_slope[x] = 0.5F * (below[x] - above[x]);
    }
}

Field seen(const transport::Pixels& xray, const Grid& grid) {
    const auto& region = grid.region();
    Field out{region.width, region.height};
    const int step = grid.step();
    const auto whole = static_cast<float>(step * step);
    for (int y = 0; y < region.height; ++y)
        for (int x = 0; x < region.width; ++x) {
            int sum = 0;
            for (int line = 0; line < step; ++line) {
                const auto* from = xray.row(0, (region.y + y) * step + line) + (region.x + x) * step;
                for (int i = 0; i < step; ++i) sum += from[i];
            }
            out.row(y)[x] = -std::log((static_cast<float>(sum) / whole + 1) / 256);
        }
    return out;
}

}  // namespace augment
