// `scialytic bench peer-openigtlink`: raw images over TCP, as PLUS Toolkit sends them to 3D Slicer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

[[nodiscard]] std::string_view peer_openigtlink_help();
/// `words` after "peer-openigtlink". Runs until a signal kills it. Throws transport::UsageError, or std::runtime_error
/// in one line, also where this build has no OpenIGTLink.
int run_peer_openigtlink(const std::vector<std::string>& words);

}  // namespace bench
