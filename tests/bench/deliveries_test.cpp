// What light displays write down, and the figures made of it.
#include "bench/deliveries.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

namespace {

using namespace bench;

std::vector<Delivery> read_text(const std::string& lines) {
    std::istringstream csv{std::string{deliveries_header} + lines};
    return read_deliveries(csv);
}

TEST(Deliveries, are_read_as_they_are_written_and_an_unfinished_line_is_passed_over) {
    const Delivery delivery{"light-01", 5000, 1000, -1, 900, 2, 3};
    EXPECT_EQ(read_text(to_line(delivery) + "light-01,60"), std::vector{delivery});
}

TEST(Deliveries, a_malformed_line_is_named) {
    EXPECT_THROW((void)read_text("light-01,1,2,3,4,5\n"), std::runtime_error);
    EXPECT_THROW((void)read_text("light-01,1,2,3,4,5,6,7\n"), std::runtime_error);
    EXPECT_THROW((void)read_text("light-01,1,2,x,4,5,6\n"), std::runtime_error);
    std::istringstream other{"other\n"};
    EXPECT_THROW((void)read_deliveries(other), std::runtime_error);
}

TEST(Deliveries, figures_are_of_their_time_alone_and_of_all_displays_together) {
    const std::vector<Delivery> all{
        {"a", 1'000'000, 0, 0, 1000, 5, 1},           {"b", 1'000'000, 0, 0, 1000, 0, 0},
        {"a", 2'000'000, 1'990'000, -1, 1000, 6, 1},  {"b", 2'500'000, 2'480'000, 2'470'000, 1000, 0, 2},
        {"a", 3'000'000, 1'000'000, -1, 1000, 99, 9},
    };
    const auto figures = delivery_figures(all, 2'000'000, 3'000'000);
    EXPECT_EQ(figures.pictures, 2U);
    EXPECT_EQ(figures.ultrasound.count, 2U);
    EXPECT_NEAR(static_cast<double>(figures.ultrasound.p50), 10'000, 10) << "within 0.1 %";
    EXPECT_NEAR(static_cast<double>(figures.ultrasound.p99), 20'000, 20);
    EXPECT_EQ(figures.xray.count, 1U) << "the same X-ray frame again is not measured twice";
    EXPECT_EQ(figures.missing, 1U);
    EXPECT_EQ(figures.keyframes_asked, 2U);
    EXPECT_DOUBLE_EQ(figures.kbit_per_s, 8.0) << "of one display";
}

TEST(Deliveries, of_nothing_there_is_nothing) {
    EXPECT_EQ(delivery_figures({}, 0, 1).pictures, 0U);
    EXPECT_DOUBLE_EQ(delivery_figures({}, 0, 1).kbit_per_s, 0.0);
}

}  // namespace
