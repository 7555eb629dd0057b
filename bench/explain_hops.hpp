// A frame's way in parts that follow each other from captured to presented, each with what it took and its floor.
#pragma once

#include "bench/figures.hpp"
#include "bench/floors.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// A part of the way, as results measure it.
enum class PathPart : unsigned char {
    encode,
    uplink,
    decode,
    pair,
    fuse,
    annotate,
    encode_view,
    publish,
    downlink,
    unpack,
    present
};
inline constexpr std::size_t path_part_count = 11;
/// "the source's encoder (captured → encoded)"
[[nodiscard]] std::string words_of(PathPart part);

/// Of one stream. What could not be told is missing, and `why` says why.
struct ExplainedPart {
    PathPart part = PathPart::encode;
    std::optional<double> p50;  ///< ms
    std::optional<double> p99;
    std::string why;
    const Floor* floor = nullptr;  ///< null: not measured, or there is none

    /// Of the median, what the floor does not account for: queueing and scheduling. Nothing without both.
    [[nodiscard]] std::optional<double> above_floor() const;
};

/// In the order of PathPart. `floors` must outlive it; null: none.
[[nodiscard]] std::vector<ExplainedPart> explained_parts(const std::vector<Told>& figures, const std::string& stream,
                                                         const Floors* floors);

}  // namespace bench
