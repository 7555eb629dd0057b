#include "bench/floors.hpp"

#include <algorithm>

namespace bench {

using namespace transport;

const Floor* Floors::find(std::string_view stream, Stage stage) const {
    const auto found =
        std::ranges::find_if(hops, [&](const Floor& hop) { return hop.stream == stream && hop.stage == stage; });
    return found == hops.end() ? nullptr : &*found;
}

const std::vector<Stage>& floor_stages() {
    using enum Stage;
    static const std::vector stages{encoded,   received,  decoded,  fused,    encoded_for_view,
                                    published, delivered, unpacked, presented};
    return stages;
}

std::optional<double> codec_sum(const Floors& floors, std::string_view stream) {
    double sum = 0;
    for (const auto stage : {Stage::encoded, Stage::decoded, Stage::encoded_for_view, Stage::unpacked}) {
        const auto* floor = floors.find(stream, stage);
        if (floor == nullptr) return std::nullopt;
        sum += floor->paced.p50;
    }
    return sum;
}

}  // namespace bench
