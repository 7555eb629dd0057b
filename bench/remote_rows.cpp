#include "bench/remote_rows.hpp"

#include "bench/median.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr double most_growth_percent = 5;
constexpr double most_or_change_percent = 10;
constexpr double least_pictures_percent = 95;

double in_ms(std::int64_t us) {
    return static_cast<double>(us) / 1000;
}

}  // namespace

std::vector<Row> page_rows(const std::string& section, const PageFigures& page, const PageGoals& goals) {
    std::vector<Row> rows;
    for (const auto& [modality, stream] : page.streams) {
        const auto title = [&, of = modality](const char* what) {
            return fmt::format("{}: {} captured to expected display, {}", section, name(of), what);
        };
        rows.push_back({title("p50"), stream.p50_ms, "ms", goals.p50_ms});
        rows.push_back({title("p99"), stream.p99_ms, "ms", goals.p99_ms});
        rows.push_back({title("max"), stream.max_ms, "ms"});
        if (stream.said_p50_ms) rows.push_back({title("p50 as the page says"), *stream.said_p50_ms, "ms"});
        if (stream.said_p99_ms) rows.push_back({title("p99 as the page says"), *stream.said_p99_ms, "ms"});
        if (stream.said_bound_ms) rows.push_back({title("the page's bound"), *stream.said_bound_ms, "ms"});
        rows.push_back({title("frames judged"), static_cast<double>(stream.frames), ""});
    }
    rows.push_back({section + ": the judge's bound", page.bound_ms, "ms"});
    rows.push_back({section + ": pictures shown", page.pictures_per_s, "1/s"});
    rows.push_back({section + ": codes that could not be read", static_cast<double>(page.unreadable), ""});
    if (page.compared > 0) {
        rows.push_back({section + ": codes that agree with the stamp", static_cast<double>(page.agree), ""});
        rows.push_back({section + ": codes that disagree", static_cast<double>(page.disagree), "", 0.0});
        rows.push_back(
            {section + ": the page's captured time, furthest from the code's", page.largest_difference_ms, "ms"});
        rows.push_back({section + ": captured times further off than the bounds allow",
                        static_cast<double>(page.beyond_bounds), "", 0.0});
    }
    if (page.jitter_buffer_ms) rows.push_back({section + ": in the jitter buffer, mean", *page.jitter_buffer_ms, "ms"});
    if (page.decode_ms) rows.push_back({section + ": decoding, mean", *page.decode_ms, "ms"});
    return rows;
}

std::vector<Row> plain_rows(const PageFigures& plain, const std::optional<PageFigures>& ours) {
    std::vector<Row> rows;
    const auto found = plain.streams.find(Modality::xray);
    if (found == plain.streams.end()) return rows;
    const auto& peer = found->second;
    rows.push_back({"plain webrtcbin page, one hop: captured to expected display, p50", peer.p50_ms, "ms"});
    rows.push_back({"plain webrtcbin page, one hop: captured to expected display, p99", peer.p99_ms, "ms"});
    rows.push_back({"plain webrtcbin page, one hop: frames judged", static_cast<double>(peer.frames), ""});
    rows.push_back({"plain webrtcbin page, one hop: the judge's bound", plain.bound_ms, "ms"});
    if (!ours || !ours->streams.contains(Modality::xray)) return rows;
    const auto& own = ours->streams.at(Modality::xray);
    rows.push_back({"our page, two hops / plain page, p50 xray", own.p50_ms / peer.p50_ms, ""});
    rows.push_back({"our page, two hops / plain page, p99 xray", own.p99_ms / peer.p99_ms, ""});
    return rows;
}

std::vector<Row> or_rows(const std::string& section, const std::vector<OrShown>& quiet, const OrShown& busy) {
    std::vector<Row> rows;
    for (const auto& [modality, shown] : busy) {
        const auto title = [&, of = modality](const char* what) {
            return fmt::format("{}: OR display, {} {}", section, name(of), what);
        };
        std::vector<double> before;
        for (const auto& one : quiet) before.push_back(in_ms(one.at(modality).p99_us));
        rows.push_back({title("p99 without them"), median(before), "ms"});
        rows.push_back({title("p99 with them"), in_ms(shown.p99_us), "ms"});
        rows.push_back(
            {title("p99 change"), (in_ms(shown.p99_us) / median(before) - 1) * 100, "%", most_or_change_percent});
        if (before.size() > 1)
            rows.push_back({title("p99 change by itself, one quiet time to the other"),
                            (std::ranges::max(before) / std::ranges::min(before) - 1) * 100, "%"});
        rows.push_back({title("frames lost with them"), static_cast<double>(shown.lost()), "", 0.0});
    }
    return rows;
}

std::vector<Row> watcher_rows(const std::string& section, const std::map<std::string, DeliveryFigures>& watchers) {
    std::uint64_t published = 0;  // who got most tells how many there were
    for (const auto& [name, got] : watchers) published = std::max(published, got.pictures + got.missing);
    double least = published > 0 ? 100 : 0;
    std::vector<double> p99;
    for (const auto& [name, got] : watchers) {
        if (published > 0)
            least = std::min(least, 100 * static_cast<double>(got.pictures) / static_cast<double>(published));
        if (got.pictures > 0) p99.push_back(in_ms(std::max(got.xray.p99, got.ultrasound.p99)));
    }
    std::vector<Row> rows{
        {section + ": watchers beside the browser", static_cast<double>(watchers.size()), ""},
        {section + ": pictures to the watcher that got fewest", least, "%", least_pictures_percent, Bar::at_least}};
    if (!p99.empty()) {
        rows.push_back({section + ": captured to a watcher, p99, median of them", median(p99), "ms"});
        rows.push_back({section + ": captured to a watcher, p99, worst of them", std::ranges::max(p99), "ms"});
    }
    return rows;
}

std::vector<Row> churn_rows(const std::vector<ShareSample>& samples, std::uint64_t failed) {
    if (samples.size() < 2) throw std::invalid_argument("a churn has a sample after the warm-up, and one at its end");
    const auto& warm = samples.front();
    const auto& last = samples.back();
    const auto most = [&](auto of) {
        std::size_t out = 0;
        for (const auto& sample : samples) out = std::max(out, of(sample));
        return static_cast<double>(out);
    };
    const auto descriptors = static_cast<double>(last.descriptors) - static_cast<double>(warm.descriptors);
    return {{"churn: joins and leaves by WHEP, and as many by WebSocket", static_cast<double>(last.joins), ""},
            {"churn: of these failed", static_cast<double>(failed), "", 0.0},
            {fmt::format("churn: share's resident memory after {} joins", warm.joins),
             static_cast<double>(warm.resident_kib) / 1024, "MiB"},
            {fmt::format("churn: share's resident memory after {} joins", last.joins),
             static_cast<double>(last.resident_kib) / 1024, "MiB"},
            {"churn: growth of it",
             (static_cast<double>(last.resident_kib) / static_cast<double>(warm.resident_kib) - 1) * 100, "%",
             most_growth_percent},
            {fmt::format("churn: share's open descriptors after {} joins", warm.joins),
             static_cast<double>(warm.descriptors), ""},
            {"churn: growth of these", descriptors, "", 0.0},
            {"churn: children of share left with nobody there, at most",
             most([](const ShareSample& sample) { return sample.children; }), "", 0.0},
            {"churn: zombies, at most", most([](const ShareSample& sample) { return sample.zombies; }), "", 0.0}};
}

}  // namespace bench
