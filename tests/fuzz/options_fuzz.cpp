// Any bytes as a YAML file: options, or one line of refusal.
#include "transport/options.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto options = transport::read_options_text({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
        if (!(options.opacity >= 0 && options.opacity <= 1) || options.canvas_width % 2 != 0) std::abort();
    } catch (const transport::UsageError& error) {
        if (std::string_view{error.what()}.find('\n') != std::string_view::npos) std::abort();
    }
    return 0;
}
