// A child of share: one connection in a process of its own, so that nothing it does touches anybody else.
#pragma once

#include <string>
#include <vector>

namespace render {

/// `arguments` after "share-peer": view, talk or camera, or publish for RTP to a gateway; then the STUN and the TURN
/// server or "-". Speaks with its parent over descriptor 3 and ends when that does. Throws UsageError for a human who
/// calls it.
int run_share_peer(const std::vector<std::string>& arguments);

}  // namespace render
