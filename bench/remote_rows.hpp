// The rows of `bench remote`, made of figures. Pure.
#pragma once

#include "bench/deliveries.hpp"
#include "bench/remote_page.hpp"
#include "bench/rows.hpp"
#include "bench/wireless_figures.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What a browser's page is held to; nothing: only told.
struct PageGoals {
    std::optional<double> p50_ms;
    std::optional<double> p99_ms;
};
/// `section` opens every row's name.
[[nodiscard]] std::vector<Row> page_rows(const std::string& section, const PageFigures& page, const PageGoals& goals);
/// The plain page's own, and the ratio to ours where both are known.
[[nodiscard]] std::vector<Row> plain_rows(const PageFigures& plain, const std::optional<PageFigures>& ours);

/// What the OR display showed in two spans: without anybody far away, and with them.
using OrShown = std::map<transport::Modality, ShownStream>;
[[nodiscard]] std::vector<Row> or_rows(const std::string& section, const std::vector<OrShown>& quiet,
                                       const OrShown& busy);

/// By name, what each of several watchers got within a span.
[[nodiscard]] std::vector<Row> watcher_rows(const std::string& section,
                                            const std::map<std::string, DeliveryFigures>& watchers);

/// Share at one moment, when nobody is there.
struct ShareSample {
    int joins = 0;  ///< before it
    long resident_kib = 0;
    std::size_t descriptors = 0;
    std::size_t children = 0;  ///< living or not
    std::size_t zombies = 0;   ///< of these
};
/// The first sample is that after the warm-up; at least two. Throws std::invalid_argument when there are fewer.
[[nodiscard]] std::vector<Row> churn_rows(const std::vector<ShareSample>& samples, std::uint64_t failed);

}  // namespace bench
