// From what attacks did to the rows that judge it.
#include "bench/wireless_attack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace {

using namespace bench;

bool met(const std::vector<Row>& rows, const std::string& name) {
    const auto found = std::ranges::find(rows, name, &Row::name);
    if (found == rows.end() || !found->met()) throw std::runtime_error("no row with a goal: " + name);
    return *found->met();
}

TEST(AttackRows, nothing_more_may_be_lost_than_in_the_quiet) {
    AttackResult quiet;
    quiet.lost_at_display = 1;
    AttackResult attack;
    attack.name = "x";
    attack.lost_at_display = 1;
    attack.lost_at_server = 1;
    const auto rows = attack_rows(quiet, {attack});
    EXPECT_TRUE(met(rows, "attack x: frames lost at the display"));
    EXPECT_FALSE(met(rows, "attack x: frames lost at the server"));
    EXPECT_TRUE(met(rows, "attack x: processes that died"));
}

TEST(AttackRows, counters_are_to_tell_nearly_all_and_memory_is_to_stay) {
    AttackResult attack;
    attack.name = "x";
    attack.sent = 1000;
    attack.counted = 900;
    attack.growth_mib = 2.5;
    auto rows = attack_rows({}, {attack});
    EXPECT_TRUE(met(rows, "attack x: counted by the server"));
    EXPECT_FALSE(met(rows, "attack x: server's memory grows by"));
    attack.counted = 899;
    rows = attack_rows({}, {attack});
    EXPECT_FALSE(met(rows, "attack x: counted by the server"));
}

}  // namespace
