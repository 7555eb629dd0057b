#include "render/panel.hpp"

#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <climits>
#include <cmath>

namespace render {
namespace {

using namespace std::chrono_literals;
using transport::Microseconds;
using transport::Modality;
using transport::Pixels;
using transport::Rect;
using transport::Stage;
using transport::Stamp;
using transport::Timestamp;

constexpr Timestamp now = transport::timestamp(5'000'000'000);
constexpr Rect xray_image{0, 48, 672, 672};
constexpr Rect echo_image{672, 48, 608, 480};
constexpr Rect echo_bar{672, 0, 608, 48};
constexpr Rect dial{672, 0, 48, 48};

// A patterned picture; the seed tells two of them apart everywhere.
std::shared_ptr<Pixels> picture(int seed, int height = 720) {
    static transport::PixelPool pool;
    auto pixels = pool.get(transport::PixelFormat::i420, 1280, height);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < pixels->plane_height(plane); ++y)
            for (int x = 0; x < pixels->plane_width(plane); ++x)
                pixels->row(plane, y)[x] =
                    static_cast<std::uint8_t>(plane == 0 ? 40 + (x * 7 + y * 3 + seed * 101) % 200 : 128);
    return pixels;
}

int differing(const Pixels& a, const Pixels& b, Rect where) {
    int count = 0;
    for (int y = where.y; y < where.y + where.height; ++y)
        for (int x = where.x; x < where.x + where.width; ++x) count += a.row(0, y)[x] != b.row(0, y)[x] ? 1 : 0;
    return count;
}

double brightness(const Pixels& pixels, Rect where) {
    double sum = 0;
    for (int y = where.y; y < where.y + where.height; ++y)
        for (int x = where.x; x < where.x + where.width; ++x) sum += pixels.row(0, y)[x];
    return sum / (static_cast<double>(where.width) * where.height);
}

// The fused layout with both sources live.
struct Scene {
    Stamp stamp;
    View view;
    Panel panel{20};

