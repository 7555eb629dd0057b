// One stream's way in words.
#pragma once

#include "bench/explain_settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What may be said something about; all of it must outlive the call.
struct StreamMatter {
    const BenchResult& result;
    const std::vector<Told>& figures;  ///< all of the result's
    const std::string& stream;
    const Floors* floors = nullptr;  ///< null: not measured
    const std::optional<LinkFloor>& link;
};

/// What dominates the median, what grows towards p99, what we add to the codecs, and the settings that touch these.
[[nodiscard]] std::vector<std::string> explain_stream(const StreamMatter& matter);

}  // namespace bench
