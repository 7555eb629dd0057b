// Programs that watch a remote session, many of which fit on one machine: they receive and read the stamps, but decode
// nothing.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// `scialytic bench whep ADDRESS BEARER NAME OUT`: by WHEP, a connection of its own. Writes deliveries
/// (bench/deliveries.hpp) to OUT once a second until stopped. With "-" for OUT: until the first keyframe, then it takes
/// its leave. Throws std::runtime_error in one line.
int run_whep(const std::vector<std::string>& words);

/// `scialytic bench seat ADDRESS TOKEN NAME OUT`: a seat in the session, as a page takes it, and the picture by Janus.
/// Writes deliveries to OUT until stopped. Throws std::runtime_error in one line.
int run_seat(const std::vector<std::string>& words);

}  // namespace bench
