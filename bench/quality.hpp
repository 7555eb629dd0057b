// How true the shown picture is to the source: speed is not bought with blur.
#pragma once

#include "bench/luma.hpp"

#include <vector>

namespace bench {

struct Quality {
    double psnr_db = 0;
    double ssim = 0;
};

/// 10 log10(255^2 / mean squared error); 100 for equal pictures. Both throw std::invalid_argument when the sizes
/// differ.
[[nodiscard]] double psnr_db(const Luma& shown, const Luma& reference);
/// Mean structural similarity over 8x8 windows, 4 pixels apart (Wang et al. 2004: C1 = (0.01*255)^2,
/// C2 = (0.03*255)^2, population moments). At least 8x8 pixels.
[[nodiscard]] double ssim(const Luma& shown, const Luma& reference);

/// Against the reference that it is closest to: which frame of a loop was shown is told by the pixels.
/// Throws std::invalid_argument without references.
[[nodiscard]] Quality best_quality(const Luma& shown, const std::vector<Luma>& references);

}  // namespace bench
