// deliveries.csv: what came to displays that do not decode, and the figures made of it. Pure.
#pragma once

#include "transport/latency.hpp"

#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::string_view deliveries_header =
    "display,delivered_us,ultrasound_us,xray_us,bytes,missing,keyframes_asked\n";

/// One picture, whole.
struct Delivery {
    std::string display;
    std::int64_t delivered_us = 0;
    std::int64_t ultrasound_us = -1;  ///< captured; -1: this source frame came before, or its time is unknown
    std::int64_t xray_us = -1;
    std::uint64_t bytes = 0;
    std::uint64_t missing = 0;          ///< gaps in the sequence since this display's start
    std::uint64_t keyframes_asked = 0;  ///< since this display's start
    bool operator==(const Delivery&) const = default;
};
[[nodiscard]] std::string to_line(const Delivery& of);
/// A last line that is not whole is passed over. Throws std::runtime_error with the number of a malformed line.
[[nodiscard]] std::vector<Delivery> read_deliveries(std::istream& csv);
/// The same; throws std::runtime_error naming the file that cannot be opened.
[[nodiscard]] std::vector<Delivery> read_deliveries(const std::filesystem::path& path);

/// All displays together, of what was delivered from `from_us` until before `until_us`.
struct DeliveryFigures {
    transport::Percentiles ultrasound;  ///< captured → delivered
    transport::Percentiles xray;
    std::uint64_t pictures = 0;
    std::uint64_t missing = 0;
    std::uint64_t keyframes_asked = 0;
    double kbit_per_s = 0;  ///< of one display, packet headers apart
};
[[nodiscard]] DeliveryFigures delivery_figures(const std::vector<Delivery>& deliveries, std::int64_t from_us,
                                               std::int64_t until_us);

}  // namespace bench
