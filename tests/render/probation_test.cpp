#include "render/probation.hpp"

#include "fakes/report_frames.hpp"
#include "transport/clock_exchanges.hpp"

#include <random>

namespace render {
namespace {

using namespace std::chrono_literals;
using fakes::start;
using transport::ClockBasis;
using transport::Microseconds;
using transport::Modality;
using transport::Stage;

PresentedFrame frame(std::uint32_t sequence, ClockBasis basis) {
    auto shown = fakes::echo_picture(sequence, 9'000);
    shown.sources[0].timeline.clock_basis = basis;
    shown.skew = 3ms;
    return shown;
}

TEST(Probation, frames_of_one_machine_pass_at_once) {
    Probation probation;
    probation.add(frame(1, ClockBasis::same_machine), start);
    EXPECT_EQ(probation.take_passed(start).size(), 1U);
}

TEST(Probation, converted_times_wait_and_the_order_stays) {
    Probation probation;
    probation.add(frame(1, ClockBasis::exchanges), start);
    probation.add(frame(2, ClockBasis::same_machine), start);
    EXPECT_TRUE(probation.take_passed(start + Probation::patience - 1us).empty());
    const auto passed = probation.take_passed(start + Probation::patience);
    ASSERT_EQ(passed.size(), 2U);
    EXPECT_EQ(passed[0].sequence, 1U);
    EXPECT_TRUE(passed[0].sources[0].timeline.at(Stage::captured));
}

TEST(Probation, a_doubted_clock_takes_the_times_of_what_waits_and_of_that_source_alone) {
    Probation probation;
    probation.add(frame(1, ClockBasis::exchanges), start);
    probation.add(frame(2, ClockBasis::same_machine), start);
    probation.doubt(Modality::xray);
    probation.doubt(Modality::ultrasound);
    const auto passed = probation.take_passed(start + 2s);
    ASSERT_EQ(passed.size(), 2U);
    EXPECT_FALSE(passed[0].sources[0].timeline.at(Stage::captured));
    EXPECT_TRUE(passed[0].sources[0].timeline.at(Stage::presented)) << "this machine's own";
    EXPECT_FALSE(passed[0].skew);
    EXPECT_TRUE(passed[1].sources[0].timeline.at(Stage::captured));
}

TEST(Probation, what_nothing_has_confirmed_at_the_end_is_unknown) {
    Probation probation;
    probation.add(frame(1, ClockBasis::host_clocks), start);
    const auto rest = probation.take_rest();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_FALSE(rest[0].sources[0].timeline.at(Stage::captured));
    EXPECT_TRUE(probation.take_rest().empty());
}

/// A source on another machine, 60 frames a second, 20 ms old when they are presented; its clock steps now and then.
TEST(Probation, a_stepped_clock_never_gives_a_false_figure) {
    std::uint64_t told = 0;
    std::uint64_t steps = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random{seed};
        const auto way = [&](Microseconds least) {
            return least + Microseconds{static_cast<std::int64_t>(std::exponential_distribution{1 / 2'000.0}(random))};
        };
        Microseconds ahead = 3h;
        transport::ClockExchanges clocks;
        Probation probation;
        auto next_ping = start;
        auto next_step = start + 5s;
        const auto judge = [&](const std::vector<PresentedFrame>& passed) {
            for (const auto& frame_passed : passed) {
                const auto& timeline = frame_passed.sources[0].timeline;
                const auto took = timeline.between(Stage::captured, Stage::presented);
                if (!took) continue;
                ++told;
                ASSERT_LE(std::chrono::abs(*took - 20ms), timeline.clock_bound)
                    << "presented at " << (*timeline.at(Stage::presented) - start).count();
            }
        };
        std::uint32_t sequence = 0;
        for (auto now = start; now < start + 60s; now += 16'667us) {
            if (now >= next_step) {
                const auto size = Microseconds{std::int64_t{30'000} << random() % 18U};  // 30 ms to an hour
                ahead += random() % 2 == 0 ? size : -size;
                next_step = now + 3s + Microseconds{static_cast<std::int64_t>(random() % 3'000'000)};
                ++steps;
            }
            if (now >= next_ping) {
                const auto up = way(8ms), down = way(2ms);
                const auto sent = now - up - down;
                clocks.exchange(sent, transport::RemoteTimestamp{(sent + up + ahead).time_since_epoch()}, now);
                next_ping = now + 200ms;
            }
            auto shown = frame(++sequence, ClockBasis::same_machine);
            auto& timeline = shown.sources[0].timeline;
            timeline = {};
            timeline.mark(Stage::presented, now);
            const transport::RemoteTimestamp captured{(now - 20ms + ahead).time_since_epoch()};
            if (const auto ours = clocks.offset().convert(captured)) {
                timeline.mark(Stage::captured, ours->time);
                timeline.clock_bound = ours->bound;
                timeline.clock_basis = ours->basis;
            } else {
                probation.doubt(Modality::ultrasound);
            }
            probation.add(std::move(shown), now);
            judge(probation.take_passed(now));
            if (HasFatalFailure()) return;
        }
        judge(probation.take_rest());
    }
    EXPECT_GT(steps, 200U);
    EXPECT_GT(told, 20U * 60 * 60 / 2) << "and true figures are not withheld";
}

}  // namespace
}  // namespace render
