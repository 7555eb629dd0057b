// The figures of a run, from a codes.csv that was written by hand.
#include "bench/codes.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

using namespace bench;
using namespace std::chrono_literals;

std::vector<SeenCode> codes_in(const std::string& rows) {
    std::istringstream csv{std::string{codes_header} + rows};
    return read_codes(csv);
}

TEST(Codes, are_read_in_order) {
    const auto codes = codes_in("1000,1,7,900\n2000,2,8,1900\n");
    ASSERT_EQ(codes.size(), 2U);
    EXPECT_EQ(codes[0], (SeenCode{1000, 1, 7, 900}));
    EXPECT_EQ(codes[1], (SeenCode{2000, 2, 8, 1900}));
}

TEST(Codes, a_line_that_is_still_being_written_is_passed_over) {
    EXPECT_EQ(codes_in("1000,1,7,900\n2000,2,8,19").size(), 1U);
    EXPECT_TRUE(codes_in("").empty());
}

TEST(Codes, a_malformed_line_is_named) {
    try {
        (void)codes_in("1000,1,7,900\n2000,2,x,1900\n");
        FAIL() << "was read";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("line 3"), std::string::npos) << error.what();
    }
    EXPECT_THROW((void)codes_in("1000,70000,7,900\n"), std::runtime_error) << "a stream has 16 bits";
    EXPECT_THROW((void)codes_in("1000,1,7,900,5\n"), std::runtime_error);
    std::istringstream other{"a,b\n1,2\n"};
    EXPECT_THROW((void)read_codes(other), std::runtime_error);
    EXPECT_THROW((void)read_codes(std::filesystem::path{"/nowhere/codes.csv"}), std::runtime_error);
}

TEST(Figures, a_frame_counts_when_it_is_shown_first) {
    // Sequence 2 stands for three pictures: only its first showing is its latency.
    const auto figures =
        figures_of(codes_in("1010,1,1,1000\n1030,1,2,1010\n1050,1,2,1010\n1090,1,2,1010\n1100,1,3,1070\n"), 0);
    ASSERT_EQ(figures.size(), 1U);
    const auto& echo = figures.at(1);
    EXPECT_EQ(echo.frames, 3U);
    EXPECT_EQ(echo.lost, 0U);
    EXPECT_EQ(echo.p50_us, 20);
    EXPECT_EQ(echo.p99_us, 30);
    EXPECT_EQ(echo.max_us, 30);
}

TEST(Figures, gaps_are_frames_lost_of_that_stream_alone) {
    const auto figures = figures_of(codes_in("10,1,5,0\n11,2,1,0\n20,1,6,0\n21,2,2,0\n30,1,9,0\n31,2,3,0\n"), 0);
    EXPECT_EQ(figures.at(1).lost, 2U);
    EXPECT_EQ(figures.at(2).lost, 0U);
}

TEST(Figures, a_picture_that_comes_back_after_a_newer_one_is_no_frame) {
    EXPECT_EQ(figures_of(codes_in("10,1,5,0\n20,1,6,0\n30,1,5,0\n40,1,7,0\n"), 0).at(1).frames, 3U);
}

TEST(Figures, the_warm_up_does_not_count_but_a_gap_into_the_measured_time_does) {
    const auto codes = codes_in("10,1,1,0\n500,1,2,0\n1000,1,4,900\n1100,1,5,1050\n");
    const auto echo = figures_of(codes, 1000).at(1);
    EXPECT_EQ(echo.frames, 2U);
    EXPECT_EQ(echo.lost, 1U);
    EXPECT_EQ(echo.max_us, 100);
    EXPECT_TRUE(figures_of(codes, 5000).empty());
}

TEST(Figures, percentiles_are_nearest_ranks) {
    std::string rows;
    for (int i = 1; i <= 200; ++i)
        rows += std::to_string(10000 * i + i) + ",1," + std::to_string(i) + "," + std::to_string(10000 * i) + "\n";
    const auto echo = figures_of(codes_in(rows), 0).at(1);
    EXPECT_EQ(echo.p50_us, 100);
    EXPECT_EQ(echo.p99_us, 198);
    EXPECT_EQ(echo.max_us, 200);
}

TEST(Measuring, begins_after_the_last_stream_has_come) {
    const auto codes = codes_in("100,1,1,0\n200,1,2,0\n5000,2,1,0\n6000,2,2,0\n");
    EXPECT_EQ(measuring_from(codes, {1, 2}, 2s), 2'005'000);
    EXPECT_EQ(measuring_from(codes, {1}, 2s), 2'000'100);
    EXPECT_FALSE(measuring_from(codes, {1, 3}, 2s));
}

}  // namespace
