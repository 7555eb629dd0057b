// The catheter's tip: through the mixer on the phantom, whose tip is known, and in a real angiogram, where contrast
// medium hides it after a while and where it was marked by eye.
#include "augment/mixer.hpp"
#include "devices/devices.hpp"
#include "devices/phantom_truth.hpp"
#include "fakes/stepped_clock.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace {

namespace tip_path {

using namespace augment;
using namespace transport;
using ::testing::HasSubstr;

struct CathLab {
    fakes::SteppedClock clock;
    std::unique_ptr<capture::Source> xray, echo;
    Options options;
    std::unique_ptr<Mixer> mixer;
    std::uint32_t sequence = 0;

    explicit CathLab(const std::string& wishes = "")
        : xray{devices::open_source("phantom?lag=0" + wishes, Modality::xray, {}, clock)},
          echo{devices::open_source("phantom?tracker=on", Modality::ultrasound, {}, clock)} {
        options.register_probe = false;
        mixer = std::make_unique<Mixer>(options, clock, Mixer::Stepping::by_caller);
    }
    Picture next() {
        ++sequence;
        for (auto* source : {&xray, &echo}) {
            Frame frame;
            EXPECT_EQ((*source)->next(frame, {}), capture::Reading::ready);
            frame.header.modality = source == &xray ? Modality::xray : Modality::ultrasound;
            frame.header.stream = static_cast<StreamId>(1 + index(frame.header.modality));
            frame.header.sequence = sequence;
            mixer->on_frame(std::move(frame));
        }
        return mixer->shown();
    }
    std::string point(double x, double y, Modality modality = Modality::xray) const {
        Annotation tip;
        tip.kind = "tip";
        tip.modality = modality;
        tip.x0 = x;
        tip.y0 = y;
        return mixer->annotate(tip).value_or("");
    }
    std::string point(Vec2 pixel) const { return point((pixel.x + 0.5) / 512, (pixel.y + 0.5) / 512); }
};

/// The tip's shadow in that picture's own X-ray frame.
Vec2 shadow_in(const Picture& picture) {
    const auto& header = picture.frames.xray->header;
    const auto truth = devices::phantom_truth(*acquisition(header));
    return *camera_of(header.geometry, header.width, header.height)
                ->project(inverse(world_from_table(header.geometry))(truth.catheter_tip));
}

TEST(TipPath, pointed_at_once_it_is_drawn_where_it_is_in_the_very_frame_that_is_shown) {
    CathLab room;
    ASSERT_EQ(room.point(shadow_in(room.next()) + Vec2{7, -6}), "");
    for (int i = 0; i < 60; ++i) {
        const auto picture = room.next();
        ASSERT_TRUE(picture.tip) << i;
        EXPECT_EQ(picture.tip->state, Tip::State::tracking) << i;
        EXPECT_LT(length(picture.tip->at - shadow_in(picture)), 3) << i;  // a millimetre is 3.5 pixels
        EXPECT_EQ(picture.tip->seen, *acquisition(picture.frames.xray->header));
    }
    room.mixer->forget_tip();
    EXPECT_FALSE(room.next().tip);
}

TEST(TipPath, while_the_pedal_is_up_it_is_held_and_never_called_tracked) {
    CathLab room{"&pedal=1,1"};
    ASSERT_EQ(room.point(shadow_in(room.next())), "");
    int held = 0, again = 0;
    for (int i = 0; i < 75; ++i) {
        const auto picture = room.next();
        ASSERT_TRUE(picture.tip);
        const bool beam = picture.frames.xray->header.beam_on;
        if (!beam) {
            EXPECT_EQ(picture.tip->state, Tip::State::held);
        }
        held += beam ? 0 : 1;
        if (picture.tip->state != Tip::State::tracking) continue;
        EXPECT_LT(length(picture.tip->at - shadow_in(picture)), 3) << i;
        again += held > 0 ? 1 : 0;
    }
    EXPECT_GT(held, 20);
    EXPECT_GT(again, 0);
}

TEST(TipPath, what_cannot_be_is_refused_in_one_line) {
    CathLab room;
    EXPECT_THAT(room.point(0.5, 0.5), HasSubstr("no xray picture"));
    room.next();
    EXPECT_THAT(room.point(0.5, 0.5, Modality::ultrasound), HasSubstr("X-ray"));
    EXPECT_THAT(room.point(std::nan(""), 0.5), HasSubstr("0..1"));
    EXPECT_THAT(room.point(0.5, 1.5), HasSubstr("0..1"));
    EXPECT_THAT(room.point(0.1, 0.6), HasSubstr("no wire ends there"));
}

TEST(TipPath, a_guide_catheter_in_an_angiogram_is_followed_until_contrast_medium_hides_it) {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    const auto file =
        std::string{folder ? folder : PROJECT_DIR "/../shared/data"} + "/xray/xa_coronary_rca_96f_jpeg.dcm";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << file;
    fakes::SteppedClock clock;
    const auto source = devices::open_source(file, Modality::xray, {}, clock);
    struct Mark {
        int frame;
        Vec2 at;  ///< by eye, on an enlarged picture; good to some two pixels
    };
    constexpr std::array marks{Mark{0, {176, 143.5}}, Mark{8, {199, 157.5}},    Mark{10, {201, 155.5}},
                               Mark{12, {200, 155}},  Mark{15, {193.5, 146.5}}, Mark{16, {192, 144.5}}};
    std::optional<TipTracker> tracker;
    for (int i = 0; i < 60; ++i) {
        Frame frame;
        ASSERT_EQ(source->next(frame, {}), capture::Reading::ready);
        frame.header.sequence = static_cast<std::uint32_t>(i + 1);
        if (tracker)
            tracker->follow(frame);
        else
            tracker = TipTracker::at(frame, {179, 139});
        ASSERT_TRUE(tracker);
        const auto& tip = tracker->tip();
        for (const auto& mark : marks)
            if (mark.frame == i) {
                EXPECT_EQ(tip.state, Tip::State::tracking) << i;
                EXPECT_LT(length(tip.at - mark.at), 6) << i;
            }
        if (i >= 26) {  // nothing of its end is to be seen
            EXPECT_EQ(tip.state, Tip::State::lost) << i;
        }
    }
}

}  // namespace tip_path

}  // namespace
