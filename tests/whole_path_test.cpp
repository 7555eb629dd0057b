// The whole path in one process: the real nodes and real codecs, a link in memory, a clock that only moves when
// something is said to take time. Read it from top to bottom: it is the path of a frame.
#include "augment/input.hpp"
#include "augment/mixer.hpp"
#include "capture/node.hpp"
#include "fakes/memory_link.hpp"
#include "fakes/stepped_clock.hpp"
#include "render/display.hpp"

#include <gtest/gtest.h>

#include <map>

namespace {

using namespace transport;
using namespace std::chrono_literals;

constexpr Microseconds period = 40ms;

/// A device that shows another picture every period, and whose images are 1 ms old when we hold them.
class Device final : public capture::Source {
public:
    Device(fakes::SteppedClock& clock, Timestamp first, int width, int height)
        : clock_{clock}, due_{first}, width_{width}, height_{height} {}
    capture::SourceInfo info() const override { return {"device", period, width_, height_, {}}; }
    capture::Reading next(Frame& frame, std::stop_token stop) override {
        clock_.wait_until(due_, stop);
        auto pixels = pool_.get(PixelFormat::i420, width_, height_);
        for (int plane = 0; plane < 3; ++plane)
            for (int y = 0; y < pixels->plane_height(plane); ++y)
                for (int x = 0; x < pixels->plane_width(plane); ++x)
                    pixels->row(plane, y)[x] =
                        static_cast<std::uint8_t>(plane == 0 ? (x + 2 * y + 3 * count_) % 200 + 20 : 128);
        frame.pixels = std::move(pixels);
        frame.header.width = width_;
        frame.header.height = height_;
        frame.header.period = period;
        frame.header.timeline.mark(Stage::acquired, due_);
        clock_.advance(1ms);
        due_ += period;
        ++count_;
        return capture::Reading::ready;
    }

private:
    fakes::SteppedClock& clock_;
    Timestamp due_;
    int width_;
    int height_;
    int count_ = 0;
    PixelPool pool_;
};

/// The real encoder, which takes exactly that long on the stepped clock.
class TimedEncoder final : public Encoder {
public:
    TimedEncoder(const EncoderSettings& settings, fakes::SteppedClock& clock, Microseconds duration)
        : real_{make_encoder(settings)}, clock_{clock}, duration_{duration} {}
    std::optional<EncodedPicture> encode(const SharedPixels& picture, bool force_keyframe) override {
        clock_.advance(duration_);
        return real_->encode(picture, force_keyframe);
    }
    std::string name() const override { return real_->name(); }

private:
    std::unique_ptr<Encoder> real_;
    fakes::SteppedClock& clock_;
    Microseconds duration_;
};

class Panel final : public render::Sink {
public:
    explicit Panel(fakes::SteppedClock& clock) : clock_{clock} {}
    render::Presentation present(const SharedPixels& picture) override {
        clock_.advance(700us);
        last = picture;
        return {clock_.now(), true};
    }
    std::string name() const override { return "test panel"; }
    SharedPixels last;

private:
    fakes::SteppedClock& clock_;
};

struct WholePath : testing::Test {
    fakes::SteppedClock clock;
    const Timestamp start = clock.now();
    Options options = [] {
        Options out;
        out.timecode = true;
        out.canvas_width = 640;
        out.canvas_height = 360;
        out.layout = Layout::side_by_side;
        return out;
    }();

    // source → capture node → uplink → augmentation server → downlink → display → panel
    Device echo{clock, start + 100ms, 320, 240};
    Device fluoroscope{clock, start + 120ms, 256, 256};
    capture::Node echo_node{echo, clock, node_settings("echo", Modality::ultrasound)};
    capture::Node xray_node{fluoroscope, clock, node_settings("c-arm", Modality::xray)};
    fakes::MemoryLink echo_uplink{clock, {}};
    fakes::MemoryLink xray_uplink{clock, {}};
    fakes::MemoryLink downlink{clock, {}};
    augment::Mixer mixer{options, clock, augment::Mixer::Stepping::by_caller, timed(3ms)};
    std::function<void(Frame&)> tamper = [](Frame&) {};
    augment::Input echo_input = input();
    augment::Input xray_input = input();
    Panel panel{clock};
    render::Display display{panel, clock, options, "test"};
    augment::View& view =
        mixer.view_for({options.layout, options.canvas_width, options.canvas_height, CodecProfile::intra_refresh});
    std::unique_ptr<Receiver> echo_receiver =
        echo_uplink.receiver([this](const Arrival& a) { echo_input.on_arrival(a); });
    std::unique_ptr<Receiver> xray_receiver =
        xray_uplink.receiver([this](const Arrival& a) { xray_input.on_arrival(a); });

    WholePath() {
        echo_node.connect(1, echo_uplink.sender());
        xray_node.connect(2, xray_uplink.sender());
        view.add_viewer("display", downlink.sender());
        display.connect([this](OnArrival on_arrival) { return downlink.receiver(std::move(on_arrival)); });
    }

