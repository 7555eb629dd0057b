// Views of the room and of browsers beside each other, on a clock that stands still but for what encoders take.
#include "augment/mixer.hpp"
#include "fakes/metrics_text.hpp"
#include "fakes/stepped_clock.hpp"
#include "frames.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace augment {
namespace {

using namespace std::chrono_literals;
using namespace transport;

/// Takes as long as it is told, and remembers when a keyframe was asked for.
class SlowEncoder final : public Encoder {
public:
    SlowEncoder(fakes::SteppedClock& clock, Microseconds duration, std::vector<Timestamp>& keyframes)
        : clock_{clock}, duration_{duration}, keyframes_{keyframes} {}
    std::optional<EncodedPicture> encode(const SharedPixels&, bool force_keyframe) override {
        if (force_keyframe) keyframes_.push_back(clock_.now());
        clock_.advance(duration_);
        return EncodedPicture{std::vector<std::byte>(100), force_keyframe, 20};
    }
    [[nodiscard]] std::string name() const override { return "slow"; }

private:
    fakes::SteppedClock& clock_;
    Microseconds duration_;
    std::vector<Timestamp>& keyframes_;
};

/// A viewer who has always just lost something.
class GreedyViewer final : public Sender {
public:
    void send(AccessUnit) override {}
    std::optional<Departure> take_departure() override { return std::nullopt; }
    bool take_keyframe_request() override { return true; }
    [[nodiscard]] std::uint64_t dropped() const override { return 0; }
};

struct MixerTest : testing::Test {
    fakes::SteppedClock clock;
    Options options = [] {
        Options out;
        out.register_probe = false;
        return out;
    }();
    std::vector<Timestamp> keyframes;
    Mixer mixer{options, clock, Mixer::Stepping::by_caller, [this](const EncoderSettings& settings) {
                    const auto takes = settings.profile == CodecProfile::browser ? 36ms : 2ms;
                    return std::make_unique<SlowEncoder>(clock, takes, keyframes);
                }};
    std::array<std::uint32_t, 2> sequences{};

    View& watched(CodecProfile profile) {
        auto& view = mixer.view_for({Layout::fused, 320, 180, profile});
        view.add_viewer("viewer", std::make_unique<GreedyViewer>());
        return view;
    }
    /// 30 a second of each.
    void send(Modality modality, Timestamp at) {
        clock.wait_until(at, {});
        auto frame = modality == Modality::xray ? frames::xray(64, 64) : frames::echo(64, 64);
        frame.header.sequence = ++sequences.at(index(modality));
        frame.header.period = 33ms;
        frame.header.timeline.mark(Stage::captured, at);
        mixer.on_frame(std::move(frame));
    }
};

/// The echo comes 12 ms before the X-ray, which leads: worth a picture of its own unless one takes 24 ms.
TEST_F(MixerTest, a_slow_browser_takes_no_picture_from_the_room) {
    for (const bool room : {false, true}) {
        auto& browser = watched(CodecProfile::browser);
        if (room) watched(CodecProfile::intra_refresh);
        int echoes = 0;
        const auto start = clock.now() + 1s;
        for (int i = 0; i < 20; ++i) {
            auto& measured = room ? *mixer.find({Layout::fused, 320, 180, CodecProfile::intra_refresh}) : browser;
            send(Modality::xray, start + i * 100ms);
            mixer.find({Layout::fused, 320, 180, CodecProfile::browser})->step({}, 0us);
            if (room) measured.step({}, 0us);
            send(Modality::xray, start + i * 100ms + 33ms);
            while (measured.step({}, 0us)) {
            }
            send(Modality::ultrasound, start + i * 100ms + 88ms);
            if (i >= 10) echoes += measured.step({}, 0us) ? 1 : 0;
            browser.step({}, 0us);
        }
        EXPECT_EQ(echoes > 0, room);
    }
}

TEST_F(MixerTest, a_view_makes_a_keyframe_at_most_every_half_second_however_often_it_is_asked) {
    auto& view = watched(CodecProfile::browser);
    const auto start = clock.now();
    for (int i = 0; i < 100; ++i) {
        send(Modality::xray, start + i * 40ms);
        view.step({}, 0us);
    }
    ASSERT_EQ(keyframes.size(), 8U) << "in four seconds, at pictures that come every 40 ms";
    for (std::size_t i = 1; i < keyframes.size(); ++i) EXPECT_GE(keyframes[i] - keyframes[i - 1], 500ms);
}

TEST_F(MixerTest, a_scrape_counts_each_frame_once_and_what_closed_views_have_made_stays_counted) {
    const auto scrape = [&] {
        MetricsPage page;
        mixer.tell(page);
        return fakes::MetricsText{page.text()};
    };
    auto& display = watched(CodecProfile::intra_refresh);
    auto& browser = watched(CodecProfile::browser);
    const auto start = clock.now();
    for (int i = 0; i < 3; ++i) {
        send(Modality::xray, start + i * 100ms);
        display.step({}, 0us);
        if (i > 0) browser.step({}, 0us);  // its first picture is replaced
    }
    auto read = scrape();
    const auto made = [&](const std::string& by) {
        return read.value("scialytic_frames_total", {{"layout", "fused"}, {"profile", by}});
    };
    EXPECT_EQ(made("display"), 3);
    EXPECT_EQ(made("browser"), 2);
    EXPECT_EQ(read.value("scialytic_frame_bytes_total", {{"profile", "display"}}), 300);
    EXPECT_EQ(read.value("scialytic_view_viewers", {{"profile", "browser"}}), 1);
    EXPECT_EQ(read.value("scialytic_drops_total", {{"reason", "replaced"}}), 1);
    const fakes::MetricLabelSet fused{{"stage", "encoded_for_view"}, {"modality", "xray"}};
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", fused), 5) << "in each view";
    EXPECT_NEAR(*read.value("scialytic_hop_seconds_sum", fused), 3 * 0.002 + 2 * 0.036, 1e-9);
    browser.remove_viewer("viewer");
    mixer.close_empty_views();
    read = scrape();
    EXPECT_EQ(made("browser"), 2);
    EXPECT_EQ(read.value("scialytic_view_viewers", {{"profile", "browser"}}), std::nullopt);
    EXPECT_EQ(read.value("scialytic_drops_total", {{"reason", "replaced"}}), 1);
}

TEST_F(MixerTest, a_pointer_is_drawn_by_the_clock_of_the_room_and_counts_in_its_revision) {
    const auto revision = [&] { return mixer.room().state().annotations.revision(); };
    Annotation pointer;
    pointer.kind = "pointer";
    pointer.owner = "far/1";
    EXPECT_FALSE(mixer.annotate(pointer));
    EXPECT_EQ(revision(), 1U);
    const auto state = mixer.room().state();
    ASSERT_EQ(state.annotations.pointers().size(), 1U);
    EXPECT_EQ(state.annotations.pointers()[0].came, clock.now());
    pointer.x0 = 2;
    EXPECT_TRUE(mixer.annotate(pointer));
    EXPECT_EQ(revision(), 1U);
}

}  // namespace
}  // namespace augment
