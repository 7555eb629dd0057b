#include "bench/fusion_tip.hpp"

#include "augment/tip_tracker.hpp"
#include "bench/fusion_speed.hpp"
#include "bench/fusion_tip_plain.hpp"
#include "devices/phantom_xray.hpp"
#include "transport/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace bench {

using namespace augment;
using namespace transport;

namespace {

constexpr int tip_frames = 120;  // of a loop: 30 a second
constexpr int fate_after = 30;   // frames
constexpr int pause_frames = 45;
constexpr double tip_wrong_by_mm = 5;
constexpr std::array tip_clicks{Vec2{0, 0}, Vec2{8, 5}, Vec2{-7, 6}, Vec2{-3, -9}};  // of 512 pixels, off the tip
constexpr std::array tip_phases{0, 23, 51, 77, 104};                                 // frames in which it is clicked

Vec2 tip_in(const devices::PhantomTruth& truth, int width, int height) {
    return *devices::phantom_camera(truth, width, height).project(truth.catheter_tip);
}

/// A loop, each frame with its truth; `without`: the same heart and no catheter in it, nor noise.
struct TipLoop {
    int width, height;
    devices::PhantomFilm film;
    std::vector<SharedPixels> without;
    std::vector<devices::PhantomTruth> truths;

    TipLoop(const devices::Fluoroscopy& wishes, bool draw_without)
        : width{wishes.width}, height{wishes.height}, film{devices::draw_phantom_xray(wishes, tip_frames)} {
        const devices::PhantomFluoroscope fluoroscope{wishes};
        PixelPool pool;
        for (int i = 0; i < tip_frames; ++i) {
            truths.push_back(devices::phantom_truth(devices::phantom_frame_time(i, tip_frames), wishes.scene));
            if (!draw_without) continue;
            if (i % 8 != 0) {  // the heart's own motion is not what is asked for here
                without.push_back(without.back());
                continue;
            }
            const auto absorbed = fluoroscope.attenuation(truths.back(), {.catheter = false});
            const auto picture = pool.get(PixelFormat::gray8, width, height);
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x)
                    picture->row(0, y)[x] = static_cast<std::uint8_t>(
                        std::lround(devices::PhantomFluoroscope::grey(std::exp(-absorbed.at(x, y)))));
            without.push_back(picture);
        }
    }
    [[nodiscard]] Frame frame(int number, bool catheter = true) const {
        const auto i = static_cast<std::size_t>(number % tip_frames);
        Frame out;
        out.header.stream = 2;
        out.header.sequence = static_cast<std::uint32_t>(number + 1);
        out.header.modality = Modality::xray;
        out.header.width = width;
        out.header.height = height;
        out.header.period = Microseconds{33'333};
        out.header.geometry = film.geometries[i];
        out.header.timeline.mark(Stage::acquired, timestamp(std::int64_t{1'000'000} + number * std::int64_t{33'333}));
        out.pixels = catheter ? film.frames[i] : without[i];
        return out;
    }
    [[nodiscard]] Vec2 tip(int number) const {
        return tip_in(truths[static_cast<std::size_t>(number % tip_frames)], width, height);
    }
    [[nodiscard]] double px_per_mm(int number) const {
        const auto camera =
            devices::phantom_camera(truths[static_cast<std::size_t>(number % tip_frames)], width, height);
        return std::sqrt(std::abs(determinant(camera.image().per_slope))) / camera.in_camera({0, 0, 0}).z;
    }
};

/// A part of the frame that begins `shift` pixels to the left, and says nothing of geometry: for the tracker, the
/// catheter moves to the right.
Frame moved_on(const Frame& whole, int shift) {
    auto out = whole;
    out.header.geometry = {};
    const auto picture = PixelPool{}.get(PixelFormat::gray8, whole.header.width, whole.header.height);
    for (int y = 0; y < picture->height; ++y)
        for (int x = 0; x < picture->width; ++x)
            picture->row(0, y)[x] = whole.pixels->row(0, y)[std::max(0, x - shift)];
    out.pixels = picture;
    return out;
}

void note_tip(TipFigures& out, const Tip& tip, Vec2 truth, double px_per_mm, bool is_there) {
    ++out.frames;
    out.lost += tip.state == Tip::State::lost ? 1 : 0;
    if (tip.state != Tip::State::tracking) return;
    ++out.tracked;
    const double off = length(tip.at - truth);
    out.wrong += !is_there || off / px_per_mm > tip_wrong_by_mm ? 1 : 0;
    if (!is_there) return;
    out.px.push_back(off);
    out.mm.push_back(off / px_per_mm);
}

template <typename Each>
void for_each_click(const TipLoop& loop, Each each) {
    for (const int phase : tip_phases)
        for (const auto& off : tip_clicks) {
            const double scale = loop.width / 512.0;
            each(phase, loop.tip(phase) + Vec2{scale * off.x, scale * off.y});
        }
}

}  // namespace

TipFigures follow_tip(const devices::Fluoroscopy& wishes, TipFate fate) {
    const bool goes = fate == TipFate::withdrawn || fate == TipFate::pause_without;
    const bool pauses = fate == TipFate::pause || fate == TipFate::pause_without;
    const TipLoop loop{wishes, goes};
    TipFigures out;
    for_each_click(loop, [&](int phase, Vec2 click) {
        ++out.clicks;
        auto first = loop.frame(phase);
        if (fate == TipFate::out_of_field) first = moved_on(first, 0);
        auto tracker = TipTracker::at(first, click);
        if (!tracker) {
            ++out.refused;
            return;
        }
        for (int i = 1; i < tip_frames; ++i) {
            const bool fulfilled = i >= fate_after, paused = pauses && fulfilled && i < fate_after + pause_frames;
            auto frame = loop.frame(phase + i, !(goes && fulfilled && !paused));
            auto truth = loop.tip(phase + i);
            bool is_there = !(goes && fulfilled);
            if (paused) {
                frame.pixels = loop.frame(phase + fate_after - 1).pixels;
                frame.header.beam_on = false;
            }
            if (fate == TipFate::out_of_field) {
                const int shift = fulfilled ? 5 * (i - fate_after) : 0;
                frame = moved_on(frame, shift);
                truth.x += shift;
                is_there = truth.x < loop.width;
            }
            const auto since = std::chrono::steady_clock::now();
            const auto tip = tracker->follow(frame);
            const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - since;
            if (paused) continue;
            if (tip.state != Tip::State::lost) out.milliseconds.push_back(took.count());
            note_tip(out, tip, truth, loop.px_per_mm(phase + i), is_there);
        }
    });
    return out;
}

TipFigures follow_tip_plainly(const devices::Fluoroscopy& wishes, bool withdrawn) {
    const TipLoop loop{wishes, withdrawn};
    TipFigures out;
    for (const int phase : tip_phases) {
        PlainTip plain{*loop.frame(phase).pixels, loop.tip(phase)};
        for (int i = 1; i < tip_frames; ++i) {
            const bool is_there = !withdrawn || i < fate_after;
            const auto at = plain.follow(*loop.frame(phase + i, is_there).pixels);
            Tip tip;
            tip.state = at ? Tip::State::tracking : Tip::State::lost;
            tip.at = at.value_or(Vec2{});
            note_tip(out, tip, loop.tip(phase + i), loop.px_per_mm(phase + i), is_there);
        }
    }
    return out;
}

namespace {

void add(TipFigures& sum, const TipFigures& more) {
    sum.px.insert(sum.px.end(), more.px.begin(), more.px.end());
    sum.mm.insert(sum.mm.end(), more.mm.begin(), more.mm.end());
    sum.milliseconds.insert(sum.milliseconds.end(), more.milliseconds.begin(), more.milliseconds.end());
    sum.frames += more.frames;
    sum.tracked += more.tracked;
    sum.lost += more.lost;
    sum.wrong += more.wrong;
    sum.refused += more.refused;
    sum.clicks += more.clicks;
}

void tell(std::vector<Row>& rows, const std::string& what, const TipFigures& figures, bool timed = false) {
    const auto row = [&](const std::string& name, double value, const std::string& unit,
                         std::optional<double> goal = {}) {
        rows.push_back({fmt::format("tip, {}: {}", what, name), value, unit, goal});
    };
    const auto percent = [&](int part) { return 100.0 * part / std::max(1, figures.frames); };
    if (!figures.px.empty()) {
        row("error, median", percentile(figures.px, 0.5), "px");
        row("error, p95", percentile(figures.px, 0.95), "px");
        row("error, median", percentile(figures.mm, 0.5), "mm");
        row("error, p95", percentile(figures.mm, 0.95), "mm");
    }
    row("exposures tracked", percent(figures.tracked), "%");
    row("exposures after it was called lost", percent(figures.lost), "%");
    row("called tracking and not there, or more than 5 mm off", figures.wrong, "exposures", 0);
    if (figures.clicks > 0) row("clicks refused", 100.0 * figures.refused / figures.clicks, "%");
    if (!timed) return;
    row("an exposure, p50", percentile(figures.milliseconds, 0.5), "ms", 1);
    row("an exposure, p99", percentile(figures.milliseconds, 0.99), "ms", 3);
}

}  // namespace

FusionFigures fusion_tip(const FusionOptions& options) {
    FusionFigures out;
    TipFigures still, swinging, fine, plain, plain_swinging;
    for (const std::uint32_t seed : {101U, 102U, 103U}) {
        for (const double quanta : {15'000.0, 4'000.0})
            for (const double lag : {0.0, 0.2, 0.5}) {
                if (options.stop.stop_requested()) return out;
                options.say(fmt::format("tip, seed {}, dose {:.0f}, lag {}", seed, quanta, lag));
                add(still, follow_tip({.quanta_per_mm2 = quanta, .lag = lag, .seed = seed}));
            }
        options.say(fmt::format("tip, seed {}, C-arm swinging, 1024, plainly", seed));
        add(swinging, follow_tip({.lag = 0, .seed = seed, .scene = {.c_arm_swings = true}}));
        if (seed == 101) add(fine, follow_tip({.width = 1024, .height = 1024, .seed = seed}));
        add(plain, follow_tip_plainly({.seed = seed}));
        add(plain_swinging, follow_tip_plainly({.lag = 0, .seed = seed, .scene = {.c_arm_swings = true}}));
    }
    tell(out.rows, "C-arm still, 512", still, true);
    tell(out.rows, "C-arm still, 1024", fine, true);
    tell(out.rows, "C-arm swinging 70° in 2 s", swinging);
    tell(out.rows, "one fixed template, clicked exactly, C-arm still", plain);
    tell(out.rows, "one fixed template, clicked exactly, C-arm swinging", plain_swinging);
    tell(out.rows, "one fixed template, withdrawn at once", follow_tip_plainly({.seed = 104}, true));
    for (const auto& [fate, what] :
         {std::pair{TipFate::withdrawn, "withdrawn at once"}, std::pair{TipFate::out_of_field, "out of the field"},
          std::pair{TipFate::pause, "pedal up for 1.5 s"},
          std::pair{TipFate::pause_without, "pedal up for 1.5 s, withdrawn meanwhile"}}) {
        options.say(fmt::format("tip, {}", what));
        tell(out.rows, what, follow_tip({.seed = 104}, fate));
    }
    return out;
}

}  // namespace bench
