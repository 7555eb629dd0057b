#include "devices/synthetic_texture.hpp"

#include <algorithm>
#include <cmath>

namespace devices {

Texture::Texture(int columns, int rows, float value)
    : width{columns}, height{rows}, values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), value) {}

float Texture::sample(float x, float y) const {
    x = std::clamp(x, 0.0F, static_cast<float>(width - 1));
    y = std::clamp(y, 0.0F, static_cast<float>(height - 1));
    const int left = std::min(static_cast<int>(x), width - 2), top = std::min(static_cast<int>(y), height - 2);
    const float fx = x - static_cast<float>(left), fy = y - static_cast<float>(top);
    const float upper = at(left, top) + fx * (at(left + 1, top) - at(left, top));
    const float lower = at(left, top + 1) + fx * (at(left + 1, top + 1) - at(left, top + 1));
    return upper + fy * (lower - upper);
}

float Texture::sample_tiled(float x, float y) const {
    const float floor_x = std::floor(x), floor_y = std::floor(y);
    const int left = static_cast<int>(floor_x) & (width - 1), top = static_cast<int>(floor_y) & (height - 1);
    const int right = (left + 1) & (width - 1), bottom = (top + 1) & (height - 1);
    const float fx = x - floor_x, fy = y - floor_y;
    const float upper = at(left, top) + fx * (at(right, top) - at(left, top));
    const float lower = at(left, bottom) + fx * (at(right, bottom) - at(left, bottom));
    return upper + fy * (lower - upper);
}

namespace {

/// One line of the separable blur; `step` between its values.
void blur_line(float* line, int length, std::ptrdiff_t step, const std::vector<float>& kernel, bool tiled,
               std::vector<float>& work) {
    const int radius = static_cast<int>(kernel.size()) - 1;
    const auto source = [&](int i) {
        i = tiled ? (i % length + length) % length : std::clamp(i, 0, length - 1);
        return line[i * step];
    };
    work.clear();
    for (int i = -radius; i < length + radius; ++i) work.push_back(source(i));
    for (int i = 0; i < length; ++i) {
        const float* center = work.data() + i + radius;
        float sum = kernel[0] * center[0];
        for (int k = 1; k <= radius; ++k) sum += kernel[static_cast<std::size_t>(k)] * (center[k] + center[-k]);
        line[i * step] = sum;
    }
}

/// Half a Gaussian: kernel[0] is the middle.
std::vector<float> half_gaussian(float sigma) {
    std::vector<float> kernel;
    float sum = 0;
    for (int k = 0; k <= static_cast<int>(std::ceil(2.5F * sigma)); ++k) {
        const float distance = static_cast<float>(k) / sigma;
        kernel.push_back(std::exp(-0.5F * distance * distance));
        sum += (k == 0 ? 1.0F : 2.0F) * kernel.back();
    }
    for (auto& weight : kernel) weight /= sum;
    return kernel;
}

}  // namespace

void Texture::blur(float sigma_x, float sigma_y, bool tiled) {
    std::vector<float> work;
    if (sigma_x > 0) {
        const auto kernel = half_gaussian(sigma_x);
        for (int y = 0; y < height; ++y) blur_line(&at(0, y), width, 1, kernel, tiled, work);
    }
    if (sigma_y > 0) {
        const auto kernel = half_gaussian(sigma_y);
        for (int x = 0; x < width; ++x) blur_line(&at(x, 0), height, width, kernel, tiled, work);
    }
}

Texture normal_noise(int width, int height, std::uint32_t seed) {
    Texture noise{width, height};
    std::uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1;
    for (auto& value : noise.values) {
        // splitmix64; the sum of eight bytes is close enough to normal, and the same on every machine.
        state += 0x9E3779B97F4A7C15ULL;
        std::uint64_t bits = state;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
        bits ^= bits >> 31;
        int sum = 0;
        for (int byte = 0; byte < 8; ++byte) sum += static_cast<int>((bits >> (8 * byte)) & 0xFF);
        value = (static_cast<float>(sum) - 1020.0F) / 209.0F;
    }
    return noise;
}

Texture speckle_power(int width, int height, float sigma_x, float sigma_y, std::uint32_t seed) {
    auto real = normal_noise(width, height, seed), imaginary = normal_noise(width, height, seed + 1);
    real.blur(sigma_x, sigma_y, true);
    imaginary.blur(sigma_x, sigma_y, true);
    double sum = 0;
    for (std::size_t i = 0; i < real.values.size(); ++i) {
        auto& value = real.values[i];
        value = value * value + imaginary.values[i] * imaginary.values[i];
        sum += static_cast<double>(value);
    }
    const auto scale = static_cast<float>(static_cast<double>(real.values.size()) / sum);
    for (auto& value : real.values) value *= scale;
    return real;
}

float smooth_step(float from, float to, float value) {
    const float share = std::clamp((value - from) / (to - from), 0.0F, 1.0F);
    return share * share * (3 - 2 * share);
}

}  // namespace devices
