// From a lifted pointer to the stroke on other people's pictures.
#include "bench/drawn.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace bench {
namespace {

// The display began at 1,000,000; only columns that are looked at.
constexpr auto timeline =
    "stream,sequence,annotation_revision,ultrasound_stream,ultrasound_sequence,ultrasound_captured_us,"
    "ultrasound_presented_us,xray_stream,xray_sequence,xray_captured_us,xray_presented_us\n"
    "16,0,6,1,3,10000,30000,,,,\n"
    "16,1,7,,,,,2,9,40000,55000\n"
    "16,2,8,1,4,76000,90000,2,9,40000,90000\n"
    "16,3,8,1";  // still being written
const std::vector<SeenCode> codes{{1'055'000, 2, 9, 1'040'000}, {1'090'000, 1, 4, 1'076'000}};

double value_of(const std::vector<Row>& rows, std::string_view name) {
    const auto found = std::ranges::find(rows, name, &Row::name);
    return found != rows.end() ? found->value : -1;
}

TEST(Drawn, the_times_of_a_display_are_tied_to_the_clock_by_the_codes_it_showed) {
    std::istringstream csv{timeline};
    const auto shown = read_shown_revisions(csv, codes);
    ASSERT_EQ(shown.size(), 3u);
    EXPECT_EQ(shown.front().presented_us, 1'030'000);
    EXPECT_EQ(shown.back().presented_us, 1'090'000);
    EXPECT_EQ(shown.back().revision, 8u);
}

TEST(Drawn, a_timeline_of_another_kind_or_without_a_frame_in_common_is_refused_by_name) {
    std::istringstream other{"stream,sequence\n1,2\n"};
    EXPECT_THROW(static_cast<void>(read_shown_revisions(other, codes)), std::runtime_error);
    std::istringstream csv{timeline};
    EXPECT_THROW(static_cast<void>(read_shown_revisions(csv, {})), std::runtime_error);
}

TEST(Drawn, a_stroke_is_on_the_display_with_the_first_picture_of_its_revision_or_a_later_one) {
    std::istringstream csv{timeline};
    PageFigures page;
    page.strokes = {{1'005'000, 1'060'000, 7}, {1'060'000, 1'120'000, 8}};
    const auto rows = drawn_rows(page, read_shown_revisions(csv, codes));
    EXPECT_DOUBLE_EQ(value_of(rows, "draw: pointer lifted to the stroke on a page's video, max"), 60);
    EXPECT_DOUBLE_EQ(value_of(rows, "draw: pointer lifted to the stroke on the OR display, p50"), 30);
    EXPECT_DOUBLE_EQ(value_of(rows, "draw: pointer lifted to the stroke on the OR display, max"), 50);
    EXPECT_DOUBLE_EQ(value_of(rows, "draw: of these not seen in the video or on the OR display"), 0);
}

TEST(Drawn, strokes_that_nobody_saw_are_counted_and_make_no_figure) {
    PageFigures page;
    page.strokes = {{1'005'000, {}, 0}};
    const auto rows = drawn_rows(page, {});
    EXPECT_DOUBLE_EQ(value_of(rows, "draw: of these not seen in the video or on the OR display"), 1);
    EXPECT_EQ(rows.size(), 2u);
}

}  // namespace
}  // namespace bench
