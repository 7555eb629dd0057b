#include "bench/quality.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace bench {

namespace {

constexpr int window = 8;
constexpr int stride = 4;
constexpr double peak = 255;
constexpr double c1 = 0.01 * peak * 0.01 * peak;
constexpr double c2 = 0.03 * peak * 0.03 * peak;
constexpr double psnr_of_equals = 100;

void check(const Luma& a, const Luma& b) {
    if (a.width != b.width || a.height != b.height || a.values.empty())
        throw std::invalid_argument("quality: the pictures differ in size");
}

double ssim_of_window(const Luma& a, const Luma& b, int left, int top) {
    double sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0;
    for (int y = top; y < top + window; ++y) {
        const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(a.width);
        for (int x = left; x < left + window; ++x) {
            const double va = a.values[row + static_cast<std::size_t>(x)];
            const double vb = b.values[row + static_cast<std::size_t>(x)];
            sum_a += va;
            sum_b += vb;
            sum_aa += va * va;
            sum_bb += vb * vb;
            sum_ab += va * vb;
        }
    }
    constexpr double count = window * window;
    const double mean_a = sum_a / count;
    const double mean_b = sum_b / count;
    const double variances = sum_aa / count - mean_a * mean_a + sum_bb / count - mean_b * mean_b;
    const double covariance = sum_ab / count - mean_a * mean_b;
    return (2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
           ((mean_a * mean_a + mean_b * mean_b + c1) * (variances + c2));
}

}  // namespace

double psnr_db(const Luma& shown, const Luma& reference) {
    check(shown, reference);
    double squares = 0;
    for (std::size_t i = 0; i < shown.values.size(); ++i) {
        const double difference = static_cast<double>(shown.values[i]) - reference.values[i];
        squares += difference * difference;
    }
    if (squares == 0) return psnr_of_equals;
    return 10 * std::log10(peak * peak * static_cast<double>(shown.values.size()) / squares);
}

double ssim(const Luma& shown, const Luma& reference) {
    check(shown, reference);
    if (shown.width < window || shown.height < window) throw std::invalid_argument("quality: smaller than 8x8 pixels");
    double sum = 0;
    int count = 0;
    for (int y = 0; y + window <= shown.height; y += stride)
        for (int x = 0; x + window <= shown.width; x += stride, ++count) sum += ssim_of_window(shown, reference, x, y);
    return sum / count;
}

Quality best_quality(const Luma& shown, const std::vector<Luma>& references) {
    if (references.empty()) throw std::invalid_argument("quality: nothing to compare with");
    const Luma* best = nullptr;
    double best_psnr = 0;
    for (const auto& reference : references) {
        const double here = psnr_db(shown, reference);
        if (best != nullptr && here <= best_psnr) continue;
        best = &reference;
        best_psnr = here;
    }
    return {best_psnr, ssim(shown, *best)};
}

}  // namespace bench
