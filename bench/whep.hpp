// A program that watches by WHEP, many of which fit on one machine: it receives and reads the stamps, but decodes
// nothing.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// `scialytic bench whep ADDRESS BEARER NAME OUT`: writes deliveries (bench/deliveries.hpp) to OUT once a second until
/// stopped. With "-" for OUT: until the first keyframe, then it takes its leave. Throws std::runtime_error in one line.
int run_whep(const std::vector<std::string>& words);

}  // namespace bench
