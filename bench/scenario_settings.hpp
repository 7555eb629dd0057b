// A scenario's options as numbers.
#pragma once

#include "bench/scenario.hpp"
#include "transport/options_schema.hpp"

#include <string>
#include <string_view>

namespace bench {

/// A whole number among the scenario's options, else its default.
[[nodiscard]] inline int whole_option(const Scenario& scenario, const std::string& key) {
    const auto found = scenario.options.find(key);
    // What was set was checked then; what is shown of a whole number is one.
    const auto* known = transport::find_key(key);
    return std::stoi(found == scenario.options.end() ? known->show(*known, transport::Options{}) : found->second);
}

}  // namespace bench
