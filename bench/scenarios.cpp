#include "bench/scenario.hpp"

#include "transport/options.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

// A file of the program between two symbols.
#define SCENARIO_FILE(symbol, file)                                                                                 \
    __asm__(".section .rodata\n.global scenario_" #symbol "\nscenario_" #symbol ":\n.incbin \"" SCIALYTIC_SCENARIOS \
            "/" file "\"\n.global scenario_end_" #symbol "\nscenario_end_" #symbol ":\n.byte 0\n.previous\n");      \
    extern "C" const char scenario_##symbol[];                                                                      \
    extern "C" const char scenario_end_##symbol[];

SCENARIO_FILE(cathlab, "cathlab.yaml")
SCENARIO_FILE(cathlab_hd, "cathlab-hd.yaml")
SCENARIO_FILE(ambulance, "ambulance.yaml")
SCENARIO_FILE(multi_display, "multi-display.yaml")
SCENARIO_FILE(reference_3gpp, "3gpp.yaml")
#undef SCENARIO_FILE

namespace bench {

namespace {

struct ShippedScenario {
    std::string_view name;
    const char* begin;
    const char* end;
};
constexpr std::array<ShippedScenario, 5> shipped{{
    {"cathlab", scenario_cathlab, scenario_end_cathlab},
    {"cathlab-hd", scenario_cathlab_hd, scenario_end_cathlab_hd},
    {"ambulance", scenario_ambulance, scenario_end_ambulance},
    {"multi-display", scenario_multi_display, scenario_end_multi_display},
    {"3gpp", scenario_reference_3gpp, scenario_end_reference_3gpp},
}};

Scenario read_shipped(const ShippedScenario& one) {
    return read_scenario({one.begin, static_cast<std::size_t>(one.end - one.begin)}, fmt::format("{}.yaml", one.name));
}

}  // namespace

std::vector<Scenario> shipped_scenarios() {
    std::vector<Scenario> out;
    for (const auto& one : shipped) out.push_back(read_shipped(one));
    return out;
}

Scenario find_scenario(const std::string& name) {
    std::vector<std::string_view> names;
    for (const auto& one : shipped) {
        if (one.name == name) return read_shipped(one);
        names.push_back(one.name);
    }
    std::ifstream file{name, std::ios::binary};
    if (!name.ends_with(".yaml") || !file)
        throw transport::UsageError{
            fmt::format("bench: no scenario {}; there are {}, or a file NAME.yaml with one of your own",
                        transport::in_quotes(name), fmt::join(names, ", "))};
    return read_scenario(std::string{std::istreambuf_iterator<char>{file}, {}}, name);
}

}  // namespace bench
