// Any bytes as a scenario's YAML file: a scenario that can be played, or one line of refusal.
// alone: bench/budget.cpp bench/scenario.cpp bench/scenario_yaml.cpp with transport
#include "bench/scenario.hpp"
#include "transport/options.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto scenario = bench::read_scenario({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
        if (scenario.sources.empty() || scenario.displays < 1 || bench::variants(scenario).empty()) std::abort();
    } catch (const transport::UsageError& error) {
        if (std::string_view{error.what()}.find('\n') != std::string_view::npos) std::abort();
    }
    return 0;
}
