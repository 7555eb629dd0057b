// Any bytes at the port of the metrics, in two pieces: once decided, what comes later changes nothing.
// alone: transport/metrics/request.cpp
#include "transport/metrics/request.hpp"

#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace transport;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto whole = read_metrics_request(text);
    const auto part = read_metrics_request(text.substr(0, size == 0 ? 0 : data[size - 1] % size));
    if (part != MetricsRequest::incomplete && part != whole) std::abort();
    if (whole == MetricsRequest::metrics && !text.starts_with("GET /metrics")) std::abort();
    if (whole == MetricsRequest::incomplete && size >= most_request_bytes) std::abort();
    return 0;
}
