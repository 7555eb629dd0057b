// The server's line of health, read back.
#include "bench/server_status.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bench;

constexpr auto line =
    "ultrasound from capture-ultrasound: 120 frames, 1 missing, 2 packets lost, 7 forged or replayed; "
    "xray from capture-xray (gone): 90 frames, 3 missing, 0 packets lost, 1 forged or replayed; "
    "display main: fused 1280x720; 4 pictures replaced, 5 foreign packets, 6 bus messages and 8 strangers refused";

TEST(ServerStatus, tells_each_counter_by_its_words_and_its_stream) {
    const auto counters = read_status(line);
    EXPECT_EQ(counters.at("ultrasound frames"), 120U);
    EXPECT_EQ(counters.at("xray frames"), 90U);
    EXPECT_EQ(counters.at("ultrasound forged or replayed"), 7U);
    EXPECT_EQ(counters.at("pictures replaced"), 4U);
    EXPECT_EQ(counters.at("bus messages"), 6U);
    EXPECT_EQ(counters.at("strangers refused"), 8U);
}

TEST(ServerStatus, passes_over_what_is_no_counter) {
    EXPECT_TRUE(read_status("").empty());
    EXPECT_TRUE(read_status("; ,; and ,:; x: y").empty());
    EXPECT_EQ(read_status(line).size(), 12U);
}

TEST(ServerStatus, growth_is_by_counter_or_summed_over_streams) {
    const auto before = read_status("ultrasound from a: 1 missing; xray from b: 2 missing; 5 foreign packets");
    const auto after = read_status("ultrasound from a: 4 missing; xray from b: 2 missing; 5 foreign packets");
    EXPECT_EQ(growth_of_streams(before, after, "missing"), 3U);
    EXPECT_EQ(growth(before, after, "foreign packets"), 0U);
    EXPECT_EQ(growth(before, after, "nothing of ours"), 0U);
    EXPECT_EQ(growth(after, before, "ultrasound missing"), 0U) << "a server that was started again counts anew";
}

}  // namespace
