// codes.csv: what the in-picture codes told at every presentation, and the figures made of it.
#pragma once

#include "transport/frame.hpp"

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::string_view codes_header = "presented_us,stream,sequence,time_us\n";

/// One code in one presented picture.
struct SeenCode {
    std::int64_t presented_us = 0;
    transport::StreamId stream = 0;
    std::uint32_t sequence = 0;
    std::int64_t time_us = 0;
    bool operator==(const SeenCode&) const = default;
};

/// A last line that is not whole is passed over (the file may be growing). Throws std::runtime_error with the line's
/// number when another is malformed, or the header is another.
[[nodiscard]] std::vector<SeenCode> read_codes(std::istream& csv);
/// The same; throws std::runtime_error naming the file that cannot be opened.
[[nodiscard]] std::vector<SeenCode> read_codes(const std::filesystem::path& path);

/// Of each stream the frames that were newer than all before them, at their first presentation.
[[nodiscard]] std::map<transport::StreamId, std::vector<SeenCode>> first_shown(const std::vector<SeenCode>& codes);

/// Of one stream, warm-up excluded: latency from captured to the first presentation of each frame.
struct StreamFigures {
    std::uint64_t frames = 0;  ///< presented
    std::uint64_t lost = 0;    ///< gaps in the sequence
    std::int64_t p50_us = 0;
    std::int64_t p99_us = 0;
    std::int64_t max_us = 0;
};

/// When measuring begins: `warm_up` after every one of `streams` has been seen; nothing while one has not.
[[nodiscard]] std::optional<std::int64_t> measuring_from(const std::vector<SeenCode>& codes,
                                                         const std::vector<transport::StreamId>& streams,
                                                         transport::Microseconds warm_up);
/// By stream. `from_us`: presentations before it do not count.
[[nodiscard]] std::map<transport::StreamId, StreamFigures> figures_of(const std::vector<SeenCode>& codes,
                                                                      std::int64_t from_us);

}  // namespace bench
