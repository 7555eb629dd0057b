// timeline.csv is read back as the display's report wrote it.
#include "bench/timeline_rows.hpp"
#include "bench/run_figures.hpp"
#include "fakes/report_frames.hpp"
#include "fakes/shown_run.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace {

using namespace bench;
using transport::Microseconds;

struct TimelineRows : fakes::ReportFolder {
    void write(const char* name, const std::string& words) const { std::ofstream{folder / name} << words; }
    /// Two streams' codes of a run of a second.
    void write_codes() const {
        std::string rows{codes_header};
        for (int i = 0; i < 30; ++i) rows += fmt_row(i * 33'333 + 20'000, i, i * 33'333);
        write("codes.csv", rows);
    }
    static std::string fmt_row(int presented_us, int sequence, int time_us) {
        return std::to_string(presented_us) + ",1," + std::to_string(sequence) + "," + std::to_string(time_us) + "\n";
    }
    [[nodiscard]] std::string refusal() const {
        try {
            static_cast<void>(read_run(folder, {fakes::ShownRun{}.judged()}, Microseconds{0}, 60));
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "none";
    }
};

TEST_F(TimelineRows, are_what_the_report_wrote) {
    auto written =
        fakes::picture(7, {fakes::source(transport::Modality::xray, 3, Microseconds{1'000},
                                         {{transport::Stage::encoded, 2'000}, {transport::Stage::presented, 9'000}})});
    written.sources[0].timeline.clock_bound = Microseconds{250};
    written.sources[0].timeline.acquired_estimated = true;
    written.skew = Microseconds{-1'500};
    written.annotation_revision = 5;
    {
        render::Report report{folder, {}, fakes::start};
        report.add(written);
        report.add(fakes::echo_picture(1, 5'000));
        report.finish();
    }
    const auto rows = read_timelines(folder / "timeline.csv");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].stream, written.stream);
    EXPECT_EQ(rows[0].sequence, written.sequence);
    EXPECT_EQ(rows[0].skew, written.skew);
    EXPECT_EQ(rows[0].annotation_revision, 5U);
    ASSERT_EQ(rows[0].sources.size(), 1U);
    const auto& source = rows[0].sources[0];
    EXPECT_EQ(source.stream, written.sources[0].stream);
    EXPECT_EQ(source.sequence, 3U);
    EXPECT_EQ(source.modality, transport::Modality::xray);
    EXPECT_EQ(source.timeline.clock_bound, Microseconds{250});
    EXPECT_TRUE(source.timeline.acquired_estimated);
    EXPECT_EQ(source.timeline.at(transport::Stage::captured), transport::timestamp(1'000)) << "since the run's start";
    EXPECT_EQ(source.timeline.at(transport::Stage::presented), transport::timestamp(10'000));
    EXPECT_FALSE(source.timeline.at(transport::Stage::sent).has_value());
    EXPECT_FALSE(rows[1].skew.has_value());
    EXPECT_EQ(rows[1].sources[0].modality, transport::Modality::ultrasound);
}

TEST_F(TimelineRows, a_malformed_line_or_column_is_named) {
    std::istringstream none{"stream,sequence\n"};
    EXPECT_THROW((void)read_timelines(none), std::runtime_error);
    std::istringstream letters{"stream,sequence,annotation_revision,skew_us\n1,2,0,3\n1,x,0,3\n"};
    try {
        static_cast<void>(read_timelines(letters));
        FAIL() << "was read";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("line 3"));
    }
    std::istringstream growing{"stream,sequence,annotation_revision,skew_us\n1,2,0,3\n1,2"};
    EXPECT_EQ(read_timelines(growing).size(), 1U);
    std::istringstream empty;
    EXPECT_TRUE(read_timelines(empty).empty());
}

TEST_F(TimelineRows, a_run_is_read_from_the_files_that_are_there) {
    write_codes();
    const auto alone = read_run(folder, {fakes::ShownRun{}.judged()}, Microseconds{200'000}, 60);
    EXPECT_EQ(alone.codes.size(), 30U);
    EXPECT_EQ(alone.measured, (Span{220'000, 29 * 33'333 + 20'001}));
    EXPECT_TRUE(alone.timelines.empty());
    write("states.csv", "time_us,clock_us,modality,state,why\n0,5,ultrasound,LIVE,\n");
    EXPECT_EQ(read_run(folder, {fakes::ShownRun{}.judged()}, Microseconds{0}, 60).states.size(), 1U);
}

TEST_F(TimelineRows, a_run_that_cannot_be_judged_says_why) {
    EXPECT_THAT(refusal(), testing::HasSubstr("cannot read"));
    write("codes.csv", std::string{codes_header} + "100,2,1,50\n");
    EXPECT_THAT(refusal(), testing::HasSubstr("not every stream was ever seen"));
    write_codes();
    EXPECT_EQ(refusal(), "none");
    {
        render::Report other{folder, {}, fakes::start};
        other.add(fakes::echo_picture(4711, 5'000));
        other.finish();
    }
    EXPECT_THAT(refusal(), testing::HasSubstr("not of one run"));
}

}  // namespace
