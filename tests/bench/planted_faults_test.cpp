// Faults planted in running nodes: the judges beside them must say which, where and how much. One process, real nodes,
// codecs and judges, links in memory, a stepped clock.
#include "augment/input.hpp"
#include "augment/mixer.hpp"
#include "bench/judge.hpp"
#include "bench/scenario_judges.hpp"
#include "capture/node.hpp"
#include "devices/playback.hpp"
#include "fakes/coded_picture.hpp"
#include "fakes/memory_link.hpp"
#include "fakes/shifted_clock.hpp"
#include "render/display.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <array>
#include <functional>
#include <set>
#include <utility>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

constexpr Microseconds frame_period = 40ms;
constexpr StreamId echo_stream = 1;
constexpr StreamId xray_stream = 2;
constexpr std::uint32_t each_plays = 130;  ///< of each

/// What is wrong with the path; as it stands, nothing.
struct PlantedFault {
    Microseconds echo_clock{0};                                     ///< of its node alone: ahead of everybody's
    std::function<bool(Frame&)> hop = [](Frame&) { return true; };  ///< input → mixer; false: goes no further
    int showings = 1;                                               ///< of each picture, by the display
};

/// source → capture node → uplink → input, on a machine of its own when its clock is.
class WayIn {
public:
    WayIn(StreamId stream, Modality modality, Microseconds first, Microseconds ahead, fakes::SteppedClock& clock,
          augment::Input::OnFrame on_frame, augment::Input::OnLate on_late)
        : own_clock_{ahead, clock},
          source_{loop(own_clock_.now() + first), own_clock_},
          node_{source_, own_clock_, settings(modality, ahead)},
          uplink_{clock, {}},
          input_{clock, [this] { return offset_; }, std::move(on_frame), std::move(on_late)},
          receiver_{uplink_.receiver([this](const Arrival& arrival) { input_.on_arrival(arrival); })} {
        offset_.learn({clock.now(), RemoteTimestamp{own_clock_.now().time_since_epoch()}, 300us}, {0, 0});
        node_.connect(stream, uplink_.sender());
    }
    void pass() {
        node_.step({});
        uplink_.deliver();
    }

private:
    static devices::Loop loop(Timestamp first) {
        devices::Loop out;
        for (const std::uint8_t luma : std::array<std::uint8_t, 3>{60, 90, 120})
            out.frames.push_back(fakes::plain_picture(320, 240, luma));
        out.anchor = first;
        return out;
    }
    static capture::NodeSettings settings(Modality modality, Microseconds ahead) {
        capture::NodeSettings out;
        out.modality = modality;
        out.timecode = true;
        out.encoder.kind = EncoderKind::x264;
        if (ahead != 0us) out.boot ^= 2U;
        return out;
    }

    fakes::ShiftedClock own_clock_;
    devices::LoopSource source_;
    capture::Node node_;
    fakes::MemoryLink uplink_;
    ClockOffset offset_;
    augment::Input input_;
    std::unique_ptr<Receiver> receiver_;
};

/// As a display that draws every picture so many times.
class Showings final : public render::Sink {
public:
    Showings(render::Sink& panel, fakes::SteppedClock& clock, int times)
        : panel_{panel}, clock_{clock}, times_{times} {}
    render::Presentation present(const SharedPixels& picture) override {
        const auto first = panel_.present(picture);
        for (int i = 1; i < times_; ++i) {
            clock_.advance(5ms);
            panel_.present(picture);
        }
        return first;
    }
    [[nodiscard]] std::string name() const override { return panel_.name(); }

private:
    render::Sink& panel_;
    fakes::SteppedClock& clock_;
    int times_;
};

class PlantedFaults : public testing::Test {
protected:
    void TearDown() override { std::filesystem::remove_all(folder); }

