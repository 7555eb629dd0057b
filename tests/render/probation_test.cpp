#include "render/probation.hpp"

#include "fakes/report_frames.hpp"

namespace render {
namespace {

using namespace std::chrono_literals;
using fakes::start;
using transport::ClockBasis;
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

}  // namespace
}  // namespace render
