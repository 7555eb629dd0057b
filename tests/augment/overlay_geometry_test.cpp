// What geometry draws: in the X-ray's and the echo's panes, solid, dashed or not at all.
#include "augment/overlay_geometry.hpp"

#include "augment/canvas_window.hpp"
#include "fakes/seen_probe.hpp"
#include "fusion_scenes.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace augment;
using namespace seen_probe;

constexpr std::array<SourceSize, 3> panes{{{800, 600}, {512, 512}, {0, 0}}};

struct Drawing {
    Paired pair = both();
    KnownProbe known = probe();
    Markers markers;
    std::optional<Tip> tip;
    Microseconds later{0};  ///< that the picture is made, after the exposure
    Plan where = plan(Layout::fused, 1280, 720, panes, {}, false);
    std::shared_ptr<Pixels> canvas = scenes::dirty_canvas(where, 100);
    Rect touched{};

    EchoPlace place() const { return place_of(pair, known, 100ms, exposed + later); }
    void point(std::string kind, Modality modality, double x, double y) {
        Annotation annotation;
        annotation.kind = std::move(kind);
        annotation.modality = modality;
        annotation.x0 = x;
        annotation.y0 = y;
        EXPECT_FALSE(markers.add(annotation, place(), pair));
    }
    Drawing& draw() {
        canvas = scenes::dirty_canvas(where, 100);
        touched = draw_geometry(*canvas, where, pair, place(), markers, tip);
        return *this;
    }
    bool changed(int x, int y) const { return canvas->row(0, y)[x] != 100 || canvas->row(1, y / 2)[x / 2] != 100; }
    int changed_in(const Rect& area) const {
        int count = 0;
        for (int y = area.y; y < area.y + area.height; ++y)
            for (int x = area.x; x < area.x + area.width; ++x) count += changed(x, y) ? 1 : 0;
        return count;
    }
    const Rect& xray() const { return where.place(Modality::xray).image; }
    const Rect& echo() const { return where.place(Modality::ultrasound).image; }
    /// Of the sector's edge, how many of so many points are drawn on.
    double drawn_share() const {
        const auto lies = *place().echo;
        const auto& header = pair.ultrasound->header;
        int hit = 0, all = 0;
        const auto edge = outline_of(*header.geometry.sector, *header.geometry.spacing);
        for (std::size_t i = 1; i < edge.size(); ++i)
            for (const double share : {0.0, 0.25, 0.5, 0.75}) {
                const auto step = edge[i] - edge[i - 1];
                const auto at = *lies.to_xray({edge[i - 1].x + share * step.x, edge[i - 1].y + share * step.y});
                const auto on = scaled_to(window_of(*canvas, xray()), pair.xray->header, at);
                const int x = xray().x + static_cast<int>(std::lround(on.x));
                const int y = xray().y + static_cast<int>(std::lround(on.y));
                if (x <= xray().x || y <= xray().y || x >= xray().x + xray().width || y >= xray().y + xray().height)
                    continue;
                ++all;
                hit += changed(x, y) ? 1 : 0;
            }
        return all > 0 ? static_cast<double>(hit) / all : -1;
    }
};

TEST(OverlayGeometry, the_sectors_edge_is_solid_while_registered_dashed_when_ageing) {
    Drawing drawing;
    EXPECT_GT(drawing.draw().drawn_share(), 0.99);
    drawing.known.seen = exposed - 2s;
    const double dashed = drawing.draw().drawn_share();
    EXPECT_GT(dashed, 0.3);
    EXPECT_LT(dashed, 0.8);
}

TEST(OverlayGeometry, nothing_of_it_is_drawn_when_the_probe_is_lost) {
    Drawing drawing;
    drawing.point("marker", Modality::ultrasound, 0.5, 0.4);
    drawing.known.registration = Registration::lost;
    drawing.draw();
    EXPECT_EQ(drawing.changed_in({0, 0, 1280, 720}), 0);
    EXPECT_TRUE(drawing.touched.empty());
}

TEST(OverlayGeometry, what_it_returns_holds_all_that_it_drew_in_the_xray) {
    Drawing drawing;
    drawing.point("marker", Modality::ultrasound, 0.5, 0.4);
    drawing.draw();
    EXPECT_GT(drawing.changed_in(drawing.touched), 500);
    EXPECT_EQ(drawing.changed_in(drawing.xray()), drawing.changed_in(drawing.touched));
    EXPECT_EQ(drawing.changed_in({0, 0, 1280, 720}),
              drawing.changed_in(drawing.xray()) + drawing.changed_in(drawing.echo()));
}

