// Any bytes as the frames of a result: refused in one line, or frames that keep what they promise.
// alone: bench/figure_names.cpp bench/report_frames.cpp transport/plain_text.cpp transport/timeline.cpp
#include "bench/report_frames.hpp"
#include "transport/plain_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::istringstream csv{std::string{reinterpret_cast<const char*>(data), size}};
    try {
        for (const auto& frame : bench::read_frames(csv)) {
            check(frame.repeat > 0 && bench::is_stream_name(frame.stream));
            check(frame.captured_us + frame.latency_us() == frame.presented_us);
        }
    } catch (const std::runtime_error& error) {
        const std::string_view words{error.what()};
        check(!words.empty() && words.size() < 1000 && transport::is_plain_text(words));
    }
    return 0;
}
