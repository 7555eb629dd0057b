// A way through a relay for those who do not call first.
#pragma once

namespace bench {

/// A relay lets only through what answers a client: calls once from the display's port to the server's through it, and
/// tells to which port the server has to send so that the display hears it. Neither port may be bound; after it both
/// are free again. Throws std::runtime_error when nothing comes through within 5 s.
[[nodiscard]] int way_back_through(int relay_port, int display_port, int server_port);

}  // namespace bench