    /// What display and judge leave in the folder of a path with that fault. All of it is measured.
    [[nodiscard]] RunInput run_with(const PlantedFault& fault) const {
        play(fault);
        return read_run(folder,
                        {{echo_stream, "ultrasound", frame_period, Modality::ultrasound, {}},
                         {xray_stream, "xray", frame_period, Modality::xray, {}}},
                        0us, 60);
    }

private:
    void play(const PlantedFault& fault) const {
        fakes::SteppedClock clock;
        Options options;
        options.out = folder;
        options.encoder = EncoderKind::x264;
        options.timecode = true;
        options.canvas_width = 640;
        options.canvas_height = 360;
        options.layout = Layout::side_by_side;

        // both ways → augmentation server → downlink → display → in-picture code → panel
        JudgingSink judge{std::make_unique<NullSink>(clock), folder, product_codes(640, 360)};
        Showings showings{judge, clock, fault.showings};
        render::Display display{showings, clock, options, "test"};
        augment::Mixer mixer{options, clock, augment::Mixer::Stepping::by_caller};
        const auto on_frame = [&](Frame frame) {
            if (fault.hop(frame)) mixer.on_frame(std::move(frame));
        };
        const auto on_late = [&](const LateMark& mark) { mixer.on_late(mark); };
        WayIn echo_way{echo_stream, Modality::ultrasound, 100ms, fault.echo_clock, clock, on_frame, on_late};
        WayIn xray_way{xray_stream, Modality::xray, 120ms, 0us, clock, on_frame, on_late};
        fakes::MemoryLink downlink{clock, {}};
        auto& view = mixer.view_for({options.layout, 640, 360, CodecProfile::intra_refresh});
        view.add_viewer("display", downlink.sender());
        display.connect([&](OnArrival on_arrival) { return downlink.receiver(std::move(on_arrival)); });

        for (std::uint32_t i = 0; i < each_plays; ++i)
            for (auto* way : {&echo_way, &xray_way}) {
                way->pass();
                view.step({}, 0us);
                if (downlink.deliver()) display.step({});
            }
        display.finish();
    }

    const std::filesystem::path folder =
        std::filesystem::path{testing::TempDir()} / ("planted_" + std::to_string(getpid()));
};

/// In-picture code and timelines, of these streams' frames.
Agreement code_and_timelines(const RunInput& run, const std::set<StreamId>& of = {echo_stream, xray_stream}) {
    auto code = judgement("in-picture code", run.codes, run.measured, 0us);
    auto timelines = timeline_judgement(run);
    for (auto* judge : {&code, &timelines})
        std::erase_if(judge->presented_us, [&](const auto& frame) { return !of.contains(frame.first.first); });
    return compare_judges(code, timelines);
}

/// They have the same frames, and say the same of every one.
void expect_exact(const Agreement& agreement) {
    EXPECT_TRUE(agreement.agree()) << to_line(agreement);
    EXPECT_EQ(agreement.largest_us, 0) << to_line(agreement);
    EXPECT_EQ(agreement.only_first + agreement.only_second, 0U) << to_line(agreement);
}

void expect_apart(const Agreement& agreement, Microseconds by) {
    EXPECT_FALSE(agreement.agree()) << to_line(agreement);
    EXPECT_EQ(Microseconds{agreement.shift_us}, by) << to_line(agreement);
    EXPECT_EQ(Microseconds{agreement.median_us}, std::chrono::abs(by)) << to_line(agreement);
}

std::vector<std::uint32_t> skipped_of(const RunInput& run, const std::string& stream) {
    std::vector<std::uint32_t> out;
    for (const auto& frame : run_figures(run).frames.at(stream))
        for (auto i = frame.skipped_before; i > 0; --i) out.push_back(frame.sequence - i);
    return out;
}

double figure_of(const RunInput& run, const std::string& key) {
    return run_figures(run).figures.numbers.at(key);
}