TEST(OverlayGeometry, a_target_stands_where_both_pictures_have_it) {
    Drawing drawing;
    drawing.point("marker", Modality::ultrasound, 0.5, 0.4);
    drawing.draw();
    const auto place = drawing.place();
    const auto in_xray = *place.camera->project(drawing.markers.targets()[0].on_table);
    const auto on = scaled_to(window_of(*drawing.canvas, drawing.xray()), drawing.pair.xray->header, in_xray);
    EXPECT_TRUE(drawing.changed(drawing.xray().x + static_cast<int>(on.x), drawing.xray().y + static_cast<int>(on.y)));
    EXPECT_TRUE(drawing.changed(drawing.echo().x + drawing.echo().width / 2,
                                drawing.echo().y + static_cast<int>(0.4 * drawing.echo().height)));
}

TEST(OverlayGeometry, a_target_far_from_the_slice_is_not_in_the_echo_but_still_in_the_xray) {
    Drawing drawing;
    drawing.point("marker", Modality::ultrasound, 0.7, 0.4);
    drawing.pair.ultrasound->header.geometry.sector->multiplane_degrees += 60;
    drawing.draw();
    EXPECT_EQ(drawing.changed_in(drawing.echo()), 0);
    EXPECT_FALSE(drawing.touched.empty());
}

TEST(OverlayGeometry, a_target_too_doubtful_is_hidden_and_said_to_be) {
    Drawing sure, doubtful;
    sure.point("marker", Modality::ultrasound, 0.5, 0.4);
    doubtful.point("marker", Modality::ultrasound, 0.5, 0.4);
    doubtful.pair.ultrasound->header.timeline.clock_bound = 50ms;  // 10 mm at the heart's 20 cm/s
    sure.draw();
    doubtful.draw();
    const auto place = sure.place();
    const auto at = scaled_to(window_of(*sure.canvas, sure.xray()), sure.pair.xray->header,
                              *place.camera->project(sure.markers.targets()[0].on_table));
    const int x = sure.xray().x + static_cast<int>(at.x), y = sure.xray().y + static_cast<int>(at.y);
    EXPECT_TRUE(sure.changed(x, y));
    EXPECT_FALSE(doubtful.changed(x, y));
}

TEST(OverlayGeometry, a_click_in_the_xray_is_a_line_in_the_echo_until_the_c_arm_moves) {
    Drawing drawing;
    drawing.known.registration = Registration::registered;
    const auto place = drawing.place();
    const auto under = *place.echo->to_xray({400, 240});
    drawing.point("sight", Modality::xray, (under.x + 0.5) / 512, (under.y + 0.5) / 512);
    drawing.draw();
    EXPECT_GT(drawing.changed_in(drawing.echo()), 10);
    EXPECT_TRUE(drawing.changed(drawing.echo().x + drawing.echo().width / 2,
                                drawing.echo().y + static_cast<int>(0.4 * drawing.echo().height)));
    drawing.pair.xray->header.geometry.c_arm->primary_angle_degrees += 1;
    drawing.draw();
    EXPECT_EQ(drawing.changed_in(drawing.echo()), 0);
}

/// Registered by a tracker, so that nothing but the X-ray ages; a click that lies under the echo.
Drawing with_a_click() {
    Drawing drawing;
    drawing.pair.ultrasound->header.geometry.sector->tracked = pose_of(table_from_array());
    const auto under = *drawing.place().echo->to_xray({400, 240});
    drawing.point("sight", Modality::xray, (under.x + 0.5) / 512, (under.y + 0.5) / 512);
    return drawing;
}

TEST(OverlayGeometry, a_clicks_line_in_the_echo_is_dashed_when_the_xray_ages_and_goes_when_it_is_gone) {
    auto drawing = with_a_click();
    const int solid = drawing.draw().changed_in(drawing.echo());
    EXPECT_GT(solid, 10);
    auto late = with_a_click();
    late.later = 300ms;
    const int dashed = late.draw().changed_in(late.echo());
    EXPECT_GT(dashed, 0);
    EXPECT_LT(dashed, solid);
    late.later = 1100ms;
    EXPECT_EQ(late.draw().changed_in(late.echo()), 0);
}

/// A tip under the echo, with neither sector nor probe beside it.
Drawing with_a_tip(Tip::State state) {
    Drawing drawing;
    drawing.tip = Tip{state, *drawing.place().echo->to_xray({400, 240}), 2.3, 0.9, exposed};
    return drawing;
}
int added_in(Drawing drawing, const Rect& area) {
    const int with = drawing.draw().changed_in(area);
    drawing.tip.reset();
    return with - drawing.draw().changed_in(area);
}

