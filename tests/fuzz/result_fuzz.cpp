// Any bytes as a benchmark's result or as a budget: refused in one line, or figures that keep what they promise.
// alone: bench/budget.cpp bench/figure_names.cpp bench/result_read_json.cpp bench/rows.cpp
// alone: transport/plain_text.cpp transport/timeline.cpp
#include "bench/budget.hpp"
#include "bench/figure_names.hpp"
#include "bench/result.hpp"
#include "transport/options.hpp"
#include "transport/plain_text.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void keeps_its_promises(const bench::BenchResult& result) {
    for (const auto& stream : result.streams) check(bench::is_stream_name(stream.name) && stream.period.count() > 0);
    for (const auto& repeat : result.repeats) {
        for (const auto& [key, distribution] : repeat.distributions) {
            std::int64_t last = -1;
            for (const auto& bucket : distribution.buckets) {
                check(bucket.us > last && bucket.count > 0);
                last = bucket.us;
            }
        }
        for (const auto& [key, value] : repeat.numbers) check(std::isfinite(value));
    }
}

void is_one_plain_line(std::string_view words) {
    check(!words.empty() && words.size() < 1000 && transport::is_plain_text(words));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    try {
        keeps_its_promises(bench::read_result(text));
    } catch (const std::runtime_error& error) {
        is_one_plain_line(error.what());
    }
    try {
        for (const auto& line : bench::read_budget(text, "fuzz.yaml"))
            check(!line.figure.empty() && std::isfinite(line.limit) && transport::is_plain_text(line.text));
    } catch (const transport::UsageError& error) {
        is_one_plain_line(error.what());
    }
    return 0;
}
