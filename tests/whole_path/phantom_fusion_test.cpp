// Both pictures of the phantom, as capture nodes hand them on, through the mixer: the probe is found in the X-ray with
// nothing known before, and what the echo shows lies on its X-ray shadow.
#include "augment/mixer.hpp"
#include "devices/devices.hpp"
#include "devices/phantom_truth.hpp"
#include "fakes/stepped_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace {

namespace phantom_fusion {

using namespace augment;
using namespace transport;

struct Theatre {
    fakes::SteppedClock clock;
    std::unique_ptr<capture::Source> xray, echo;
    Mixer mixer{Options{}, clock, Mixer::Stepping::by_caller};
    std::array<std::uint32_t, 2> sequence{};

    explicit Theatre(const std::string& xray_wishes = "", const std::string& echo_wishes = "")
        : xray{devices::open_source("phantom?lag=0" + xray_wishes, Modality::xray, {.frames_per_second = 15}, clock)},
          echo{devices::open_source("phantom?seed=2" + echo_wishes, Modality::ultrasound, {.frames_per_second = 15},
                                    clock)} {}

    void play(capture::Source& source, Modality modality) {
        Frame frame;
        ASSERT_EQ(source.next(frame, {}), capture::Reading::ready);
        frame.header.modality = modality;
        frame.header.stream = static_cast<StreamId>(1 + index(modality));
        frame.header.sequence = ++sequence[index(modality)];
        mixer.on_frame(std::move(frame));
    }
    /// An exposure and the echo of the same instant; the probe is looked for in between.
    Picture next() {
        play(*xray, Modality::xray);
        play(*echo, Modality::ultrasound);
        if (mixer.watch() != nullptr) mixer.watch()->step({}, Microseconds{0});
        return mixer.shown();
    }
};

/// Of the eight beads, those in the slice: mm between the echo's place and the shadow, at the bead's depth.
std::vector<double> misses(const Picture& picture) {
    std::vector<double> out;
    const auto& place = picture.place;
    if (!place.echo) return out;
    const auto truth = devices::phantom_truth(*acquisition(picture.frames.ultrasound->header));
    const auto now = devices::phantom_truth(*acquisition(picture.frames.xray->header));
    const auto table = inverse(world_from_table(picture.frames.xray->header.geometry));
    for (std::size_t i = 0; i < truth.landmarks.size(); ++i) {
        const auto in_plane = transposed(turn_about_z(place.plane->multiplane_angle)) *
                              inverse(truth.world_from_array)(truth.landmarks[i]);
        if (std::abs(in_plane.y) > slice_mm / 2) continue;
        const auto& plane = *place.plane;
        const auto laid = place.echo->to_xray({plane.apex.x + in_plane.x / plane.spacing.x_mm_per_pixel,
                                               plane.apex.y + in_plane.z / plane.spacing.y_mm_per_pixel});
        const auto shadow = place.camera->project(table(now.landmarks[i]));
        if (!laid || !shadow) continue;
        const double px_per_mm = std::sqrt(std::abs(determinant(place.camera->image().per_slope))) /
                                 place.camera->in_camera(table(now.landmarks[i])).z;
        out.push_back(length(*laid - *shadow) / px_per_mm);
    }
    return out;
}

double median_of(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 1e9 : values[values.size() / 2];
}

/// A loop from the first exposure on.
void expect_found(Theatre& theatre) {
    std::vector<double> off;
    int registered = 0;
    for (int i = 0; i < 75; ++i) {
        const auto picture = theatre.next();
        if (picture.place.placing.registration != Registration::registered) continue;
        ++registered;
        for (const double mm : misses(picture)) off.push_back(mm);
    }
    EXPECT_GT(registered, 50);
    EXPECT_LT(median_of(off), 2.2);
    testing::Test::RecordProperty("registered_pictures", registered);
    testing::Test::RecordProperty("median_um", static_cast<int>(1000 * median_of(off)));
}

TEST(PhantomFusion, the_probe_is_found_with_nothing_known_and_the_echo_lies_on_its_shadows) {
    Theatre theatre;
    expect_found(theatre);
}

TEST(PhantomFusion, in_the_body_of_a_ct_it_is_found_too) {
    const char* data = std::getenv("SCIALYTIC_DATA");
    const auto file = std::filesystem::path{data != nullptr ? data : ""} / "xray/ct_heart_aorta/ct.nii.gz";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no recordings: set SCIALYTIC_DATA";
    const auto ct = "&ct=" + file.string();
    Theatre theatre{ct, ct};
    expect_found(theatre);
}

TEST(PhantomFusion, a_tracker_lays_the_echo_at_once_and_nobody_looks_for_the_probe) {
    Theatre theatre{"", "&tracker=on"};
    theatre.next();
    const auto picture = theatre.next();
    EXPECT_EQ(picture.place.placing.registration, Registration::registered);
    EXPECT_LT(median_of(misses(picture)), 1.5);  // half the slice, seen aslant
    EXPECT_EQ(theatre.mixer.probe()->seen, Timestamp{});
}

TEST(PhantomFusion, while_the_c_arm_swings_through_the_plane_it_is_called_edge_on_and_has_no_texture) {
    Theatre theatre{"&c_arm=swing", "&tracker=on&c_arm=swing"};
    int edge_on = 0, facing = 0;
    for (int i = 0; i < 60; ++i) {
        const auto picture = theatre.next();
        if (!picture.place.echo) continue;
        (picture.place.placing.edge_on ? edge_on : facing)++;
        EXPECT_NE(picture.place.placing.edge_on, picture.place.texture);
    }
    EXPECT_GT(edge_on, 5);
    EXPECT_GT(facing, 5);
}

TEST(PhantomFusion, with_the_pedal_up_the_pose_ages_and_the_echo_goes_on) {
    Theatre theatre{"&pedal=1,2", "&tracker=on"};
    bool aged = false;
    for (int i = 0; i < 30; ++i) {
        const auto picture = theatre.next();
        if (!picture.frames.xray || picture.frames.xray->header.beam_on) continue;
        aged = true;
        EXPECT_EQ(picture.place.placing.registration, Registration::ageing);
        EXPECT_FALSE(picture.place.texture);
        EXPECT_TRUE(picture.place.outline);
    }
    EXPECT_TRUE(aged);
}

TEST(PhantomFusion, a_target_set_in_the_echo_follows_the_table_not_the_c_arm) {
    Theatre theatre{"", "&tracker=on"};
    theatre.next();
    const auto picture = theatre.next();
    Annotation target;
    target.kind = "marker";
    target.modality = Modality::ultrasound;
    target.x0 = target.y0 = 0.5;
    EXPECT_FALSE(theatre.mixer.annotate(target));
    const auto markers = theatre.mixer.room().state().markers;
    ASSERT_EQ(markers.targets().size(), 1U);
    const auto laid = *picture.place.echo->to_xray({399.5, 299.5});
    const auto seen = *picture.place.camera->project(markers.targets()[0].on_table);
    EXPECT_NEAR(length(laid - seen), 0, 0.01);
}

}  // namespace phantom_fusion

}  // namespace
