// From a lifted pointer to the stroke on other people's pictures.
#include "bench/drawn.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bench {
namespace {

/// The display's times begin at 0, the machine's clock was at 1 s then.
std::vector<render::PresentedFrame> pictures() {
    using transport::Modality;
    using transport::Stage;
    const auto shown = [](Modality modality, std::uint32_t sequence, int captured, int presented) {
        transport::FrameHeader header;
        header.modality = modality;
        header.stream = static_cast<transport::StreamId>(1 + static_cast<int>(modality));
        header.sequence = sequence;
        header.timeline.mark(Stage::captured, transport::timestamp(captured));
        header.timeline.mark(Stage::presented, transport::timestamp(presented));
        return header;
    };
    std::vector<render::PresentedFrame> out(3);
    out[0].sources = {shown(Modality::ultrasound, 3, 10'000, 30'000)};
    out[1].sources = {shown(Modality::xray, 9, 40'000, 55'000)};
    out[2].sources = {shown(Modality::ultrasound, 4, 76'000, 90'000), shown(Modality::xray, 9, 40'000, 90'000)};
    for (std::uint32_t i = 0; i < out.size(); ++i) out[i].annotation_revision = 6 + i;
    return out;
}
const std::vector<SeenCode> shown_codes{{1'055'000, 2, 9, 1'040'000}, {1'090'000, 1, 4, 1'076'000}};

double value_of(const std::vector<Row>& rows, std::string_view name) {
    const auto found = std::ranges::find(rows, name, &Row::name);
    return found != rows.end() ? found->value : -1;
}

TEST(Drawn, the_times_of_a_display_are_tied_to_the_clock_by_the_codes_it_showed) {
    const auto shown = shown_revisions(pictures(), shown_codes);
    ASSERT_EQ(shown.size(), 3u);
    EXPECT_EQ(shown.front().presented_us, 1'030'000);
    EXPECT_EQ(shown.back().presented_us, 1'090'000);
    EXPECT_EQ(shown.back().revision, 8u);
}

TEST(Drawn, a_display_without_a_frame_in_both_of_its_files_is_refused) {
    EXPECT_THROW(static_cast<void>(shown_revisions(pictures(), {})), std::runtime_error);
}

TEST(Drawn, a_stroke_is_on_the_display_with_the_first_picture_of_its_revision_or_a_later_one) {
    PageFigures page;
    page.strokes = {{1'005'000, 1'060'000, 7}, {1'060'000, 1'120'000, 8}};
    const auto rows = drawn_rows(page, shown_revisions(pictures(), shown_codes));
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
