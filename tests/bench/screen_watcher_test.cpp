// The judge from outside before a planted screen on a stepped clock: what is wrong with the screen is found, and the
// times are right to within what it states.
#include "bench/screen_watcher.hpp"
#include "bench/shown_frames.hpp"
#include "fakes/coded_picture.hpp"
#include "fakes/shown_run.hpp"
#include "fakes/stepped_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

/// Shows the codes of a run at their times; a look takes 60 µs, during which nothing changes.
class PlantedScreen final : public Watched {
public:
    PlantedScreen(std::vector<SeenCode> run, fakes::SteppedClock& clock, bool twins = false)
        : run_{std::move(run)}, clock_{clock}, begun_{clock.now()}, twins_{twins} {}

    [[nodiscard]] std::string name() const override { return "planted"; }
    [[nodiscard]] bool tells_redraws() const override { return true; }
    [[nodiscard]] Whole whole(const std::stop_token& /*stop*/) override {
        auto picture = fakes::plain_picture(640, 200);
        if (const auto code = now_shown()) {
            write_timecode(*picture, where.x, where.y, *code);
            if (twins_) write_timecode(*picture, where.x, where.y + 60, *code);
        }
        return {picture, 7, 0};
    }
    [[nodiscard]] ScreenLook look(const std::vector<Rect>& places, const std::stop_token& /*stop*/) override {
        ScreenLook out;
        out.before = clock_.now();
        clock_.advance(30us);
        const auto drawn_before = drawn_;
        for (const auto& place : places)
            out.codes.push_back(std::abs(place.x - where.x - 7) <= 2 ? now_shown() : std::nullopt);
        out.redrawn = drawn_ != drawn_before;
        clock_.advance(30us);
        out.after = clock_.now();
        return out;
    }
    [[nodiscard]] std::int64_t since_begin(std::int64_t us) const { return us - microseconds(begun_); }

    const Rect where{40, 20, timecode_width, timecode_height};

private:
    std::optional<Timecode> now_shown() {
        const auto now = since_begin(microseconds(clock_.now()));
        while (drawn_ < run_.size() && run_[drawn_].presented_us <= now) ++drawn_;
        if (drawn_ == 0) return std::nullopt;
        const auto& code = run_[drawn_ - 1];
        return Timecode{code.stream, code.sequence, code.time_us};
    }

    std::vector<SeenCode> run_;
    fakes::SteppedClock& clock_;
    Timestamp begun_;
    bool twins_;
    std::size_t drawn_ = 0;
};

struct Watching {
    std::vector<Sighting> sightings;
    WatchReport report;
    [[nodiscard]] std::vector<SeenCode> codes() const {
        std::vector<SeenCode> out;
        for (const auto& one : sightings) out.push_back(one.code);
        return out;
    }
};

Watching watched_run(const fakes::ShownRun& run) {
    fakes::SteppedClock clock;
    PlantedScreen screen{run.codes(), clock};
    std::stop_source stop;
    Watching out;
    WatchSettings settings;
    settings.expected = 1;
    const auto end = run.codes().back().presented_us + 5'000;
    settings.seen = [&](const Sighting& sighting) {
        out.sightings.push_back(sighting);
        out.sightings.back().code.presented_us = screen.since_begin(sighting.code.presented_us);
    };
    settings.once_a_second = [&](const WatchReport& report) {
        if (report.seconds * 1e6 > static_cast<double>(end)) stop.request_stop();
    };
    out.report = watch(screen, settings, clock, stop.get_token());
    return out;
}

TEST(ScreenWatcher, times_are_right_to_within_what_it_states) {
    fakes::ShownRun run;
    run.frames = 300;
    const auto seen = watched_run(run);
    ASSERT_GT(seen.sightings.size(), 290U);
    for (const auto& one : seen.sightings)
        EXPECT_LE(std::abs(one.code.presented_us - run.presented_us(one.code.sequence)), one.bound.count())
            << one.code.sequence;
    EXPECT_LE(seen.report.uncertainty.max, 600);
    EXPECT_NEAR(seen.report.looks_per_second, 1000, 30);
    ASSERT_EQ(seen.report.codes.size(), 1U);
    EXPECT_NEAR(seen.report.codes[0].x, 47, 2);
    EXPECT_NE(watch_json(seen.report).find("\"uncertainty_us\""), std::string::npos);
}

TEST(ScreenWatcher, a_display_that_shows_every_frame_twice_is_found) {
    fakes::ShownRun run;
    run.frames = 200;
    run.twice = true;
    const auto frames = shown_frames(watched_run(run).codes(), 1, {0, 60'000'000}, 16'667);
    ASSERT_GT(frames.size(), 150U);
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) EXPECT_EQ(frames[i].presentations, 2U) << i;
}

TEST(ScreenWatcher, a_pipeline_that_drops_every_30th_frame_is_found) {
    fakes::ShownRun run;
    run.frames = 300;
    run.drop_every = 30;
    const auto frames = shown_frames(watched_run(run).codes(), 1, {0, 60'000'000}, 16'667);
    std::uint32_t skipped = 0;
    for (const auto& frame : frames) skipped += frame.skipped_before;
    EXPECT_EQ(skipped, 9U) << "the tenth is the last frame of all";
}

TEST(ScreenWatcher, a_freeze_is_as_long_as_it_was) {
    fakes::ShownRun run;
    run.frames = 300;
    run.frozen_from_us = 2'000'000;
    run.frozen_for_us = 400'000;
    const auto codes = watched_run(run).codes();
    const Span all{0, codes.back().presented_us + 1};
    const auto freezes = freezes_of(shown_frames(codes, 1, all, 16'667), all, 16'667);
    EXPECT_EQ(freezes.count, 1U);
    EXPECT_NEAR(static_cast<double>(freezes.longest_us), 416'667, 2'000);
}

TEST(ScreenWatcher, a_stream_that_is_shown_twice_cannot_be_judged) {
    fakes::SteppedClock clock;
    PlantedScreen screen{{{0, 1, 5, 0}}, clock, true};
    try {
        (void)watch(screen, {}, clock, {});
        FAIL() << "was judged";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("stream 1 is shown at two places of planted"), std::string::npos)
            << error.what();
    }
}

}  // namespace
