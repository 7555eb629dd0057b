// What somebody asks for at the port of the metrics, as far as it has come. Pure; any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace transport {

enum class MetricsRequest : std::uint8_t {
    incomplete,  ///< read on
    metrics,     ///< GET /metrics
    other,       ///< something that is not here
    not_http,    ///< no request of HTTP/1, or longer than most_request_bytes
};
inline constexpr std::size_t most_request_bytes = 4096;

/// Decided with the empty line behind the headers, which are not read, or with the first byte that cannot be right.
/// What comes behind changes nothing.
[[nodiscard]] MetricsRequest read_metrics_request(std::string_view so_far);

}  // namespace transport
