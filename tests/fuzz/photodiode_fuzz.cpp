// Any bytes: no recording may make the readers or the search for edges read or count beyond it.
// alone: bench/photodiode_read.cpp bench/photodiode.cpp transport/latency.cpp
#include "bench/photodiode.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    for (const auto read : {bench::read_light_wav, bench::read_light_lines}) {
        try {
            (void)bench::light_report(read(bytes));
        } catch (const std::runtime_error&) {  // refused in one line
        }
    }
    return 0;
}