TEST(OverlayGeometry, a_tracked_tip_has_a_ring_that_leaves_the_tip_to_be_seen) {
    auto drawing = with_a_tip(Tip::State::tracking);
    drawing.known.registration = Registration::lost;  // its ring needs no echo
    drawing.tip->at = {100, 150};
    drawing.draw();
    const auto at = scaled_to(window_of(*drawing.canvas, drawing.xray()), drawing.pair.xray->header, drawing.tip->at);
    const Rect tip{drawing.xray().x + static_cast<int>(at.x) - 8, drawing.xray().y + static_cast<int>(at.y) - 8, 16,
                   16};
    const Rect around{tip.x - 60, tip.y - 60, 140, 140};
    EXPECT_EQ(drawing.changed_in(tip), 0);
    EXPECT_GT(drawing.changed_in(around), 200);
    EXPECT_EQ(drawing.changed_in({0, 0, 1280, 720}), drawing.changed_in(around));
    EXPECT_TRUE(drawing.touched.empty()) << "it does not fall with the registration";
}

/// Of so many directions, those in which the ring is drawn.
double ring_share(Drawing drawing) {
    drawing.known.registration = Registration::lost;
    drawing.tip->at = {100, 150};
    drawing.draw();
    const auto at = scaled_to(window_of(*drawing.canvas, drawing.xray()), drawing.pair.xray->header, drawing.tip->at);
    constexpr int text_height = 720 / 34;
    int hit = 0;
    for (int i = 0; i < 100; ++i) {
        const double t = i * 0.0628, radius = 0.8 * text_height;
        hit += drawing.changed(drawing.xray().x + static_cast<int>(std::lround(at.x + radius * std::cos(t))),
                               drawing.xray().y + static_cast<int>(std::lround(at.y + radius * std::sin(t))))
                   ? 1
                   : 0;
    }
    return hit / 100.0;
}

TEST(OverlayGeometry, a_tips_ring_is_whole_but_for_its_gap_and_dashed_when_it_coasts_or_is_held) {
    EXPECT_GT(ring_share(with_a_tip(Tip::State::tracking)), 0.8);
    for (const auto state : {Tip::State::coasting, Tip::State::held}) {
        const double share = ring_share(with_a_tip(state));
        EXPECT_GT(share, 0.3);
        EXPECT_LT(share, 0.75);
    }
}

TEST(OverlayGeometry, only_a_tracked_tip_in_a_live_xray_has_a_line_in_the_echo) {
    const auto tracked = with_a_tip(Tip::State::tracking);
    EXPECT_GT(added_in(tracked, tracked.echo()), 10);
    for (const auto state : {Tip::State::coasting, Tip::State::held, Tip::State::lost})
        EXPECT_EQ(added_in(with_a_tip(state), tracked.echo()), 0);
    auto late = tracked;
    late.pair.ultrasound->header.geometry.sector->tracked = pose_of(table_from_array());
    late.later = 300ms;
    EXPECT_EQ(added_in(late, late.echo()), 0);
}

TEST(OverlayGeometry, a_lost_tip_is_named_in_the_margin_alone) {
    auto drawing = with_a_tip(Tip::State::lost);
    drawing.known.registration = Registration::lost;
    drawing.draw();
    const auto& pane = drawing.xray();
    const Rect margin{pane.x, pane.y + pane.height - 60, pane.width / 2, 60};
    EXPECT_GT(drawing.changed_in(margin), 50);
    EXPECT_EQ(drawing.changed_in({0, 0, 1280, 720}), drawing.changed_in(margin));
}

TEST(OverlayGeometry, a_length_goes_when_the_depth_changes) {
    Drawing drawing;
    Annotation caliper;
    caliper.kind = "caliper";
    caliper.modality = Modality::ultrasound;
    caliper.x0 = 0.3;
    caliper.y0 = caliper.y1 = 0.5;
    caliper.x1 = 0.7;
    ASSERT_FALSE(drawing.markers.add(caliper, drawing.place(), drawing.pair));
    EXPECT_GT(drawing.draw().changed_in(drawing.echo()), 20);
    drawing.pair.ultrasound->header.geometry.spacing = PixelSpacing{0.3, 0.3};
    EXPECT_EQ(drawing.draw().changed_in(drawing.echo()), 0);
}

TEST(OverlayGeometry, a_layout_without_the_xray_shows_no_sector) {
    Drawing drawing;
    drawing.where = plan(Layout::ultrasound, 1280, 720, panes, {}, false);
    drawing.draw();
    EXPECT_TRUE(drawing.touched.empty());
}

}  // namespace
