// What views have made since the start, for a scrape: kept by kind, not by view, so that it only grows.
#pragma once

#include "transport/codec.hpp"
#include "transport/metrics/hops.hpp"
#include "transport/options.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace augment {

/// Pictures of one layout and profile, in whatever sizes.
struct MadePictures {
    std::atomic<std::uint64_t> pictures{0};
    std::atomic<std::uint64_t> bytes{0};
};

/// Any thread.
struct Made {
    static constexpr std::size_t layouts = 5;
    static constexpr std::size_t profiles = 2;
    std::array<std::array<MadePictures, profiles>, layouts> kinds{};
    transport::HopTimes hops;

    [[nodiscard]] MadePictures& of(transport::Layout layout, transport::CodecProfile profile) {
        return kinds.at(static_cast<std::size_t>(layout)).at(static_cast<std::size_t>(profile));
    }
};

/// As a label says it: who watches such pictures.
[[nodiscard]] inline std::string_view watched_by(transport::CodecProfile profile) {
    return profile == transport::CodecProfile::browser ? "browser" : "display";
}

}  // namespace augment
