#include "transport/emulator/link_profile.hpp"

#include "transport/emulator/link_model.hpp"
#include "transport/latency.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string profile_refusal(std::string_view name) {
    try {
        (void)link_profile(name, "");
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

std::string measured_folder() {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return folder ? folder : PROJECT_DIR "/../shared/data";
}

#define NEEDS_TRACE(name) \
    if (!std::filesystem::exists(measured_folder() + "/net/" + (name))) GTEST_SKIP() << (name)

/// One-way delays of ten minutes of small probes, one in 10 ms, each with its own luck: quantiles settle sooner.
Histogram probe_delays(LinkDirection direction) {
    direction.coherence = 0us;
    const auto start = timestamp(0);
    LinkModel model{direction, 5, start};
    Histogram delays;
    for (int i = 0; i < 60'000; ++i) {
        const auto now = start + i * 10ms;
        const auto passage = model.enter(100, now);
        if (passage.fate == Fate::delivered) delays.record(passage.out - now);
    }
    return delays;
}

struct Published {
    const char* profile;
    double up_p50, up_p99, up_p999, down_p50, down_p99, down_p999;  ///< ms
};
constexpr std::array published_delays{Published{"private-midband", 6.4, 9.9, 11.6, 5.3, 10.8, 11.3},
                                      Published{"private-mmw", 0.67, 0.91, 0.93, 0.75, 1.06, 1.70}};

void expect_published(const Published& row, const std::string& folder) {
    const auto profile = link_profile(row.profile, folder);
    const auto near = [&](const Histogram& delays, double percent, double ms, double tolerance) {
        EXPECT_NEAR(static_cast<double>(delays.at_percent(percent)) / 1000, ms, tolerance * ms + 0.03)
            << row.profile << " " << percent << " % " << profile.said_from;
    };
    const auto up = probe_delays(profile.up);
    near(up, 50, row.up_p50, .04);
    near(up, 99, row.up_p99, .05);
    near(up, 99.9, row.up_p999, .15);
    const auto down = probe_delays(profile.down);
    near(down, 50, row.down_p50, .04);
    near(down, 99, row.down_p99, .05);
    near(down, 99.9, row.down_p999, .15);
}

TEST(LinkProfile, parametric_delays_have_the_published_quantiles) {
    for (const auto& row : published_delays) expect_published(row, "");
    EXPECT_EQ(link_profile("private-midband", "").said_from, "parametric, fitted to published quantiles");
    const auto oran = probe_delays(link_profile("private-oran", "").up);
    EXPECT_NEAR(static_cast<double>(oran.at_percent(50)), 14'600, 800);
}

TEST(LinkProfile, measured_histograms_are_used_where_they_are) {
    NEEDS_TRACE("deterministic6g/5G-midband-Uplink_PD-Wireless-5G-2a.csv");
    for (const auto& row : published_delays) expect_published(row, measured_folder());
    EXPECT_EQ(link_profile("private-midband", measured_folder()).said_from,
              "measured: deterministic6g/5G-midband-Uplink_PD-Wireless-5G-2a.csv, "
              "deterministic6g/5G-midband-Downlink_PD-Wireless-5G-2a.csv; the rest parametric");
    EXPECT_THAT(link_profile("private-oran", measured_folder()).said_from, HasSubstr("ping-MEC-ORAN.txt"));
}

/// Rates of consecutive 100 ms or 1 s windows.
Histogram window_rates(const RateTrace& rate, Microseconds window) {
    Histogram kbit_per_s;
    for (auto at = 0us; at + window <= rate.period(); at += window)
        kbit_per_s.record(Microseconds{rate.carried(at, at + window) / window.count()});
    return kbit_per_s;
}

TEST(LinkProfile, the_lte_trace_has_the_published_rates_measured_or_not) {
    for (const auto& folder : {std::string{}, measured_folder()}) {
        const auto profile = link_profile("lte-fallback", folder);
        EXPECT_NEAR(profile.up.rate->mean_kbit_per_s(), 5'900, 700) << profile.said_from;
        EXPECT_NEAR(profile.down.rate->mean_kbit_per_s(), 5'000, 700) << profile.said_from;
        const auto up = window_rates(*profile.up.rate, 100ms);
        EXPECT_NEAR(static_cast<double>(up.at_percent(5)), 700, 500) << profile.said_from;
        EXPECT_NEAR(static_cast<double>(up.at_percent(50)), 5'400, 700) << profile.said_from;
        EXPECT_NEAR(static_cast<double>(up.at_percent(95)), 12'000, 1'500) << profile.said_from;
        EXPECT_GE(profile.up.rate->gaps().size(), 5U) << profile.said_from;
    }
}

TEST(LinkProfile, the_public_trace_is_long_and_has_the_published_rates) {
    const auto parametric = link_profile("public-5g", "");
    EXPECT_EQ(parametric.up.rate->period(), 1h);
    const auto down = window_rates(*parametric.down.rate, 1s);
    EXPECT_NEAR(static_cast<double>(down.at_percent(50)), 151'000, 25'000);
    EXPECT_NEAR(static_cast<double>(down.at_percent(95)), 235'000, 10'000);
    NEEDS_TRACE("irish5g/static_B_2020.02.14_13.21.26.csv");
    const auto measured = link_profile("public-5g", measured_folder());
    EXPECT_THAT(measured.said_from, HasSubstr("static_B_2020.02.14"));
    EXPECT_NEAR(static_cast<double>(window_rates(*measured.down.rate, 1s).at_percent(50)), 151'000, 2'000);
    EXPECT_NEAR(static_cast<double>(window_rates(*measured.up.rate, 1s).at_percent(50)), 151'000 / 4.0, 500);
}

TEST(LinkProfile, every_name_makes_a_link_that_delivers) {
    EXPECT_EQ(link_profile_names().front(), "private-midband");
    EXPECT_EQ(link_profile_names().size(), 8U);
    for (const auto name : link_profile_names()) {
        const auto profile = link_profile(name, measured_folder());
        EXPECT_EQ(profile.name, name);
        EXPECT_GT(probe_delays(profile.up).count(), 50'000U) << name;
        EXPECT_GT(probe_delays(profile.down).count(), 50'000U) << name;
    }
}

TEST(LinkProfile, another_loss_takes_the_place_of_its_own) {
    const auto alone = link_profile("private-midband+loss=2%", "");
    EXPECT_EQ(alone.name, "private-midband+loss=2%");
    EXPECT_EQ(alone.up.loss, 0);
    EXPECT_EQ(alone.up.independent_loss, 0.02);
    EXPECT_EQ(alone.down.independent_loss, 0.02);
    const auto bursts = link_profile("stress+loss=5%x8", "");
    EXPECT_EQ(bursts.up.loss, 0.05);
    EXPECT_EQ(bursts.up.burst, 8);
    EXPECT_EQ(bursts.down.independent_loss, 0);
    EXPECT_EQ(link_profile("wired+loss=0.5%", "").up.independent_loss, 0.005);
}

TEST(LinkProfile, a_wrong_name_or_loss_is_one_line_that_says_what_is_allowed) {
    EXPECT_EQ(profile_refusal("privat"),
              "link: profile 'privat' is not allowed: one of private-midband, wired, private-mmw, private-oran, "
              "public-5g, lte-fallback, stress, wifi-handover");
    for (const auto* word :
         {"wired+", "wired+loss=", "wired+loss=2", "wired+loss=2%x", "wired+loss=2%x8x", "wired+loss=-1%",
          "wired+loss=60%", "wired+loss=2%x0.5", "wired+loss=nan%", "wired+delay=3"})
        EXPECT_THAT(profile_refusal(word), HasSubstr("is not allowed: +loss=P% or +loss=P%xB")) << word;
}

}  // namespace
}  // namespace transport
