#include "transport/metrics/page.hpp"

#include <fmt/format.h>

#include <cmath>

namespace transport {

namespace {

/// A label's value may be any text.
std::string escaped(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string MetricsPage::number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

void MetricsPage::write(std::string_view name, Metric metric, const MetricLabels& labels, std::string_view value) {
    auto& out = samples_.at(static_cast<std::size_t>(metric));
    out += name;
    for (std::size_t i = 0; i < labels.size(); ++i)
        out += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", labels[i].name, escaped(labels[i].value));
    out += fmt::format("{} {}\n", labels.empty() ? "" : "}", value);
}

void MetricsPage::add(Metric metric, const MetricLabels& labels, const DurationCounts& counts) {
    const auto name = std::string{family(metric).name};
    auto with_limit = labels;
    with_limit.push_back({"le", ""});
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
        so_far += counts.buckets[i];
        const bool last = i == duration_limits_us.size();
        const auto limit = last ? "+Inf" : number(static_cast<double>(duration_limits_us[i]) / 1e6);
        with_limit.back().value = limit;
        write(name + "_bucket", metric, with_limit, std::to_string(so_far));
    }
    write(name + "_sum", metric, labels, number(static_cast<double>(counts.sum_us) / 1e6));
    write(name + "_count", metric, labels, std::to_string(so_far));
}

void MetricsPage::add_one_of(Metric metric, const MetricLabels& labels, std::string_view label,
                             std::span<const std::string_view> names, std::string_view is) {
    auto all = labels;
    all.push_back({label, ""});
    for (const auto name : names) {
        all.back().value = name;
        add(metric, all, name == is ? 1 : 0);
    }
}

void MetricsPage::add(const MetricsPage& page) {
    for (std::size_t i = 0; i < samples_.size(); ++i) samples_[i] += page.samples_[i];
}

std::string MetricsPage::text() const {
    std::string out;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
        if (samples_[i].empty()) continue;
        const auto& of = family(static_cast<Metric>(i));
        out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{3}", of.name, of.help, of.type, samples_[i]);
    }
    return out;
}

}  // namespace transport