TEST_F(PlantedFaults, without_one_the_judges_agree_on_every_frame_and_nothing_is_skipped_or_repeated) {
    const auto run = run_with({});
    expect_exact(code_and_timelines(run));
    EXPECT_EQ(code_and_timelines(run).both, 2 * each_plays - 1) << "measuring begins with the first X-ray";
    EXPECT_TRUE(skipped_of(run, "ultrasound").empty());
    EXPECT_TRUE(skipped_of(run, "xray").empty());
    EXPECT_EQ(figure_of(run, "pictures.shown"), 2 * each_plays - 1);
    EXPECT_EQ(figure_of(run, "pictures.repeated"), 0);
}

TEST_F(PlantedFaults, a_display_that_shows_each_picture_twice_repeats_every_one_of_them) {
    PlantedFault fault;
    fault.showings = 2;
    const auto run = run_with(fault);
    EXPECT_EQ(figure_of(run, "pictures.shown"), 2 * (2 * each_plays - 1));
    EXPECT_EQ(figure_of(run, "pictures.repeated"), 2 * each_plays - 1);
    EXPECT_EQ(figure_of(run, "frames.ultrasound.skipped") + figure_of(run, "frames.xray.skipped"), 0);
    expect_exact(code_and_timelines(run));
}

TEST_F(PlantedFaults, a_node_whose_clock_is_8_ms_wrong_parts_the_judges_by_8_ms_on_its_stream_alone) {
    for (const Microseconds ahead : {8ms, -8ms}) {
        PlantedFault fault;
        fault.echo_clock = ahead;
        const auto run = run_with(fault);
        expect_apart(code_and_timelines(run, {echo_stream}), ahead);
        EXPECT_EQ(code_and_timelines(run, {echo_stream}).largest_us, 8'000);
        EXPECT_GE(code_and_timelines(run, {echo_stream}).both, each_plays - 40)
            << "nothing confirms any more the clock of the last 1.2 s";
        expect_exact(code_and_timelines(run, {xray_stream}));
        EXPECT_FALSE(code_and_timelines(run).agree()) << "the fault of one of two streams is not averaged away";
    }
}

TEST_F(PlantedFaults, a_hop_that_gives_frames_the_header_of_the_one_before_parts_the_judges_by_a_period) {
    PlantedFault fault;
    std::optional<FrameHeader> before;
    fault.hop = [&](Frame& frame) {
        if (frame.header.modality != Modality::xray) return true;
        const auto own = frame.header;
        frame.header = std::exchange(before, own).value_or(own);
        return true;
    };
    const auto run = run_with(fault);
    expect_apart(code_and_timelines(run, {xray_stream}), frame_period);
    expect_exact(code_and_timelines(run, {echo_stream}));
    EXPECT_FALSE(code_and_timelines(run).agree());
}

TEST_F(PlantedFaults, a_hop_that_gives_frames_the_number_of_the_one_before_parts_them_as_far) {
    PlantedFault fault;
    fault.hop = [](Frame& frame) {
        if (frame.header.modality == Modality::xray && frame.header.sequence > 0) --frame.header.sequence;
        return true;
    };
    const auto run = run_with(fault);
    expect_apart(code_and_timelines(run, {xray_stream}), frame_period);
    expect_exact(code_and_timelines(run, {echo_stream}));
    EXPECT_FALSE(code_and_timelines(run).agree());
}

TEST_F(PlantedFaults, of_a_pipeline_that_drops_every_30th_frame_exactly_those_are_skipped) {
    PlantedFault fault;
    fault.hop = [](Frame& frame) {
        return frame.header.modality != Modality::xray || frame.header.sequence % 30 != 29;
    };
    const auto run = run_with(fault);
    EXPECT_EQ(skipped_of(run, "xray"), (std::vector<std::uint32_t>{29, 59, 89, 119}));
    EXPECT_EQ(figure_of(run, "frames.xray.skipped"), 4);
    EXPECT_TRUE(skipped_of(run, "ultrasound").empty());
    EXPECT_EQ(figure_of(run, "pictures.repeated"), 0);
    expect_exact(code_and_timelines(run));  // the timelines have neither more nor fewer
}

}  // namespace