    augment::Mixer::MakeEncoder timed(Microseconds duration) {
        return [this, duration](const EncoderSettings& settings) {
            return std::make_unique<TimedEncoder>(settings, clock, duration);
        };
    }
    capture::NodeSettings node_settings(const char* name, Modality modality) {
        capture::NodeSettings settings;
        settings.node = name;
        settings.modality = modality;
        settings.timecode = true;
        settings.encoder.kind = EncoderKind::x264;
        settings.make_encoder = timed(2ms);
        return settings;
    }
    augment::Input input() {
        return {clock, [] { return ClockOffset{}; },
                [this](Frame frame) {
                    tamper(frame);
                    mixer.on_frame(std::move(frame));
                },
                [this](const LateMark& mark) { mixer.on_late(mark); }};
    }

    void pass_echo() {
        echo_node.step({});
        echo_uplink.deliver();
    }
    void pass_xray() {
        xray_node.step({});
        xray_uplink.deliver();
    }
    void pass_view() {
        view.step({}, 0us);
        if (downlink.deliver()) display.step({});
    }
    /// One period of both modalities, a picture for each.
    void pass() {
        pass_echo();
        pass_view();
        pass_xray();
        pass_view();
    }
    std::vector<FinishedTimeline> finished() {
        const auto news = display.take_news();
        return news ? news->finished.frames : std::vector<FinishedTimeline>{};
    }
};

TEST_F(WholePath, every_mark_of_both_modalities_arrives_at_the_display_to_the_microsecond) {
    for (int i = 0; i < 30; ++i) pass();
    const auto frames = finished();
    std::map<std::pair<Modality, std::uint32_t>, FinishedTimeline> by_frame;
    for (const auto& frame : frames) by_frame.emplace(std::pair{frame.modality, frame.sequence}, frame);
    ASSERT_TRUE(by_frame.contains({Modality::xray, 20}));
    ASSERT_TRUE(by_frame.contains({Modality::ultrasound, 20}));

    // µs since the image was formed
    const std::vector<std::int64_t> xray{0,    1000, 3000,  3300,  7300,  7800,  7800,  7800,
                                         7800, 7800, 10800, 11100, 15100, 15600, 15600, 16300};
    const auto& shown = by_frame.at({Modality::xray, 20});
    const auto formed = microseconds(start + 120ms + 20 * period);
    ASSERT_EQ(shown.marks_us.size(), stage_count);
    for (std::size_t i = 0; i < stage_count; ++i)
        EXPECT_EQ(shown.marks_us[i] - formed, xray[i]) << name(static_cast<Stage>(i));
    EXPECT_EQ(shown.clock_bound_us, 0);

    // The echo was formed 15 ms earlier: it waited for nobody, and went out in a picture of its own.
    const std::vector<std::int64_t>& echo_marks = xray;
    const auto& partner = by_frame.at({Modality::ultrasound, 20});
    for (std::size_t i = 0; i < stage_count; ++i)
        EXPECT_EQ(partner.marks_us[i] - microseconds(start + 100ms + 20 * period), echo_marks[i])
            << name(static_cast<Stage>(i));
}

TEST_F(WholePath, what_the_pixels_say_agrees_with_what_the_stamp_says) {
    for (int i = 0; i < 50; ++i) pass();
    const auto table = display.finish();
    EXPECT_NE(table.find("pixel check"), std::string::npos) << table;
    EXPECT_NE(table.find("0 disagree"), std::string::npos) << table;
    EXPECT_NE(table.find("0 unreadable"), std::string::npos) << table;
}

TEST_F(WholePath, one_mislabelled_frame_in_a_thousand_is_found_by_the_pixels) {
    int seen = 0;
    tamper = [&](Frame& frame) {
        if (frame.header.modality == Modality::xray && ++seen == 700) --frame.header.sequence;
    };
    for (int i = 0; i < 1000; ++i) pass();
    const auto table = display.finish();
    EXPECT_NE(table.find("2 disagree"), std::string::npos) << "in its own picture and in the echo's next: " << table;
    EXPECT_NE(table.find("0 unreadable"), std::string::npos) << table;
}

TEST_F(WholePath, the_echo_goes_on_live_when_the_xray_pauses_and_hands_back_when_it_returns) {
    for (int i = 0; i < 10; ++i) pass();
    finished();
    int pictures = 0;
    for (int i = 0; i < 30; ++i) {
        pass_echo();
        const auto before = panel.last;
        pass_view();
        pictures += panel.last != before ? 1 : 0;
    }
    EXPECT_GE(pictures, 26) << "after at most 100 ms every echo frame makes a picture";
}

TEST_F(WholePath, a_lost_picture_is_never_decoded_onto_and_a_keyframe_brings_the_stream_back) {
    for (int i = 0; i < 5; ++i) pass();
    xray_node.step({});
    xray_uplink.lose();
    xray_node.step({});
    xray_uplink.deliver();
    EXPECT_EQ(xray_input.drops().missing, 1U);
    EXPECT_EQ(xray_input.drops().damaged, 1U);
    EXPECT_TRUE(xray_input.take_keyframe_wish());
    xray_receiver->request_keyframe();
    clock.advance(1s);
    const auto damaged = xray_input.drops().damaged.load();
    for (int i = 0; i < 5; ++i) pass();
    EXPECT_EQ(xray_input.drops().damaged, damaged) << "the next frame was a keyframe";
    EXPECT_FALSE(xray_input.take_keyframe_wish());
}

}  // namespace
