// The loop over the canvas' rows, and where it may not go.
#include "augment/fusion_blend.hpp"
#include "augment/fusion_steps.hpp"
#include "fusion_composed.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

/// The blend of one scene, ready to be run over any canvas of its plan.
struct Blend {
    augment::DrawBlend step;
    augment::EchoTexture texture;

    void run(transport::Pixels& canvas, augment::BlendRows rows_blend) const {
        const augment::EchoBorder border{step};
        for (int y = step.to.y; y < step.to.y + step.to.height; y += 2)
            if (const auto rows = row_pair(border, step, y); !rows.columns.empty())
                rows_blend(canvas, rows, texture, step.mixing);
    }
};

std::optional<Blend> blend_of(const augment::Scene& scene) {
    const auto canvas = scenes::dirty_canvas(scene.plan);
    const auto steps = augment::steps_for(*canvas, scene);
    if (!steps.blend) return std::nullopt;
    Blend out{*steps.blend, {}};
    std::array<composed::Plane, 3> planes;
    std::array<augment::PlaneView, 3> views{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(out.step.frame->pixels->plane_count()); ++i) {
        planes[i] = composed::plane_of(*out.step.frame, static_cast<int>(i), out.step.width, out.step.height,
                                       out.step.halvings);
        views[i] = {planes[i].bytes.data(), planes[i].width, planes[i].width, planes[i].height};
    }
    out.texture.set_luma(views[0]);
    out.texture.set_chroma(views[1], views[2]);
    return out;
}

/// Something else in every sample.
std::shared_ptr<transport::Pixels> patterned_canvas(const augment::Plan& plan) {
    auto canvas = scenes::dirty_canvas(plan);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < canvas->plane_height(plane); ++y)
            for (int x = 0; x < canvas->plane_width(plane); ++x)
                canvas->row(plane, y)[x] = static_cast<std::uint8_t>(x * 7 + y * 13 + x * y / 5 + plane * 50);
    return canvas;
}

TEST(FusionBlend, the_vector_loop_gives_the_portable_loops_bits) {
    const auto fast = augment::blend_avx2();
    if (fast == nullptr) GTEST_SKIP() << "no AVX2 here";
    int blends = 0;
    for (const auto& example : scenes::all()) {
        const auto blend = blend_of(example.scene());
        if (!blend) continue;
        const auto one = patterned_canvas(example.plan);
        const auto other = patterned_canvas(example.plan);
        blend->run(*one, augment::blend_portable);
        blend->run(*other, fast);
        EXPECT_EQ(reference::difference(*one, *other).most, 0) << example.words;
        ++blends;
    }
    EXPECT_GT(blends, 15);
}

TEST(FusionBlend, covers_exactly_the_pixels_whose_projection_lies_in_the_sector) {
    for (const auto& example : scenes::all()) {
        const auto blend = blend_of(example.scene());
        if (!blend) continue;
        const auto warp = reference::warp_of(example.scene());
        const augment::EchoBorder border{blend->step};
        const auto& to = blend->step.to;
        int wrong = 0;
        for (int y = to.y; y < to.y + to.height; ++y) {
            const auto covered = border.covered(y);
            EXPECT_TRUE(covered[0].to <= covered[1].from || covered[1].empty()) << example.words;
            for (int x = to.x; x < to.x + to.width; ++x)
                wrong += augment::holds(covered, x) != warp.covers(x, y) ? 1 : 0;
        }
        EXPECT_EQ(wrong, 0) << example.words;
    }
}

TEST(FusionBlend, touches_nothing_outside) {
    for (const auto& example : scenes::all()) {
        const auto blend = blend_of(example.scene());
        if (!blend) continue;
        const auto warp = reference::warp_of(example.scene());
        const auto& to = blend->step.to;
        const auto covered = [&](int x, int y) {
            return x >= to.x && y >= to.y && x < to.x + to.width && y < to.y + to.height && warp.covers(x, y);
        };
        const auto outside = [&](int plane, int x, int y) {
            if (plane == 0) return !covered(x, y);
            return !covered(2 * x, 2 * y) && !covered(2 * x + 1, 2 * y) && !covered(2 * x, 2 * y + 1) &&
                   !covered(2 * x + 1, 2 * y + 1);
        };
        const auto canvas = patterned_canvas(example.plan);
        blend->run(*canvas, augment::best_blend());
        EXPECT_EQ(reference::difference(*canvas, *patterned_canvas(example.plan), outside).most, 0) << example.words;
    }
}

