#include "bench/samples.hpp"

#include <string>
#include <string_view>

namespace bench {

std::vector<Quality> judged_samples(const std::filesystem::path& folder, std::int64_t from_us,
                                    const transport::Rect& pane, const std::vector<Luma>& references) {
    constexpr std::string_view prefix = "sample_";
    std::vector<Quality> out;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        const auto stem = entry.path().stem().string();
        if (entry.path().extension() != ".pgm" || !stem.starts_with(prefix)) continue;
        if (std::stoll(stem.substr(prefix.size())) < from_us) continue;
        out.push_back(best_quality(crop(read_pgm(entry.path()), pane), references));
    }
    return out;
}

}  // namespace bench
