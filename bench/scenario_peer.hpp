// One repeat of a scenario, played by a peer in its window, judged off the screen.
#pragma once

#include "bench/peers.hpp"
#include "bench/scenario_product.hpp"

namespace bench {

/// Its sources, sizes and quantisers from the scenario: what the product is given, the peer gets. Opens the sources to
/// learn their sizes. Throws std::runtime_error as devices::open_source does.
[[nodiscard]] PeerSettings peer_settings_of(const Scenario& scenario);

/// Blocks for the repeat's length and what starting takes; `repeat.screen_folder` gets the watcher's files,
/// `repeat.folder` the peer's. Throws std::runtime_error naming the log of what failed, or "stopped".
[[nodiscard]] RepeatCost run_peer_repeat(const Scenario& scenario, const Peer& peer, PeerSettings settings,
                                         const Repeat& repeat);

}  // namespace bench
