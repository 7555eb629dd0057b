// From what a crowd saw to the rows that judge it.
#include "bench/wireless_crowd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace {

using namespace bench;

CrowdPhase phase_of(std::int64_t p99_us) {
    CrowdPhase phase;
    phase.light.ultrasound.p99 = phase.light.xray.p99 = p99_us;
    phase.ultrasound_p99_us = phase.xray_p99_us = p99_us;
    return phase;
}

const Row& row(const std::vector<Row>& rows, const std::string& name) {
    const auto found = std::ranges::find(rows, name, &Row::name);
    if (found == rows.end()) throw std::runtime_error("no row " + name);
    return *found;
}

TEST(CrowdRows, a_change_is_that_within_a_round) {
    const auto rows = crowd_rows(CrowdPhases{{phase_of(10'000), phase_of(20'000), phase_of(10'000)},
                                             {phase_of(10'500), phase_of(21'000), phase_of(13'000)}});
    const auto& change = row(rows, "crowd ultrasound p99 delivered change");
    EXPECT_NEAR(change.value, 5, 1e-9);
    EXPECT_EQ(change.met(), true);
    EXPECT_NEAR(row(rows, "crowd ultrasound p99 delivered median distance of a round, all well").value, 0, 1e-9);
    EXPECT_NEAR(row(rows, "crowd X-ray p99 presented, all well").value, 10, 1e-9);
}

TEST(CrowdRows, a_tenth_more_is_too_much_and_so_is_a_missing_picture) {
    auto worse = phase_of(11'500);
    worse.light.missing = 2;
    const auto rows = crowd_rows(CrowdPhases{{phase_of(10'000)}, {worse}});
    EXPECT_EQ(row(rows, "crowd ultrasound p99 delivered change").met(), false);
    EXPECT_EQ(row(rows, "crowd pictures missing at the light displays, all well").met(), true);
    EXPECT_EQ(row(rows, "crowd pictures missing at the light displays, two badly off").met(), false);
}

TEST(CrowdRows, every_round_has_both_halves) {
    EXPECT_THROW((void)crowd_rows(CrowdPhases{}), std::invalid_argument);
    EXPECT_THROW((void)crowd_rows(CrowdPhases{{phase_of(1)}, {}}), std::invalid_argument);
}

}  // namespace
