#include "render/state_log.hpp"

#include "fakes/metrics_text.hpp"
#include "fakes/report_frames.hpp"

#include <gmock/gmock.h>

namespace render {
namespace {

using namespace std::chrono_literals;
using fakes::ReportFolder;
using fakes::start;
using testing::HasSubstr;

States all_lost() {
    return {};
}

TEST_F(ReportFolder, states_csv_has_a_row_for_each_change_with_both_times_and_the_reason) {
    StateLog log{folder, start};
    auto states = all_lost();
    log.shown(states, start + 10ms);
    states.modality[0].state = State::stale;
    states.modality[0].why = "not enough new pictures yet";
    log.shown(states, start + 20ms);
    log.shown(states, start + 30ms);
    states.modality[0].state = State::live;
    states.modality[0].why = "new pictures in time";
    log.shown(states, start + 40ms);
    EXPECT_EQ(text(folder / "states.csv"),
              "time_us,clock_us,modality,state,why\n"
              "10000,5010000,fusion,ONE SOURCE,one source only\n"
              "20000,5020000,ultrasound,STALE,not enough new pictures yet\n"
              "40000,5040000,ultrasound,LIVE,new pictures in time\n")
        << "on disk while the run goes on";
}

TEST_F(ReportFolder, states_csv_tells_of_the_fusion_too) {
    StateLog log{folder, start};
    auto states = all_lost();
    states.fusion.both = true;
    states.fusion.why = "skew over its limit";
    log.shown(states, start);
    states.fusion.synced = states.fusion.trusted = true;
    states.fusion.why = "echo and X-ray belong together";
    log.shown(states, start + 1s);
    EXPECT_THAT(text(folder / "states.csv"), HasSubstr("0,5000000,fusion,UNSYNCED,skew over its limit\n"));
    EXPECT_THAT(text(folder / "states.csv"), HasSubstr("1000000,6000000,fusion,SYNCED,echo and X-ray belong"));
    states.fusion.registration = transport::Registration::lost;
    log.shown(states, start + 2s);
    EXPECT_THAT(text(folder / "states.csv"), HasSubstr("2000000,7000000,registration,lost,"));
}

TEST(StateLog, a_scrape_reads_the_state_that_is_shown) {
    StateLog log{std::nullopt, start};
    const auto value = [&](const std::string& modality, const std::string& state) {
        transport::MetricsPage page;
        log.tell(page);
        return fakes::MetricsText{page.text()}.value("scialytic_state", {{"modality", modality}, {"state", state}});
    };
    EXPECT_EQ(value("xray", "LOST"), 1);
    auto states = all_lost();
    states.modality[1].state = State::xray_off;
    log.shown(states, start);
    EXPECT_EQ(value("xray", "X-RAY OFF"), 1);
    EXPECT_EQ(value("xray", "LOST"), 0);
    EXPECT_EQ(value("ultrasound", "LOST"), 1);
    EXPECT_EQ(value("ultrasound", "LIVE"), 0);
}

TEST(StateLog, without_a_folder_nothing_is_written_and_a_wrong_one_is_named) {
    StateLog{std::nullopt, start}.shown(all_lost(), start);
    try {
        const StateLog log{std::filesystem::path{"/proc/nowhere"}, start};
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("/proc/nowhere/states.csv"));
    }
}

}  // namespace
}  // namespace render
