#include "augment/fusion.hpp"
#include "augment/fusion_math.hpp"
#include "augment/fusion_steps.hpp"
#include "fusion_scenes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <set>

namespace {

using augment::make_fusion_cpu;
using transport::Layout;
using transport::Rect;

TEST(Fusion, agrees_with_the_double_precision_reference_within_two_levels) {
    const auto fusion = make_fusion_cpu();
    for (const auto& example : scenes::all()) {
        const auto canvas = scenes::dirty_canvas(example.plan);
        fusion->draw(*canvas, example.scene());
        const auto off = reference::difference(*canvas, *reference::draw(example.scene()));
        // The warp's positions are 1/64 pixel exact: where the speckle is steepest, that is more than two levels.
        EXPECT_LT(off.above_two, 1e-3) << example.words << ", most " << off.most;
        EXPECT_LE(off.most, 8) << example.words;
        EXPECT_LT(off.mean, 0.3) << example.words;
    }
}

TEST(Fusion, draws_the_same_on_several_threads_bit_by_bit) {
    const auto alone = make_fusion_cpu();
    const auto together = make_fusion_cpu(3);
    for (const auto& example : scenes::all()) {
        const auto one = scenes::dirty_canvas(example.plan, 11);
        const auto other = scenes::dirty_canvas(example.plan, 222);
        for (int time = 0; time < 3; ++time) {  // the third time from what was kept
            alone->draw(*one, example.scene());
            together->draw(*other, example.scene());
            EXPECT_EQ(reference::difference(*one, *other).most, 0) << example.words;
        }
    }
}

TEST(Fusion, says_who_draws) {
    EXPECT_EQ(make_fusion_cpu()->name().rfind("CPU", 0), 0U);
}

TEST(Fusion, fills_every_sample_of_the_canvas) {
    const auto fusion = make_fusion_cpu();
    for (const auto& example : scenes::all()) {
        const auto one = scenes::dirty_canvas(example.plan, 11);
        const auto other = scenes::dirty_canvas(example.plan, 222);
        fusion->draw(*one, example.scene());
        fusion->draw(*other, example.scene());
        EXPECT_EQ(reference::difference(*one, *other).most, 0) << example.words;
    }
}

TEST(Fusion, an_empty_scene_is_black) {
    const auto example = scenes::example("", Layout::fused, std::nullopt, std::nullopt, {}, std::nullopt, true);
    const auto canvas = scenes::dirty_canvas(example.plan);
    make_fusion_cpu()->draw(*canvas, example.scene());
    EXPECT_EQ(reference::difference(*canvas, *reference::draw(example.scene())).most, 0);
}

TEST(Fusion, codes_come_out_of_the_canvas_bit_by_bit_and_padding_is_never_drawn) {
    const auto plain = scenes::example("", Layout::fused, frames::echo(801, 599, transport::PixelFormat::gray8),
                                       frames::xray(200, 200), {}, std::nullopt, true);
    auto example = plain;
    example.frames.ultrasound = frames::coded(*plain.frames.ultrasound, {1, 42, 123'456});
    example.frames.xray = frames::coded(*plain.frames.xray, {2, 43, 123'999});
    const auto canvas = scenes::dirty_canvas(example.plan);
    make_fusion_cpu()->draw(*canvas, example.scene());
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& frame = i == 0 ? *example.frames.ultrasound : *example.frames.xray;
        const auto from = transport::timecode_rect(frame.header.height);
        const auto& to = example.plan.places[i].code;
        for (int y = 0; y < from.height; ++y)
            ASSERT_EQ(std::memcmp(frame.pixels->row(0, from.y + y) + from.x, canvas->row(0, to.y + y) + to.x, 256), 0);
        EXPECT_EQ(canvas->row(1, to.y / 2)[to.x / 2], 128);
    }
    const auto code = transport::read_timecode(*canvas, example.plan.places[1].code);
    ASSERT_TRUE(code);
    EXPECT_EQ(*code, (transport::Timecode{2, 43, 123'999}));

    const auto without = scenes::dirty_canvas(plain.plan);
    make_fusion_cpu()->draw(*without, plain.scene());
    const auto above_codes = [](int plane, int, int y) { return y < 720 / (plane == 0 ? 1 : 2); };
    EXPECT_EQ(reference::difference(*canvas, *without, above_codes).most, 0) << "the padding shows";
    EXPECT_EQ(without->row(0, 725)[5], 0) << "a source without a code leaves its place black";
}

TEST(Fusion, a_new_frame_is_drawn_although_the_last_one_was_kept) {
    const auto fusion = make_fusion_cpu();
    auto example = scenes::all()[1];
    const auto before = scenes::dirty_canvas(example.plan);
    fusion->draw(*before, example.scene());
    const auto bright = frames::picture(transport::PixelFormat::i420, 800, 600,
                                        [](int plane, int, int) { return plane == 0 ? 200 : 128; });
    example.frames.ultrasound->pixels = bright;
    const auto kept = scenes::dirty_canvas(example.plan);
    const auto fresh = scenes::dirty_canvas(example.plan);
    fusion->draw(*kept, example.scene());
    make_fusion_cpu()->draw(*fresh, example.scene());
    EXPECT_GT(reference::difference(*kept, *before).most, 50);
    EXPECT_EQ(reference::difference(*kept, *fresh).most, 0);
}

TEST(Fusion, a_new_plan_is_followed_with_the_same_frames) {
    const auto fusion = make_fusion_cpu();
    const auto echo = frames::echo(800, 600);
    const auto xray = frames::xray(512, 512);
    for (const auto& where : {transport::Similarity{}, transport::Similarity{.rotation_degrees = 30},
                              transport::Similarity{.scale = 0.8}, transport::Similarity{}}) {
        const auto example = scenes::example("", Layout::fused, echo, xray, where);
        const auto kept = scenes::dirty_canvas(example.plan);
        const auto fresh = scenes::dirty_canvas(example.plan);
        fusion->draw(*kept, example.scene());
        make_fusion_cpu()->draw(*fresh, example.scene());
        ASSERT_EQ(reference::difference(*kept, *fresh).most, 0);
    }
}

TEST(Fusion, black_echo_leaves_the_xray_untouched_and_bright_echo_covers_it_by_the_opacity) {
    auto example = scenes::example("", Layout::fused, frames::echo(800, 600), frames::xray(512, 512));
    example.frames.ultrasound->pixels =
        frames::picture(transport::PixelFormat::i420, 800, 600, [](int plane, int x, int) {
            return plane > 0 ? 128 : x < 400 ? 12 : 240;
        });
    const auto with = scenes::dirty_canvas(example.plan);
    const auto without = scenes::dirty_canvas(example.plan);
    make_fusion_cpu()->draw(*with, example.scene());
    example.overlay.reset();
    make_fusion_cpu()->draw(*without, example.scene());
    const auto& box = example.plan.overlay;
    const int y = box.y + box.height / 2;
    const int dark = box.x + box.width / 4;
    const int bright = box.x + box.width * 3 / 4;
    EXPECT_EQ(with->row(0, y)[dark], without->row(0, y)[dark]);
    EXPECT_NEAR(with->row(0, y)[bright], (without->row(0, y)[bright] + 240) / 2.0, 1);
}

TEST(Fusion, a_canvas_of_another_size_is_refused_in_one_line) {
    const auto example = scenes::all()[0];
    auto canvas = transport::PixelPool{}.get(transport::PixelFormat::i420, 640, 480);
    try {
        make_fusion_cpu()->draw(*canvas, example.scene());
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "fusion: the canvas is 640x480, the plan 1280x720 i420");
    }
}

TEST(Fusion, a_header_that_promises_more_than_the_pixels_hold_reads_nothing_outside) {
    auto example =
        scenes::example("", Layout::fused, frames::echo(800, 600), frames::xray(512, 512), {}, std::nullopt, true);
    example.frames.ultrasound->header.width = 5000;
    example.frames.ultrasound->header.height = 4000;
    example.frames.ultrasound->header.timecode = true;
    example.frames.xray->header.width = 0;
    const auto canvas = scenes::dirty_canvas(example.plan);
    make_fusion_cpu()->draw(*canvas, example.scene());  // for the address sanitizer
    const auto& xray = example.plan.places[1].image;
    EXPECT_EQ(canvas->row(0, xray.y + 10)[xray.x + 10], 0);
}

TEST(FusionMath, the_share_rises_smoothly_from_black_to_the_opacity) {
    using augment::alpha;
    for (const int opacity : {0, 32, 64, 128}) {
        const auto share = [&](int luma) {
            return alpha<std::int16_t>(static_cast<std::uint8_t>(luma), 0, static_cast<std::int16_t>(opacity));
        };
        for (int luma = 0; luma <= augment::black_below; ++luma) ASSERT_EQ(share(luma), 0);
        for (int luma = 1; luma < 256; ++luma) {
            ASSERT_GE(share(luma), share(luma - 1));
            ASSERT_LE(share(luma) - share(luma - 1), 7) << "a step at " << luma;
            const double t = std::clamp((luma - 16) / 64.0, 0.0, 1.0);
            ASSERT_NEAR(share(luma) / 128.0, opacity / 128.0 * t * t * (3 - 2 * t), 0.05);
        }
        ASSERT_EQ(share(255), opacity);
    }
}

TEST(FusionMath, dark_flow_shows_and_grey_that_a_codec_coloured_does_not) {
    EXPECT_GT(augment::alpha<std::int16_t>(29, augment::tint(250, 110), 64), 55) << "pure blue";
    EXPECT_EQ(augment::alpha<std::int16_t>(10, augment::tint(131, 125), 64), 0);
    EXPECT_EQ(augment::tint(0, 255), 255);
}

TEST(FusionMath, a_hue_grows_with_the_brightness_and_leaves_black_and_flow_alone) {
    EXPECT_EQ(augment::hued<std::int16_t>(0, -63), 128);
    for (const int gain : {-63, -34, 17, 63})
        for (int luma = 0; luma < 256; ++luma)
            ASSERT_NEAR(augment::hued(static_cast<std::int16_t>(luma), static_cast<std::int16_t>(gain)),
                        128 + luma * gain / 128.0, 0.51);
    auto golden = scenes::example("", transport::Layout::fused, frames::echo(800, 600), frames::xray(512, 512));
    auto grey = golden;
    golden.hue = transport::EchoHue::gold;
    const auto one = scenes::dirty_canvas(grey.plan), other = scenes::dirty_canvas(grey.plan);
    const auto cpu = augment::make_fusion_cpu();
    cpu->draw(*one, grey.scene());
    cpu->draw(*other, golden.scene());
    int warmer = 0;
    for (int y = 0; y < one->height / 2; ++y)
        for (int x = 0; x < one->width / 2; ++x) {
            const int u = one->row(1, y)[x], changed = other->row(1, y)[x] - u;
            ASSERT_LE(changed, std::abs(u - 128) <= augment::grey_below ? augment::grey_below : 0) << x << ", " << y;
            warmer += changed < -5 ? 1 : 0;
        }
    EXPECT_GT(warmer, 2000);
    for (int y = 0; y < one->height; ++y)
        ASSERT_EQ(0, std::memcmp(one->row(0, y), other->row(0, y), static_cast<std::size_t>(one->width))) << y;
}

TEST(FusionMath, a_mix_is_exact_at_its_ends_and_never_leaves_the_two) {
    for (int base = 0; base < 256; base += 5)
        for (int echo = 0; echo < 256; echo += 5)
            for (int share = 0; share <= 128; ++share) {
                const auto out = augment::mix(static_cast<std::uint8_t>(base), static_cast<std::uint8_t>(echo),
                                              static_cast<std::int16_t>(share));
                ASSERT_NEAR(out, base + (echo - base) * share / 128.0, 0.51);
                ASSERT_TRUE(share != 0 || out == base);
                ASSERT_TRUE(share != 128 || out == echo);
            }
}

TEST(FusionSteps, uncovered_rectangles_and_taken_ones_tile_the_whole) {
    const Rect whole{0, 0, 64, 48};
    const std::vector<Rect> taken{{8, 8, 20, 20}, {20, 20, 30, 28}, {60, 0, 10, 60}};
    const auto rest = augment::uncovered(whole, taken);
    for (int y = 0; y < whole.height; ++y)
        for (int x = 0; x < whole.width; ++x) {
            const auto holds = [&](const Rect& rect) {
                return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
            };
            const bool covered = std::ranges::any_of(taken, holds);
            ASSERT_EQ(std::ranges::count_if(rest, holds), covered ? 0 : 1) << x << "," << y;
        }
    EXPECT_EQ(augment::uncovered(whole, {}), std::vector{whole});
    EXPECT_TRUE(augment::uncovered(whole, {whole}).empty());
}

}  // namespace
