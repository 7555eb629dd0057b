// Measured delays and rates, read from the files that others published.
#pragma once

#include "transport/emulator/link_profile.hpp"

#include <memory>
#include <string>

namespace transport {

// All throw UsageError with one line "FILE:LINE: what is wrong: what is allowed". At most 16 MiB and a million values.

/// Lines "delay in ms, count or share", the delays rising by equal steps.
[[nodiscard]] Quantiles read_delay_histogram(const std::string& file);
/// Half of each round trip that `ping` printed; replies above `most_ms` are stalls, and left out.
[[nodiscard]] Quantiles read_half_round_trips(const std::string& file, double most_ms);
/// mahimahi: one line per 1500-byte delivery, ms, in order.
[[nodiscard]] std::shared_ptr<const RateTrace> read_deliveries(const std::string& file);
/// Lines "second, kbit/s", in order, from 0; the last lasts as long as the one before.
[[nodiscard]] std::shared_ptr<const RateTrace> read_rates(const std::string& file);
/// A drive test's download column, one row a second, `scale` times.
[[nodiscard]] std::shared_ptr<const RateTrace> read_drive_test(const std::string& file, double scale);

/// Of a public cell: what the uplink carries, as a share of the downlink.
inline constexpr double uplink_share = 0.25;
/// Puts what `folder` holds for that profile in the place of its parameters, and says which files.
void use_recordings(LinkProfile& profile, const std::string& folder);

}  // namespace transport
