// A link that dies and returns, and a source that freezes: real codec, real stamps, a clock that stands still. What the
// display says, and when, counted in frames and microseconds.
#include "fakes/stepped_clock.hpp"
#include "render/freshness.hpp"
#include "transport/codec.hpp"
#include "transport/pool.hpp"
#include "transport/reception.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>

namespace render {
namespace {

using namespace transport;
using namespace std::chrono_literals;

constexpr auto begin = timestamp(1'000'000'000);
constexpr auto look = 5ms;                // how often the state is judged
constexpr auto for_a_keyframe = 30ms;     // as the sender
constexpr auto keyframe_spacing = 250ms;  // of every sender, however often it is asked

/// Sender → link → decoder → freshness, one stream.
struct FaultyPath {
    fakes::SteppedClock clock{begin};
    Microseconds period;
    Microseconds way = 20ms;
    bool down = false;             ///< nothing passes, either way
    bool held = false;             ///< what is sent waits, and comes at once when this ends
    bool wishes_lost = false;      ///< the way back alone
    std::set<std::uint32_t> lost;  ///< frames
    std::unique_ptr<Encoder> encoder;
    Reception reception{clock, [] { return ClockOffset{}; }, 1};
    ModalityFreshness freshness{FreshnessLimits{}};
    PixelPool pool;

    struct InFlight {
        Timestamp due;
        std::uint32_t sequence;
        std::vector<std::byte> bytes;
    };
    std::deque<InFlight> flying;
    std::deque<Timestamp> wishes;
    std::vector<std::uint32_t> shown;
    std::uint32_t sequence = 0;
    Timestamp next_frame = begin;
    Timestamp last_arrival{};
    std::optional<Timestamp> last_keyframe;
    std::uint32_t keyframe_sequence = 0;
    std::uint64_t arrived = 0;

    explicit FaultyPath(double per_second) : period{std::llround(1e6 / per_second)} {
        EncoderSettings settings;
        settings.kind = EncoderKind::x264;
        settings.width = 160;
        settings.height = 96;
        settings.frames_per_second = per_second;
        settings.threads = 1;
        encoder = make_encoder(settings);
    }

    void send(Timestamp now) {
        bool wished = false;
        for (; !wishes.empty() && wishes.front() <= now; wishes.pop_front())  // asked before it can have been seen?
            wished = wished || !last_keyframe || wishes.front() - *last_keyframe > 2 * way + for_a_keyframe;
        const bool keyframe = wished && (!last_keyframe || now - *last_keyframe >= keyframe_spacing);
        if (wished && !keyframe) wishes.push_back(now);  // the sender remembers
        auto pixels = pool.get(PixelFormat::i420, 160, 96);
        for (int plane = 0; plane < pixels->plane_count(); ++plane)
            for (int y = 0; y < pixels->plane_height(plane); ++y)
                std::fill_n(pixels->row(plane, y), pixels->plane_width(plane),
                            static_cast<std::uint8_t>(y + static_cast<int>(sequence)));
        auto encoded = encoder->encode(std::move(pixels), keyframe).value();
        if (encoded.keyframe) last_keyframe = now, keyframe_sequence = sequence;
        Stamp stamp;
        stamp.stream = 1;
        stamp.sequence = sequence;
        stamp.boot = boot_id();
        stamp.sender_time = now;
        stamp.canvas = {0, 0, 160, 96};
        auto& header = stamp.sources.emplace_back().header;
        header.sequence = sequence;
        header.period = period;
        header.timeline.mark(Stage::captured, now);
        header.content_changed = now;
        if (!down && !lost.contains(sequence))
            flying.push_back({now + way, sequence, insert_stamp(encoded.bytes, stamp)});
        ++sequence;
    }
    void step() {
        const auto now = clock.now();
        if (now >= next_frame) {
            send(now);
            next_frame += period;
        }
        while (!held && !flying.empty() && flying.front().due <= now) {
            ++arrived;
            const auto received = reception.take({std::move(flying.front().bytes), now, now});
            if (received) {
                shown.push_back(flying.front().sequence);
                freshness.saw(received->stamp.sources[0].header, now);
                last_arrival = now;
            }
            flying.pop_front();
        }
        if (reception.take_keyframe_wish() && !down && !wishes_lost) wishes.push_back(now + way);
        clock.advance(look);
    }
    void run(Microseconds time) {
        for (const auto end = clock.now() + time; clock.now() < end;) step();
    }
    State state() { return freshness.judge(clock.now()).state; }
    /// How long until that state; at most 20 s.
    Microseconds until(State wanted) {
        const auto from = clock.now();
        while (state() != wanted && clock.now() - from < 20s) step();
        return clock.now() - from;
    }
    Microseconds limit(Microseconds fixed, int periods) const { return std::max(fixed, periods * period); }
};

struct FaultsAtRate : testing::TestWithParam<double> {
    FaultyPath path{GetParam()};
    void SetUp() override {
        path.run(3s);
        ASSERT_EQ(path.state(), State::live);
    }
};

TEST_P(FaultsAtRate, a_dead_link_is_stale_and_lost_in_time_and_live_within_1_s_of_its_return) {
    for (const Microseconds outage : {300ms, 1'500ms, 60'000ms}) {
        SCOPED_TRACE(outage.count());
        path.down = true;
        path.flying.clear();
        const auto died = path.clock.now();
        const auto last = path.last_arrival;
        if (outage > path.limit(200ms, 3)) {
            path.until(State::stale);
            EXPECT_LE(path.clock.now() - last, path.limit(200ms, 3) + look);
        }
        if (outage > path.limit(1s, 5)) {
            path.until(State::lost);
            EXPECT_LE(path.clock.now() - last, path.limit(1s, 5) + look);
        }
        if (path.clock.now() - died < outage) path.run(outage - (path.clock.now() - died));
        path.down = false;
        const auto arrived = path.arrived;
        const auto back = path.until(State::live);
        EXPECT_LE(back, 1s);
        // On the way to the first wish, of the wish, and of the keyframe: what comes meanwhile is built on lost
        // pictures.
        const auto most =
            std::ceil(2.0 * static_cast<double>(path.way.count()) / static_cast<double>(path.period.count()));
        EXPECT_LE(path.arrived - arrived, static_cast<std::uint64_t>(most) + 2 + 3) << back.count() << " us";
        path.run(2s);
    }
}

TEST_P(FaultsAtRate, a_lost_wish_for_a_keyframe_is_said_again_and_live_still_returns_within_1_s) {
    path.down = true;
    path.flying.clear();
    path.run(2s);
    path.down = false;
    path.wishes_lost = true;
    const auto returned = path.clock.now();
    path.run(200ms);  // the first wish is among what is lost
    path.wishes_lost = false;
    path.until(State::live);
    EXPECT_LE(path.clock.now() - returned, 1s);
}

TEST_P(FaultsAtRate, frames_built_on_a_lost_one_are_never_shown) {
    const auto victim = path.sequence + 5;
    path.lost = {victim};
    path.shown.clear();
    path.run(2s);
    ASSERT_FALSE(path.shown.empty());
    const auto after = std::ranges::find_if(path.shown, [&](auto n) { return n >= victim; });
    ASSERT_NE(after, path.shown.end());
    EXPECT_GT(*after, victim);
    EXPECT_EQ(*after, path.keyframe_sequence) << "the first one shown is the keyframe";
    EXPECT_EQ(path.reception.drops().missing, 1U);
    EXPECT_EQ(path.reception.drops().damaged, *after - victim - 1);
    EXPECT_EQ(path.reception.drops().corrupt, 0U);
    EXPECT_EQ(path.state(), State::live);
}

TEST_P(FaultsAtRate, a_stall_that_keeps_what_was_sent_is_live_within_1_s_of_its_end) {
    for (const Microseconds stall : {400ms, 3'000ms}) {
        SCOPED_TRACE(stall.count());
        path.held = true;
        path.run(stall);
        EXPECT_NE(path.state(), State::live);
        path.held = false;
        path.step();
        const auto verdict = path.freshness.judge(path.clock.now());
        EXPECT_TRUE(verdict.state != State::live || verdict.age.value() <= 100ms)
            << "of many old pictures that come at once only the newest can be live";
        EXPECT_LE(path.until(State::live), 1s);
        path.run(1s);
    }
}

INSTANTIATE_TEST_SUITE_P(PerSecond, FaultsAtRate, testing::Values(7.5, 25.0, 30.0, 60.0), [](const auto& rate) {
    return "at_" + std::to_string(static_cast<int>(rate.param)) + (rate.param < 8 ? "_and_a_half" : "");
});

}  // namespace
}  // namespace render
