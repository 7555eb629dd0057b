#include "bench/trace_hgrm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace bench {

std::string hgrm(const transport::Histogram& histogram) {
    constexpr double steps_per_halving = 5;
    const auto buckets = histogram.buckets();
    const auto total = static_cast<double>(histogram.count());
    std::string out =
        fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    double mean = 0;
    double sum = 0;
    double asked = 0;  // a share of the values, 0 to 1
    for (const auto& bucket : buckets) {
        const double ms = static_cast<double>(bucket.us) / 1000;
        mean += ms * static_cast<double>(bucket.count) / total;
        sum += static_cast<double>(bucket.count);
        const bool last = sum == total;
        while (!last && asked <= sum / total) {
            fmt::format_to(std::back_inserter(out), "{:12.3f} {:2.12f} {:10.0f} {:14.2f}\n", ms, asked, sum,
                           1 / (1 - asked));
            const double halvings = std::floor(std::log2(1 / (1 - asked))) + 1;
            asked += 1 / (steps_per_halving * std::pow(2, halvings));
        }
        if (last) fmt::format_to(std::back_inserter(out), "{:12.3f} {:2.12f} {:10.0f}\n", ms, 1.0, sum);
    }
    double variance = 0;
    for (const auto& bucket : buckets)
        variance +=
            std::pow(static_cast<double>(bucket.us) / 1000 - mean, 2) * static_cast<double>(bucket.count) / total;
    const double most = buckets.empty() ? 0 : static_cast<double>(buckets.back().us) / 1000;
    return out + fmt::format(
                     "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n#[Max     = {:12.3f}, Total count    = "
                     "{:12.0f}]\n#[Buckets = {:12}, SubBuckets     = {:12}]\n",
                     mean, std::sqrt(variance), most, total, 16, 2048);
}

}  // namespace bench
