// Which setting would change a part of the way, what it is now, and what that is known to do.
#pragma once

#include "bench/explain_hops.hpp"

#include <string>
#include <vector>

namespace bench {

/// "`threads` (2): …": true option names of docs/example.yaml, their values by the result's settings or else by
/// default, and an effect that is measured, estimated, or said not to be measured. None where no setting helps.
[[nodiscard]] std::vector<std::string> settings_for(const ExplainedPart& part, const BenchResult& result);

/// "2", "2 by default; the result does not say". Throws std::invalid_argument for a name that is no option.
[[nodiscard]] std::string setting_value(const BenchResult& result, const std::string& option);

/// Every option that settings_for may name.
[[nodiscard]] std::vector<std::string> settings_that_matter();

/// What the link of that result adds by itself, by its profile's published quantiles, ms.
struct LinkFloor {
    std::string profile;
    double up_p50 = 0;
    double up_p99 = 0;
    double down_p50 = 0;
    double down_p99 = 0;
    double loss = 0;  ///< share of packets, the larger of both ways
    [[nodiscard]] double round_trip() const { return up_p50 + down_p50; }
};
/// By the setting "link": a profile's name (scialytic link --help), "loopback" or "none". Nothing for what is neither.
[[nodiscard]] std::optional<LinkFloor> link_floor(const BenchResult& result);

}  // namespace bench
