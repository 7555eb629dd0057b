// Any bytes as a benchmark's floors: refused in one line, or figures that keep what they promise.
// alone: bench/figure_names.cpp bench/floors.cpp bench/floors_read_json.cpp
// alone: transport/plain_text.cpp transport/timeline.cpp
#include "bench/figure_names.hpp"
#include "bench/floors.hpp"
#include "transport/plain_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto floors = bench::read_floors(std::string_view{reinterpret_cast<const char*>(data), size});
        for (const auto& floor : floors.hops) {
            check(bench::is_stream_name(floor.stream) && floor.width >= 0 && floor.height >= 0);
            check(floor.paced.p50 >= 0 && floor.paced.p99 >= 0 && floors.find(floor.stream, floor.stage) == &floor);
        }
    } catch (const std::runtime_error& error) {
        const std::string_view line = error.what();
        check(!line.empty() && line.size() < 1000 && transport::is_plain_text(line));
    }
    return 0;
}
