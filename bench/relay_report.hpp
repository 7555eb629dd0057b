// What a relay did, read back from the file that `scialytic link --out` writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct RelayedDirection {
    std::uint64_t offered = 0;
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;        ///< by the radio, in outages, and where its queue was full
    std::uint64_t queue_full = 0;  ///< of these
    std::uint64_t bytes = 0;       ///< offered
    double p50_ms = 0;             ///< one way, the wait behind other packets included
    double p99_ms = 0;
    double queueing_p50_ms = 0;  ///< of that, the wait
};

/// Whole pictures: until their last packet was through.
struct RelayedClient {
    std::string host;
    double pictures_up_p50_ms = 0;
    double pictures_down_p50_ms = 0;
};

struct RelayFigures {
    std::string said_from;
    double seconds = 0;
    RelayedDirection up;
    RelayedDirection down;
    std::vector<RelayedClient> clients;
    double scheduling_p99_ms = 0;
    std::uint64_t not_relayed = 0;  ///< too long, too many, refused by the kernel
};

/// Throws std::runtime_error saying what is wrong with the text.
[[nodiscard]] RelayFigures read_relay_report(std::string_view text);
/// The same; throws naming the file.
[[nodiscard]] RelayFigures read_relay_report(const std::filesystem::path& path);

}  // namespace bench
