#include "bench/figure_names.hpp"

#include "transport/timeline.hpp"

#include <algorithm>

namespace bench {

std::string_view name(Statistic statistic) {
    static constexpr std::array<std::string_view, statistic_count> names{"mean", "std", "p50",  "p90",
                                                                         "p95",  "p99", "p999", "max"};
    return names.at(static_cast<std::size_t>(statistic));
}

double percent(Statistic statistic) {
    static constexpr std::array<double, statistic_count> percents{0, 0, 50, 90, 95, 99, 99.9, 0};
    return percents.at(static_cast<std::size_t>(statistic));
}

const std::vector<DurationKind>& duration_kinds() {
    static const auto kinds = [] {
        std::vector<DurationKind> all{
            {"g2g", true, true, true, "captured to first presented, by the code in the shown pixels"},
            {"corrected", true, false, true, "the same, with the frames that were due and never shown counted"},
            {"age", true, true, true, "age of the picture at every vertical blank: what the eye sees"},
            {"gap", true, false, true, "between two frames as they are first presented"},
            {"skew_shown", false, true, true, "between the captures of what one picture shows"},
            {"skew", false, true, true, "between the acquisitions of what one picture pairs, by its timelines"},
            {"encode", true, false, true, "captured to encoded"},
            {"uplink", true, false, true, "encoded to the last packet at the server"},
            {"server", true, false, true, "last packet in to last packet out"},
            {"downlink", true, false, true, "last packet out to the last packet at the display"},
            {"display", true, false, true, "last packet at the display to presented"},
        };
        for (std::size_t i = 1; i < transport::stage_count; ++i) {
            const auto stage = std::string{transport::name(static_cast<transport::Stage>(i))};
            all.push_back({"hop." + stage, true, false, false, "the known stage before it to " + stage});
        }
        return all;
    }();
    return kinds;
}

const std::vector<NumberKind>& number_kinds() {
    using enum Better;
    static const std::vector<NumberKind> kinds{
        {"frames", "shown", true, "", more, Pool::sum, false, "frames newer than all before them"},
        {"frames", "skipped", true, "", less, Pool::sum, true, "gaps in the numbers of the shown frames"},
        {"frames", "repeated", true, "", less, Pool::sum, false, "pictures that show a frame again"},
        {"intact", "percent", true, "%", more, Pool::mean, true, "of the captured frames those whose code was read"},
        {"freeze", "count", true, "", less, Pool::sum, true, "gaps of at least max(3 x mean, mean + 150 ms)"},
        {"freeze", "total", true, "ms", less, Pool::sum, true, "their time"},
        {"freeze", "longest", true, "ms", less, Pool::most, false, "the longest"},
        {"jitter", "rfc3550", true, "ms", less, Pool::mean, true, "interarrival jitter of shown frames, mean"},
        {"jitter", "rfc3550_max", true, "ms", less, Pool::most, false, "its largest"},
        {"live", "percent", true, "%", more, Pool::mean, false, "of the time the display said LIVE"},
        {"quantisation", "capture_mean", true, "ms", neither, Pool::mean, false, "half a source frame"},
        {"quantisation", "capture_worst", true, "ms", neither, Pool::mean, false, "a whole source frame"},
        {"quality", "psnr", true, "dB", more, Pool::mean, true, "of the shown picture against the source, luma"},
        {"quality", "ssim", true, "", more, Pool::mean, true, "the same as structural similarity"},
        {"pictures", "shown", false, "", neither, Pool::sum, false, "pictures presented"},
        {"pictures", "repeated", false, "", less, Pool::sum, true, "pictures with nothing new in them"},
        {"fused", "percent", false, "%", more, Pool::mean, true,
         "of the pictures with a new frame, fused of live ones"},
        {"quantisation", "display_mean", false, "ms", neither, Pool::mean, false, "half a refresh of the screen"},
        {"quantisation", "display_worst", false, "ms", neither, Pool::mean, false, "a whole refresh"},
        {"wire", "rate", false, "Mbit/s", less, Pool::mean, true, "on all links together"},
        {"processor", "per_minute", false, "s", less, Pool::mean, true,
         "processor time of all nodes, a minute of video"},
    };
    return kinds;
}

std::string figure_key(std::string_view what, std::string_view stream, std::string_view statistic) {
    std::string key{what};
    for (const auto part : {stream, statistic})
        if (!part.empty()) key.append(".").append(part);
    return key;
}

bool is_stream_name(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

}  // namespace bench
