// The frames of a result, read back from the .csv beside it: what reports and traces are drawn from.
#pragma once

#include "bench/figure_names.hpp"

#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// A row: one frame at its first presentation. Times are µs of the display's clock.
struct ReportedFrame {
    std::size_t repeat = 1;  ///< from 1
    std::string stream;
    std::uint32_t sequence = 0;
    std::int64_t captured_us = 0;
    std::int64_t presented_us = 0;
    std::optional<std::int64_t> gap_us{};
    std::uint32_t skipped_before = 0;
    bool after_freeze = false;

    [[nodiscard]] std::int64_t latency_us() const { return presented_us - captured_us; }
    bool operator==(const ReportedFrame&) const = default;
};

inline constexpr std::size_t most_reported_frames = 10'000'000;

/// Strict: throws std::runtime_error with the number of the line that is no row of frames_header, whose latency is not
/// the difference of its times, or the last when it has no end.
[[nodiscard]] std::vector<ReportedFrame> read_frames(std::istream& csv);
/// The same; names the file.
[[nodiscard]] std::vector<ReportedFrame> read_frames(const std::filesystem::path& path);

}  // namespace bench
