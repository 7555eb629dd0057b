// Targets, lines of sight, lengths: in millimetres or not at all.
#include "augment/markers.hpp"

#include "fakes/seen_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace {

using namespace augment;
using namespace seen_probe;
using ::testing::HasSubstr;

constexpr auto most_skew = 100ms;

struct Shown {
    Paired pair = both();
    EchoPlace place = place_of(pair, probe(), most_skew, exposed);
};

Annotation pointed(std::string kind, Modality modality, double x0, double y0, double x1 = 0, double y1 = 0) {
    Annotation out;
    out.kind = std::move(kind);
    out.modality = modality;
    out.x0 = x0;
    out.y0 = y0;
    out.x1 = x1;
    out.y1 = y1;
    return out;
}

std::string reason(Markers& markers, const Annotation& annotation, const Shown& shown) {
    return markers.add(annotation, shown.place, shown.pair).value_or("");
}

TEST(Markers, a_target_lies_where_the_echo_shows_it_and_is_seen_there_from_another_angle) {
    const Shown shown;
    Markers markers;
    ASSERT_EQ(reason(markers, pointed("marker", Modality::ultrasound, 0.5, 0.5), shown), "");
    const auto& target = markers.targets().at(0);
    const auto expected = table_from_array()(shown.place.plane->in_array({399.5, 299.5}));
    EXPECT_NEAR(length(target.on_table - expected), 0, 1e-9);
    EXPECT_EQ(target.number, 1);
}

TEST(Markers, across_the_slice_a_target_is_less_sure_than_in_the_picture) {
    const Shown shown;
    Markers markers;
    ASSERT_EQ(reason(markers, pointed("marker", Modality::ultrasound, 0.5, 0.5), shown), "");
    const auto& doubt = markers.targets().at(0).doubt;
    const auto frame = table_from_array().rotation * turn_about_z(shown.place.plane->multiplane_angle);
    const auto along = [&](Vec3 axis) { return dot(frame * axis, doubt * (frame * axis)); };
    EXPECT_GT(along({0, 1, 0}), 2);  // (5 mm)² / 12
    EXPECT_LT(along({1, 0, 0}), 0.4);
}

TEST(Markers, without_a_registered_probe_no_target_is_set) {
    for (const auto state : {Registration::searching, Registration::ageing, Registration::lost}) {
        Shown shown;
        auto known = probe();
        known.registration = state;
        shown.place = place_of(shown.pair, known, most_skew, exposed);
        Markers markers;
        EXPECT_THAT(reason(markers, pointed("marker", Modality::ultrasound, 0.5, 0.5), shown),
                    HasSubstr("not registered"));
        EXPECT_TRUE(markers.targets().empty());
    }
}

TEST(Markers, a_length_in_the_echo_has_the_echos_millimetres) {
    const Shown shown;
    Markers markers;
    ASSERT_EQ(reason(markers, pointed("caliper", Modality::ultrasound, 0.25, 0.5, 0.75, 0.5), shown), "");
    EXPECT_NEAR(markers.calipers().at(0).mm, 400 * 0.25, 1e-9);
}

TEST(Markers, a_length_in_the_xray_is_that_of_the_isocentres_plane) {
    const Shown shown;
    Markers markers;
    ASSERT_EQ(reason(markers, pointed("caliper", Modality::xray, 0, 0, 0.5, 0), shown), "");
    EXPECT_NEAR(markers.calipers().at(0).mm, 256 * 0.4 * 765 / 1200, 1e-9);
}

TEST(Markers, a_picture_that_tells_no_millimetres_gives_no_length) {
    Shown shown;
    shown.pair.ultrasound->header.geometry.spacing.reset();
    Markers markers;
    EXPECT_THAT(reason(markers, pointed("caliper", Modality::ultrasound, 0, 0, 1, 1), shown), HasSubstr("millimetres"));
}

TEST(Markers, a_length_and_a_sight_mean_nothing_once_the_geometry_is_another) {
    const auto before = both().xray->header.geometry;
    EXPECT_TRUE(still_true(before, before));
    auto turned = before;
    turned.c_arm->primary_angle_degrees += 0.2;
    EXPECT_FALSE(still_true(before, turned));
    auto moved = before;
    moved.table_mm = {0, 0, 1};
    EXPECT_FALSE(still_true(before, moved));
    auto deeper = both().ultrasound->header.geometry;
    const auto shallow = deeper;
    deeper.spacing->y_mm_per_pixel *= 1.2;
    EXPECT_FALSE(still_true(shallow, deeper));
}

TEST(Markers, a_second_click_replaces_the_first) {
    const Shown shown;
    Markers markers;
    ASSERT_EQ(reason(markers, pointed("sight", Modality::xray, 0.2, 0.2), shown), "");
    ASSERT_EQ(reason(markers, pointed("sight", Modality::xray, 0.5, 0.5), shown), "");
    EXPECT_NEAR(markers.sight()->xray.x, 255.5, 1e-9);
}

TEST(Markers, what_cannot_be_is_refused_in_one_line) {
    const Shown shown;
    Markers markers;
    EXPECT_THAT(reason(markers, pointed("marker", Modality::xray, 0.5, 0.5), shown), HasSubstr("ultrasound"));
    EXPECT_THAT(reason(markers, pointed("sight", Modality::ultrasound, 0.5, 0.5), shown), HasSubstr("X-ray"));
    EXPECT_THAT(reason(markers, pointed("caliper", Modality::camera, 0, 0, 1, 1), shown), HasSubstr("camera"));
    EXPECT_THAT(reason(markers, pointed("marker", Modality::ultrasound, 1.5, 0.5), shown), HasSubstr("0..1"));
    const double none = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THAT(reason(markers, pointed("sight", Modality::xray, none, 0.5), shown), HasSubstr("0..1"));
    auto control = pointed("marker", Modality::ultrasound, 0.5, 0.5);
    control.text = "a\nb";
    EXPECT_THAT(reason(markers, control, shown), HasSubstr("plain UTF-8"));
}

TEST(Markers, their_number_is_limited) {
    const Shown shown;
    Markers markers;
    for (int i = 0; i < 32; ++i)
        ASSERT_EQ(reason(markers, pointed("marker", Modality::ultrasound, 0.5, 0.5), shown), "");
    EXPECT_THAT(reason(markers, pointed("marker", Modality::ultrasound, 0.5, 0.5), shown), HasSubstr("32"));
    markers.clear();
    EXPECT_TRUE(markers.targets().empty());
}

}  // namespace
