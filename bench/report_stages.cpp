#include "bench/report_stages.hpp"

#include <fmt/format.h>

namespace bench {

using transport::Stage;

const std::vector<ReportedLeg>& reported_legs() {
    static const std::vector<ReportedLeg> legs{{"encode", Stage::encoded},
                                               {"uplink", Stage::received},
                                               {"server", Stage::published},
                                               {"downlink", Stage::delivered},
                                               {"display", Stage::presented}};
    return legs;
}

std::string leg_class(Stage stage) {
    std::size_t number = 0;
    auto first = Stage::acquired;
    for (const auto& leg : reported_legs()) {
        if (stage <= leg.last) break;
        first = static_cast<Stage>(static_cast<int>(leg.last) + 1);
        ++number;
    }
    const bool pale = (static_cast<int>(stage) - static_cast<int>(first)) % 2 == 1;
    return fmt::format("leg{}{}", number, pale ? " pale" : "");
}

std::string leg_key() {
    std::string out;
    for (std::size_t i = 0; i < reported_legs().size(); ++i)
        out += fmt::format(
            R"(<span class="keyed"><svg class="key" viewBox="0 0 12 12"><rect class="fill leg{}" x="0" y="0" width="12" height="12"/></svg> {}</span> )",
            i, reported_legs()[i].what);
    return out;
}

std::string span_text(const FrameLane& lane, const StageSpan& span) {
    auto out = fmt::format("{} {}: {} → {}, {:.2f} ± {:.2f} ms", lane.stream, lane.sequence,
                           transport::name(span.since), transport::name(span.stage),
                           static_cast<double>(span.us()) / 1000, static_cast<double>(span.bound_us) / 1000);
    if (span.backwards_us > 0)
        out += fmt::format("; its mark lies {:.2f} ms before the one before it",
                           static_cast<double>(span.backwards_us) / 1000);
    return out;
}

}  // namespace bench
