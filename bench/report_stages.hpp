// How a report draws stages: by the leg of the path that they belong to.
#pragma once

#include "bench/report_parts.hpp"

namespace bench {

/// The legs of docs/benchmark.md, in the order of the path.
struct ReportedLeg {
    std::string_view what;  ///< "uplink", as its figure is called
    transport::Stage last{};
};
[[nodiscard]] const std::vector<ReportedLeg>& reported_legs();

/// The class of what ends with this stage: "leg2", every other stage of a leg also "pale".
[[nodiscard]] std::string leg_class(transport::Stage stage);
/// Which colour is which leg, as HTML.
[[nodiscard]] std::string leg_key();
/// "ultrasound 123: received → decoded, 1.23 ± 0.00 ms"
[[nodiscard]] std::string span_text(const FrameLane& lane, const StageSpan& span);

}  // namespace bench
