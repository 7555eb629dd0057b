// The pictures that a judge kept of a run (sample_<presented_us>.pgm), beside what they should look like.
#pragma once

#include "bench/quality.hpp"
#include "transport/geometry.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace bench {

/// That pane of each picture that was presented from `from_us` on, against the reference that it is closest to. Throws
/// std::runtime_error naming the file that cannot be read.
[[nodiscard]] std::vector<Quality> judged_samples(const std::filesystem::path& folder, std::int64_t from_us,
                                                  const transport::Rect& pane, const std::vector<Luma>& references);

}  // namespace bench
