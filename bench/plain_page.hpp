// The peer of our page: webrtcbin as its examples have it, for a plain <video>.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// `scialytic bench plain-page`: prints where the code stands and an offer, ended by a line ".", takes an answer from
/// standard input, ended the same way, and sends until stopped. Throws std::runtime_error in one line.
int run_plain_page(const std::vector<std::string>& words);

}  // namespace bench