    Scene() {
        stamp.canvas = {0, 0, 1280, 720};
        stamp.overlay = {134, 224, 404, 320};
        stamp.sources.resize(2);
        stamp.sources[0].pane = {672, 0, 608, 528};
        stamp.sources[0].image = echo_image;
        stamp.sources[1].header.modality = Modality::xray;
        stamp.sources[1].pane = {0, 0, 672, 720};
        stamp.sources[1].image = xray_image;
        for (auto& source : stamp.sources) source.header.timeline.mark(Stage::captured, now - 40ms);
        for (auto& verdict : view.states.modality) {
            verdict.state = State::live;
            verdict.age = 40ms;
            verdict.silent = 10ms;
        }
        view.states.fusion = {true, true, true, "", Microseconds{0}, Microseconds{0}};
    }
    Verdict& echo() { return view.states.modality[0]; }
    Verdict& xray() { return view.states.modality[1]; }
    std::shared_ptr<Pixels> draw(int seed = 0, Timestamp at = now) {
        auto pixels = picture(seed);
        panel.draw(*pixels, stamp, view, at);
        return pixels;
    }
};

TEST(Panel, draws_nothing_over_live_anatomy) {
    Scene scene;
    const auto drawn = scene.draw();
    EXPECT_EQ(differing(*drawn, *picture(0), xray_image), 0);
    EXPECT_EQ(differing(*drawn, *picture(0), echo_image), 0);
    EXPECT_GT(differing(*drawn, *picture(0), echo_bar), 20000);
}

TEST(Panel, a_stale_pane_is_darker_everywhere_and_the_other_untouched) {
    Scene scene;
    scene.echo().state = State::stale;
    const auto drawn = scene.draw();
    const auto original = picture(0);
    for (int y = echo_image.y; y < echo_image.y + echo_image.height; y += 60) {
        const Rect tile{echo_image.x, y, echo_image.width, 60};
        EXPECT_LT(brightness(*drawn, tile), 0.75 * brightness(*original, tile));
    }
    EXPECT_EQ(differing(*drawn, *original, xray_image), 0);
}

TEST(Panel, nothing_of_a_lost_picture_can_be_seen) {
    Scene scene;
    scene.xray().state = State::lost;
    EXPECT_EQ(differing(*scene.draw(0), *scene.draw(1), xray_image), 0);
    EXPECT_GT(differing(*scene.draw(0), *scene.draw(1), echo_image), 1000);
}

TEST(Panel, nothing_of_an_untrusted_overlay_can_be_seen_and_the_base_picture_stays) {
    Scene scene;
    scene.view.states.fusion.trusted = false;
    scene.view.states.fusion.why = "echo not live";
    const auto drawn = scene.draw(0);
    EXPECT_EQ(differing(*drawn, *scene.draw(1), scene.stamp.overlay), 0);
    EXPECT_EQ(differing(*drawn, *picture(0), {0, 48, 672, 176}), 0);
    EXPECT_EQ(differing(*drawn, *picture(0), echo_image), 0);
}

TEST(Panel, what_places_the_echo_is_said_in_the_xrays_title_bar_and_not_on_the_anatomy) {
    using transport::Registration;
    Scene by_hand;
    by_hand.view.states.fusion.drawn_live = true;
    const auto plain = by_hand.draw();
    constexpr Rect xray_bar{200, 0, 300, 48};
    for (const auto state :
         {Registration::registered, Registration::ageing, Registration::searching, Registration::lost}) {
        Scene scene;
        scene.view.states.fusion.registration = state;
        scene.view.states.fusion.drawn_live = true;
        const auto drawn = scene.draw();
        EXPECT_GT(differing(*drawn, *plain, xray_bar), 200) << name(state);
        EXPECT_EQ(differing(*drawn, *plain, xray_image), 0) << name(state);
    }
}

TEST(Panel, drawn_geometry_is_covered_with_its_source_gone_and_stays_when_only_unsynced) {
    Scene scene;
    scene.stamp.overlay = {};
    scene.stamp.placing.drawn = {134, 224, 404, 320};
    auto& fusion = scene.view.states.fusion;
    fusion.trusted = fusion.synced = false;
    fusion.drawn_live = true;
    EXPECT_EQ(differing(*scene.draw(), *picture(0), xray_image), 0);
    fusion.drawn_live = false;
    fusion.why = "echo not live";
    EXPECT_EQ(differing(*scene.draw(0), *scene.draw(1), scene.stamp.placing.drawn), 0);
}

TEST(Panel, the_cover_goes_when_a_stamp_says_that_the_overlay_is_off) {
    Scene scene;
    scene.view.states.fusion.trusted = false;
    scene.stamp.overlay = {};
    EXPECT_EQ(differing(*scene.draw(), *picture(0), xray_image), 0);
}

TEST(Panel, the_hand_moves_with_source_time_and_with_nothing_else) {
    Scene scene;
    const auto first = scene.draw(0, now);
    EXPECT_EQ(differing(*first, *scene.draw(0, now + 300ms), dial), 0);
    scene.stamp.sources[0].header.timeline.mark(Stage::captured, now - 40ms + 33ms);
    EXPECT_GT(differing(*first, *scene.draw(0, now + 300ms), dial), 5);
}

TEST(Panel, the_hand_holds_while_the_content_does_though_frames_come) {
    Scene scene;
    scene.echo().state = State::still;
    scene.echo().unchanged = 2s;
    const auto first = scene.draw(0, now);
    scene.stamp.sources[0].header.timeline.mark(Stage::captured, now + 460ms);
    scene.echo().unchanged = 2500ms;
    EXPECT_EQ(differing(*first, *scene.draw(0, now + 500ms), dial), 0);
}

TEST(Panel, the_age_is_repainted_without_new_frames_at_a_readable_pace) {
    Scene scene;
    const Rect age{1080, 0, 200, 48};
    const auto first = scene.draw(0, now);
    EXPECT_EQ(differing(*first, *scene.draw(0, now + 124ms), age), 0);
    EXPECT_GT(differing(*first, *scene.draw(0, now + 125ms), age), 0);
}

TEST(Panel, every_state_looks_different_in_brightness_alone) {
    std::vector<std::shared_ptr<Pixels>> drawn;
    for (const auto state : {State::live, State::late, State::still, State::xray_off, State::stale, State::lost}) {
        Scene scene;
        scene.echo().state = state;
        drawn.push_back(scene.draw());
    }
    const Rect badge{750, 0, 200, 48};  // the word
    for (std::size_t i = 0; i < drawn.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) EXPECT_GT(differing(*drawn[i], *drawn[j], badge), 100) << i << " and " << j;
}

TEST(Panel, the_held_x_ray_image_is_dimmed_and_its_age_is_that_of_the_image) {
    Scene scene;
    scene.xray().state = State::xray_off;
    scene.xray().since_beam = 4200ms;
    const auto drawn = scene.draw();
    const Rect upper{0, 48, 672, 500};
    EXPECT_NEAR(brightness(*drawn, upper) / brightness(*picture(0), upper), 0.6, 0.02);
    scene.xray().since_beam = 9100ms;
    EXPECT_GT(differing(*drawn, *scene.draw(0, now + 125ms), {500, 0, 172, 48}), 0);
}

TEST(Panel, a_frozen_picture_stays_in_sight_and_says_so) {
    Scene scene;
    scene.view.freeze = Freeze{now - 3s, true};
    scene.echo().state = State::lost;  // what arrives meanwhile
    const auto drawn = scene.draw();
    const Rect middle{700, 100, 500, 300};
    EXPECT_EQ(differing(*drawn, *picture(0), middle), 0);
    EXPECT_EQ(drawn->row(0, 300)[673], transport::rgb(82, 160, 255).y);
    EXPECT_GT(differing(*drawn, *scene.draw(0, now + 1s), {672, 478, 608, 50}), 0);  // how long
}

TEST(Panel, an_overlay_that_was_not_live_when_frozen_stays_hidden) {
    Scene scene;
    scene.view.freeze = Freeze{now - 3s, false};
    EXPECT_EQ(differing(*scene.draw(0), *scene.draw(1), scene.stamp.overlay), 0);
}

TEST(Panel, the_rows_of_the_in_picture_codes_are_never_touched) {
    Scene scene;
    for (const auto state : {State::live, State::stale, State::lost}) {
        scene.echo().state = scene.xray().state = state;
        auto pixels = picture(0, 752);
        scene.panel.draw(*pixels, scene.stamp, scene.view, now);
        EXPECT_EQ(differing(*pixels, *picture(0, 752), {0, 720, 1280, 32}), 0);
    }
}

TEST(Panel, a_late_inset_tells_milliseconds_and_millimetres_even_where_its_title_is_narrow) {
    Scene scene;
    scene.stamp.sources[0].pane = {1000, 400, 240, 228};
    scene.stamp.sources[0].image = {1000, 448, 240, 180};
    scene.echo().state = State::late;
    scene.stamp.sources[0].header.timeline.mark(Stage::captured, now - 150ms);
    const Rect lower{1010, 600, 220, 20};
    const auto drawn = scene.draw();
    EXPECT_GT(differing(*drawn, *picture(0), lower), 1000);
    scene.stamp.sources[0].header.timeline.mark(Stage::captured, now - 250ms);
    EXPECT_GT(differing(*drawn, *scene.draw(0, now + 125ms), lower), 20);
}

TEST(Panel, a_pane_that_is_not_shown_is_not_drawn) {
    Scene scene;
    scene.stamp.overlay = {};
    scene.stamp.sources[0].pane = scene.stamp.sources[0].image = {};
    scene.stamp.sources[1].pane = {0, 0, 1280, 720};
    scene.stamp.sources[1].image = {304, 48, 672, 672};
    scene.echo().state = State::lost;
    EXPECT_EQ(differing(*scene.draw(), *picture(0), {304, 48, 672, 640}), 0);
}

TEST(Panel, nonsense_rectangles_in_a_stamp_do_no_harm) {
    const std::vector<int> nonsense{INT_MIN, -70000, -1, 0, 3, 700, 1279, INT_MAX};
    for (const int a : nonsense) {
        for (const int b : nonsense) {
            Scene scene;
            scene.stamp.canvas = {a, b, b, a};
            scene.stamp.overlay = {b, a, a, b};
            scene.stamp.sources[0].pane = scene.stamp.sources[1].image = {a, b, a, b};
            scene.echo().state = State::stale;
            scene.xray().state = State::lost;
            scene.view.states.fusion.trusted = false;
            scene.draw();
        }
    }
}

TEST(Panel, before_the_first_picture_and_when_halted_nothing_else_is_seen) {
    for (const auto cover :
         {+[](Pixels& pixels) { draw_waiting(pixels, 3s); }, +[](Pixels& pixels) { draw_halted(pixels); }}) {
        const auto one = picture(0), other = picture(1);
        cover(*one);
        cover(*other);
        EXPECT_EQ(differing(*one, *other, {0, 0, 1280, 720}), 0);
    }
}

TEST(FreeRoom, is_what_the_panes_leave) {
    const Rect canvas{0, 0, 1280, 720};
    EXPECT_EQ(largest_free(canvas, {{0, 0, 672, 720}, {672, 0, 608, 528}}), (Rect{672, 528, 608, 192}));
    EXPECT_EQ(largest_free(canvas, {{0, 0, 640, 688}, {640, 0, 640, 688}}), (Rect{0, 688, 1280, 32}));
    EXPECT_EQ(largest_free(canvas, {}), canvas);
    EXPECT_TRUE(largest_free(canvas, {{-10, -10, 4000, 4000}}).empty());
}

}  // namespace
}  // namespace render
