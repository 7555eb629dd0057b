// An hour of rate control on a clock of its own: a source whose pictures vary as recorded ones do, the encoder's
// ceiling, the estimator and the ladder, over an emulated link. The same seed gives the same hour.
#include "transport/rate_ceiling.hpp"
#include "transport/rtp/rate_estimator.hpp"
#include "transport/rtp/rate_ladder.hpp"

#include "fakes/way_report.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

namespace transport {
namespace {

using namespace std::chrono_literals;
using fakes::SharedWay;
using fakes::SourceModel;
using fakes::WayJudge;

constexpr double hour_rate = 30;        // pictures a second
constexpr int hour_wanted = 8'000;      // kbit/s
constexpr double hour_content = 9'000;  // kbit/s at quantiser 20

std::string hour_recordings() {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return folder ? folder : PROJECT_DIR "/../shared/data";
}

/// Sizes relative to their mean: of an encoder's own trace where there is one, else as spread as those are.
std::vector<double> relative_sizes() {
    std::vector<double> sizes;
    std::ifstream trace{hour_recordings() + "/net/scream/trace_key.txt"};
    for (double bytes = 0; trace >> bytes;) sizes.push_back(bytes);
    Random random{11};
    while (sizes.size() < 2'000) sizes.push_back(std::exp(0.3 * random.normal()));
    const double mean = std::accumulate(sizes.begin(), sizes.end(), 0.0) / static_cast<double>(sizes.size());
    for (auto& size : sizes) size /= mean;
    return sizes;
}

/// What stands between the estimator and the link in a node.
class LadderedEncoder {
public:
    std::size_t picture(int target, Timestamp now) {
        const auto before = ladder_.step();
        const auto step = ladder_.decide(target, now);
        changes_of_size += step.size_quarters != before.size_quarters ? 1 : 0;
        degraded += step.degraded ? 1 : 0;
        const double relative = sizes_[next_++ % sizes_.size()];
        if (!ladder_.takes()) return 0;
        ceiling_.pace(hour_rate / step.every);
        ceiling_.limit(step.kbit_per_s);
        const double area = step.size_quarters * step.size_quarters / 16.0;
        const double finest = hour_content * 125 / hour_rate * area * relative;
        const auto bytes = static_cast<std::size_t>(finest * std::exp2((20 - ceiling_.quantiser()) / 6.0)) + 60;
        ladder_.made(bytes, ceiling_.quantiser());
        ceiling_.made(bytes);
        ++encoded;
        return bytes;
    }
    int changes_of_size = 0;
    int degraded = 0;
    int encoded = 0;

private:
    std::vector<double> sizes_ = relative_sizes();
    std::size_t next_ = 0;
    RateLadder ladder_{{.frames_per_second = hour_rate, .least_kbit_per_s = 300, .most_kbit_per_s = hour_wanted}};
    RateCeiling ceiling_{20, hour_wanted, hour_rate};
};

struct Hour {
    fakes::WayReport report;
    std::uint64_t bytes = 0;
    std::uint64_t lost = 0;
    std::uint64_t skipped = 0;
    LadderedEncoder encoder;
};

Hour an_hour(const LinkProfile& profile, std::uint64_t seed) {
    Hour hour;
    SharedWay way{profile, seed};
    SourceModel source;
    source.limits = {300, 2'000, hour_wanted};
    source.frames_per_second = hour_rate;
    source.clock_drift_ppm = -100;
    source.size = [&hour](int target, Timestamp now) { return hour.encoder.picture(target, now); };
    const auto& flow = way.add(source);
    way.run_until(1h);
    hour.report = WayJudge{way, flow, 2s, 3590s}.report();
    hour.bytes = flow.bytes_sent;
    hour.lost = flow.lost;
    hour.skipped = flow.skipped;
    return hour;
}

double in_ms(Microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

void print_hour(const std::string& name, const Hour& hour) {
    const auto& report = hour.report;
    fmt::print(
        "  {}: frame delay p50 {:.1f} p99 {:.1f} ms, utilisation {:.2f}, standing queue: worst {:.1f} ms ({:.1f} "
        "where the link carries an eighth of what is wanted), {:.3f} % of the windows above 20 ms; {} pictures, {} "
        "skipped, {} degraded, {} changes of size\n",
        name, in_ms(report.p50), in_ms(report.p99), report.utilisation, in_ms(report.worst_queue),
        in_ms(report.worst_queue_wide), 100 * report.queued_share, hour.encoder.encoded, hour.skipped,
        hour.encoder.degraded, hour.encoder.changes_of_size);
}

class RateHour : public testing::TestWithParam<const char*> {
protected:
    /// In all but a few of the hour's 34 000 windows: a link that falls from 30 to 0.5 Mbit/s at once needs seconds for
    /// what was under way before anybody could know.
    static void expect_no_standing_queue(const LinkProfile& profile) {
        for (const std::uint64_t seed : {1U, 2U}) {
            const auto hour = an_hour(profile, seed);
            print_hour(fmt::format("{}, {}, seed {}", profile.name, profile.said_from, seed), hour);
            EXPECT_LE(hour.report.queued_share, 0.0005);
            EXPECT_GE(hour.report.utilisation, 0.4);
            EXPECT_LE(hour.encoder.changes_of_size, 360) << "each costs an IDR";
            if (profile.name == "lte-fallback") {
                EXPECT_LE(hour.report.worst_queue, 20ms);
            }
        }
    }
};

TEST_P(RateHour, ends_without_a_standing_queue) {
    expect_no_standing_queue(link_profile(GetParam(), ""));
}

TEST_P(RateHour, on_recorded_links_too) {
    if (!std::filesystem::exists(hour_recordings() + "/net")) GTEST_SKIP() << "net";
    expect_no_standing_queue(link_profile(GetParam(), hour_recordings()));
}

TEST_P(RateHour, is_the_same_for_the_same_seed) {
    const auto profile = link_profile(GetParam(), "");
    const auto one = an_hour(profile, 5);
    const auto other = an_hour(profile, 5);
    EXPECT_EQ(one.bytes, other.bytes);
    EXPECT_EQ(one.lost, other.lost);
    EXPECT_EQ(one.skipped, other.skipped);
    EXPECT_EQ(one.report.p99, other.report.p99);
    EXPECT_EQ(one.report.worst_queue, other.report.worst_queue);
    EXPECT_NE(one.bytes, an_hour(profile, 6).bytes);
}

INSTANTIATE_TEST_SUITE_P(Links, RateHour, testing::Values("public-5g", "lte-fallback"));

}  // namespace
}  // namespace transport
