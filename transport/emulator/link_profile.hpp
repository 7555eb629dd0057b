// What a wireless link is like, as numbers: both directions, and where the numbers come from.
#pragma once

#include "transport/clock.hpp"
#include "transport/emulator/quantiles.hpp"
#include "transport/emulator/rate_trace.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transport {

enum class GapKind : std::uint8_t {
    outage,  ///< what enters is lost; what waits, waits on
    stall,   ///< nothing comes out, then all of it at once
};

/// One, at that time after the link's start.
struct Gap {
    GapKind kind = GapKind::outage;
    Microseconds at{0};
    Microseconds length{0};
};

/// Many, by chance.
struct Gaps {
    GapKind kind = GapKind::outage;
    bool both_ways = false;  ///< in both directions at the same instants: a handover
    Microseconds every{0};   ///< mean time from the end of one to the start of the next; at least 100 ms
    bool regular = false;    ///< within a quarter of `every`; else at random: a Poisson process
    Microseconds shortest{0};
    Microseconds longest{0};
    Microseconds most_delay_step{0};  ///< the cell afterwards is up to that much farther away, until the next one
    Microseconds edge{0};             ///< so long before and after it packets are lost
    double edge_loss = 0;             ///< this share of them
};

struct LinkDirection {
    std::uint64_t side = 0;                 ///< 0 up, 1 down: the same seed gives each its own chances
    Quantiles delay_ms;                     ///< of the radio alone
    Microseconds coherence{100'000};        ///< of successive delays: after that long the correlation is 1/e
    double loss = 0;                        ///< Gilbert: share of packets, up to 0.5
    double burst = 1;                       ///< mean length of a loss, packets, 1 or more
    double independent_loss = 0;            ///< in addition
    std::shared_ptr<const RateTrace> rate;  ///< null: 1 Gbit/s
    Microseconds queue{300'000};            ///< what it holds, at the mean rate: 30 kB to 16 MB
    std::size_t queue_bytes = 0;            ///< not 0: this instead
    double reorder = 0;                     ///< share of packets that the others may overtake
    Microseconds reorder_by{0};             ///< they come up to that much later
    std::vector<Gap> fixed_gaps;
    std::vector<Gaps> gaps;
};

struct LinkProfile {
    std::string name;
    LinkDirection up;       ///< towards the server
    LinkDirection down;     ///< from the server
    std::string said_from;  ///< "parametric, fitted to published quantiles", or the files that were measured
};

/// Every name that `link_profile` knows, the default first.
[[nodiscard]] std::span<const std::string_view> link_profile_names();
/// By name, "private-midband", and with another loss in its own's place: "private-midband+loss=2%" independent,
/// "private-midband+loss=2%x8" in bursts of 8 on the mean. With recordings in `folder`, what they hold is used; empty:
/// parameters alone. Throws UsageError: one line naming what is allowed, or the recording that lies.
[[nodiscard]] LinkProfile link_profile(std::string_view name, const std::string& folder);
/// The folder of recordings that SCIALYTIC_DATA names; empty: none.
[[nodiscard]] std::string recordings_folder();
/// The "+loss=…" alone. Throws UsageError.
void change_loss(LinkProfile& profile, std::string_view modifier);

}  // namespace transport
