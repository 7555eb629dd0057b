// What a scrape reads: Prometheus text format 0.0.4, samples of one family together whoever tells them.
#pragma once

#include "transport/metrics/durations.hpp"
#include "transport/metrics/families.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace transport {

struct MetricLabel {
    std::string_view name;
    std::string_view value;  ///< any text; one of few values
};
using MetricLabels = std::vector<MetricLabel>;

/// Made anew for each scrape. Not thread safe.
class MetricsPage {
public:
    template <typename Number>
    requires std::is_arithmetic_v<Number>
    void add(Metric metric, const MetricLabels& labels, Number value) {
        if constexpr (std::is_floating_point_v<Number>)
            write(family(metric).name, metric, labels, number(value));
        else
            write(family(metric).name, metric, labels, std::to_string(value));
    }
    void add(Metric metric, const MetricLabels& labels, const DurationCounts& counts);
    /// 1 for the name that is, 0 for the others.
    void add_one_of(Metric metric, const MetricLabels& labels, std::string_view label,
                    std::span<const std::string_view> names, std::string_view is);
    /// What somebody else has told before.
    void add(const MetricsPage& page);
    [[nodiscard]] std::string text() const;

private:
    static std::string number(double value);
    void write(std::string_view name, Metric metric, const MetricLabels& labels, std::string_view value);

    std::array<std::string, metric_count> samples_;
};

}  // namespace transport
