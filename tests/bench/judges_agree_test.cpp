// Two judges of one planted run: what they must agree on, and what must not be called agreement.
#include "bench/judges_agree.hpp"
#include "fakes/shown_run.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

constexpr Span always{0, 1'000'000'000'000};

std::vector<SeenCode> later_by(std::vector<SeenCode> codes, std::int64_t us) {
    for (auto& code : codes) code.presented_us += us;
    return codes;
}

TEST(JudgesAgree, when_they_differ_by_less_than_two_milliseconds) {
    const auto codes = fakes::ShownRun{}.codes();
    const auto agreement = compare_judges(judgement("code", codes, always, 0us),
                                          judgement("watcher", later_by(codes, -1'400), always, 500us));
    EXPECT_TRUE(agreement.agree());
    EXPECT_EQ(agreement.both, 1200U);
    EXPECT_EQ(agreement.only_first + agreement.only_second, 0U);
    EXPECT_EQ(agreement.shift_us, -1'400);
    EXPECT_EQ(agreement.median_us, 1'400);
    EXPECT_NE(to_line(agreement).find("code and watcher agree: 1200 frames"), std::string::npos) << to_line(agreement);
    EXPECT_NE(to_line(agreement).find("watcher says 1.40 ms less"), std::string::npos) << to_line(agreement);
}

TEST(JudgesAgree, or_by_no_more_than_their_uncertainty) {
    const auto codes = fakes::ShownRun{}.codes();
    const auto exact = judgement("code", codes, always, 0us);
    EXPECT_TRUE(compare_judges(exact, judgement("camera", later_by(codes, 4'000), always, 4'200us)).agree());
    EXPECT_FALSE(compare_judges(exact, judgement("camera", later_by(codes, 4'000), always, 3'900us)).agree());
}

TEST(JudgesAgree, not_when_one_frame_in_ten_is_off) {
    const auto codes = fakes::ShownRun{}.codes();
    auto off = codes;
    for (std::size_t i = 0; i < off.size(); i += 10) off[i].presented_us += 9'000;
    const auto agreement = compare_judges(judgement("a", codes, always, 0us), judgement("b", off, always, 0us));
    EXPECT_EQ(agreement.median_us, 0);
    EXPECT_EQ(agreement.p95_us, 9'000);
    EXPECT_FALSE(agreement.agree());
    EXPECT_NE(to_line(agreement).find("DISAGREE"), std::string::npos);
}

TEST(JudgesAgree, a_single_frame_that_is_off_is_named) {
    const auto codes = fakes::ShownRun{}.codes();
    auto off = codes;
    off[77].presented_us -= 12'000;
    const auto agreement = compare_judges(judgement("a", codes, always, 0us), judgement("b", off, always, 0us));
    EXPECT_TRUE(agreement.agree());
    EXPECT_EQ(agreement.largest_us, 12'000);
    EXPECT_EQ(agreement.largest_at, (FrameKey{1, 77}));
}

TEST(JudgesAgree, frames_that_only_one_saw_are_counted_and_a_node_that_mislabels_them_is_found) {
    fakes::ShownRun run;
    const auto codes = run.codes();
    run.drop_every = 30;
    const auto dropping = compare_judges(judgement("a", codes, always, 0us), judgement("b", run.codes(), always, 0us));
    EXPECT_EQ(dropping.only_first, 40U);
    EXPECT_EQ(dropping.only_second, 0U);
    auto mislabelled = codes;  // every picture under the number of the one before it
    for (std::size_t i = 1; i < codes.size(); ++i) mislabelled[i].sequence = codes[i - 1].sequence;
    EXPECT_FALSE(compare_judges(judgement("a", codes, always, 0us), judgement("b", mislabelled, always, 0us)).agree());
}

TEST(JudgesAgree, nothing_in_common_is_no_agreement) {
    const auto codes = fakes::ShownRun{}.codes();
    const auto agreement = compare_judges(judgement("a", codes, always, 0us), judgement("b", {}, always, 0us));
    EXPECT_FALSE(agreement.agree());
    EXPECT_NE(to_line(agreement).find("no frame in common"), std::string::npos);
    EXPECT_TRUE(judgement("a", codes, {0, 1}, 0us).presented_us.empty()) << "nothing was presented within";
}

}  // namespace
