// Is this host's clock of the day disciplined, by whom, and how far can it be off?
#pragma once

#include "transport/bus.hpp"
#include "transport/options.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace transport {

/// What the kernel says of CLOCK_REALTIME.
struct HostClock {
    bool synchronised = false;      ///< STA_UNSYNC is clear: some daemon keeps it
    Microseconds most_error{0};     ///< maxerror, grows by 500 ppm between a daemon's updates
    Microseconds likely_error{0};   ///< esterror
    Microseconds ahead{0};          ///< CLOCK_REALTIME - CLOCK_MONOTONIC
    Microseconds reading_bound{0};  ///< of `ahead`: the two are read one after the other
};

/// Nothing where the kernel does not tell.
[[nodiscard]] std::optional<HostClock> read_host_clock();

/// The daemon's own bound is believed where there is one: chronyd (with rtcsync) and ntpd set maxerror to the distance
/// from the root of their sources. timesyncd and phc2sys set it to zero, which bounds nothing: there somebody must
/// vouch.
[[nodiscard]] bool tells_its_bound(const HostClock& clock);

/// What may be told to the other end. `vouched`: the bound that the operator vouches for while the clock is
/// synchronised; zero: nobody does. Nothing when the clock is not disciplined, or without a bound.
[[nodiscard]] std::optional<HostTime> host_time(const HostClock& clock, Microseconds vouched);

/// Programs that discipline clocks and run here: "chronyd", "phc2sys" … Empty also where /proc hides them (containers).
[[nodiscard]] std::vector<std::string> clock_daemons(const std::filesystem::path& proc = "/proc");

/// One line for people: state, bound, by whom, and what to do where it bounds nothing.
[[nodiscard]] std::string describe(const std::optional<HostClock>& clock, const std::vector<std::string>& daemons);

/// From --clock-asymmetry-us and --host-clock-bound-us.
[[nodiscard]] ClockSettings clock_settings(const Options& options);

}  // namespace transport
