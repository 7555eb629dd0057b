#include "bench/judges_agree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace bench {

using namespace transport;

namespace {

constexpr Microseconds allowed_at_least{2'000};

/// Of sorted values, none empty.
std::int64_t nearest_rank(const std::vector<std::int64_t>& sorted, double percent) {
    const auto rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

double judged_ms(std::int64_t us) {
    return static_cast<double>(us) / 1000;
}

}  // namespace

Judgement judgement(std::string judge, const std::vector<SeenCode>& codes, const Span& presented,
                    Microseconds uncertainty) {
    Judgement out{std::move(judge), {}, uncertainty};
    for (const auto& [stream, frames] : first_shown(codes))
        for (const auto& frame : frames)
            if (frame.presented_us >= presented.from_us && frame.presented_us < presented.until_us)
                out.presented_us[{stream, frame.sequence}] = frame.presented_us;
    return out;
}

bool Agreement::agree() const {
    return both > 0 && median_us <= allowed.count() && p95_us <= allowed.count();
}

Agreement compare_judges(const Judgement& first, const Judgement& second) {
    Agreement out;
    out.first = first.judge;
    out.second = second.judge;
    out.allowed = std::max(allowed_at_least, first.uncertainty + second.uncertainty);
    std::vector<std::int64_t> differences;
    std::vector<std::int64_t> amounts;
    for (const auto& [frame, presented] : first.presented_us) {
        const auto other = second.presented_us.find(frame);
        if (other == second.presented_us.end()) continue;
        const auto difference = other->second - presented;
        differences.push_back(difference);
        amounts.push_back(std::abs(difference));
        if (amounts.back() < out.largest_us) continue;
        out.largest_us = amounts.back();
        out.largest_at = frame;
    }
    out.both = differences.size();
    out.only_first = first.presented_us.size() - out.both;
    out.only_second = second.presented_us.size() - out.both;
    if (differences.empty()) return out;
    std::ranges::sort(differences);
    std::ranges::sort(amounts);
    out.shift_us = nearest_rank(differences, 50);
    out.median_us = nearest_rank(amounts, 50);
    out.p95_us = nearest_rank(amounts, 95);
    out.p99_us = nearest_rank(amounts, 99);
    return out;
}

std::string to_line(const Agreement& agreement) {
    if (agreement.both == 0)
        return fmt::format("{} and {} saw no frame in common ({} and {} of their own)", agreement.first,
                           agreement.second, agreement.only_first, agreement.only_second);
    return fmt::format(
        "{} and {} {}: {} frames of both, differences {:.2f} ms median ({} says {:.2f} ms {}), {:.2f} p95, {:.2f} p99, "
        "{:.2f} largest (stream {}, frame {}); allowed {:.2f}; only one saw {} and {}",
        agreement.first, agreement.second, agreement.agree() ? "agree" : "DISAGREE", agreement.both,
        judged_ms(agreement.median_us), agreement.second, judged_ms(std::abs(agreement.shift_us)),
        agreement.shift_us < 0 ? "less" : "more", judged_ms(agreement.p95_us), judged_ms(agreement.p99_us),
        judged_ms(agreement.largest_us), agreement.largest_at.first, agreement.largest_at.second,
        judged_ms(agreement.allowed.count()), agreement.only_first, agreement.only_second);
}

}  // namespace bench