TEST(FusionBlend, rows_beside_the_transducer_meet_the_sector_twice) {
    for (const auto& example : scenes::in_perspective()) {
        if (example.words != "a sector") continue;
        const auto blend = blend_of(example.scene());
        ASSERT_TRUE(blend);
        const augment::EchoBorder border{blend->step};
        const auto& to = blend->step.to;
        int twice = 0;
        for (int y = to.y; y < to.y + to.height; ++y) twice += border.covered(y)[1].empty() ? 0 : 1;
        EXPECT_GT(twice, 4);
    }
}

TEST(FusionBlend, a_map_without_an_inverse_or_without_numbers_draws_no_echo) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    auto example = scenes::in_perspective().front();
    ASSERT_TRUE(blend_of(example.scene()));
    const auto good = example.overlay->canvas_from_echo;
    std::vector<augment::Mat3> maps{augment::Mat3{}, augment::rows_of({1, 0, 0}, {2, 0, 0}, {0, 0, 1}),
                                    augment::rows_of({1, 2, 3}, {2, 4, 6}, {0, 0, 1}),
                                    augment::rows_of({1e-9, 0, 400}, {0, 1e-9, 300}, {0, 0, 1}),
                                    augment::rows_of({1e308, 0, 0}, {0, 1e308, 0}, {0, 0, 1e308})};
    for (const double value : {inf, -inf, nan})
        for (std::size_t i = 0; i < 9; ++i) {
            maps.push_back(good);
            maps.back()[i / 3][i % 3] = value;
        }
    for (const auto& map : maps) {
        example.overlay->canvas_from_echo = map;
        EXPECT_FALSE(blend_of(example.scene()));
    }
}

TEST(FusionBlend, no_map_however_wild_leads_out_of_the_pictures) {  // for the address sanitizer
    auto example = scenes::in_perspective().front();
    example.overlay->sector = scenes::sector();
    const auto canvas = scenes::dirty_canvas(example.plan);
    std::uint32_t state = 1;
    const auto number = [&] {
        state = state * 1664525 + 1013904223;
        const double fraction = static_cast<double>(state >> 8) / (1 << 24);
        state = state * 1664525 + 1013904223;
        return (2 * fraction - 1) * std::pow(10, static_cast<int>(state >> 24) % 12 - 6);
    };
    for (int i = 0; i < 300; ++i) {
        auto& map = example.overlay->canvas_from_echo;
        for (std::size_t j = 0; j < 9; ++j) map[j / 3][j % 3] = number();
        if (i % 3 == 0) map = scenes::posed(example.plan, 800, 600, {.tilt_degrees = 90 + 1e-6 * i}).canvas_from_echo;
        if (i % 2 == 0) example.overlay->sector.reset();
        if (const auto blend = blend_of(example.scene())) {
            blend->run(*canvas, augment::blend_portable);
            blend->run(*canvas, augment::best_blend());
        }
        example.overlay->sector = scenes::sector();
    }
}

TEST(FusionBlend, a_sector_that_means_nothing_draws_no_echo) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    auto example = scenes::in_perspective().front();
    const auto refused = [&](auto change) {
        auto changed = example;
        changed.overlay->sector = scenes::sector();
        change(*changed.overlay);
        return !blend_of(changed.scene());
    };
    EXPECT_FALSE(refused([](augment::EchoOverlay&) {}));
    EXPECT_TRUE(refused([](augment::EchoOverlay& overlay) { overlay.spacing = {}; }));
    EXPECT_TRUE(refused([](augment::EchoOverlay& overlay) { overlay.spacing.y_mm_per_pixel = nan; }));
    EXPECT_TRUE(refused([](augment::EchoOverlay& overlay) { overlay.sector->to_mm = overlay.sector->from_mm; }));
    EXPECT_TRUE(refused([](augment::EchoOverlay& overlay) { overlay.sector->from_mm = -1; }));
    EXPECT_TRUE(refused([](augment::EchoOverlay& overlay) { overlay.sector->half_angle_degrees = 90; }));
    EXPECT_TRUE(refused([](augment::EchoOverlay& overlay) { overlay.sector->apex_column = nan; }));
}

}  // namespace
