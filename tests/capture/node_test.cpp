// What the capture node says about the pictures it sends.
#include "capture/node.hpp"
#include "capture/content_hash.hpp"
#include "fakes/memory_link.hpp"
#include "fakes/metrics_text.hpp"
#include "transport/timecode.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;
using namespace std::chrono_literals;

/// Gives the pictures it is told to, 40 ms apart.
class Script final : public capture::Source {
public:
    struct Shot {
        int width = 64;
        int height = 64;
        std::uint8_t grey = 0;
        bool corrupt = false;
    };
    Script(fakes::SteppedClock& clock, std::vector<Shot> shots) : clock_{clock}, shots_{std::move(shots)} {}
    capture::SourceInfo info() const override { return {}; }
    capture::Reading next(Frame& frame, std::stop_token) override {
        if (next_ == shots_.size()) return capture::Reading::ended;
        const auto shot = shots_[next_++];
        clock_.advance(40ms);
        if (shot.corrupt) return capture::Reading::corrupt;
        auto pixels = pool_.get(PixelFormat::gray8, shot.width, shot.height);
        for (int y = 0; y < shot.height; ++y) std::fill_n(pixels->row(0, y), shot.width, shot.grey);
        frame.pixels = std::move(pixels);
        frame.header.width = shot.width;
        frame.header.height = shot.height;
        return capture::Reading::ready;
    }

private:
    fakes::SteppedClock& clock_;
    std::vector<Shot> shots_;
    std::size_t next_ = 0;
    PixelPool pool_;
};

struct CaptureNode : testing::Test {
    fakes::SteppedClock clock;
    fakes::MemoryLink link{clock, {0us, 0us, 0us}};
    std::vector<Stamp> stamps;
    std::vector<std::vector<std::byte>> units;
    std::unique_ptr<Receiver> receiver = link.receiver([this](const Arrival& arrival) {
        stamps.push_back(find_stamp(arrival.bytes)->localise({}));
        units.push_back(arrival.bytes);
    });

    void play(std::vector<Script::Shot> shots, capture::NodeSettings settings = {}) {
        Script source{clock, std::move(shots)};
        settings.encoder.kind = EncoderKind::x264;
        capture::Node node{source, clock, settings};
        node.connect(3, link.sender());
        while (node.step({}) != capture::Reading::ended) link.deliver();
        corrupt = node.corrupt();
    }
    std::uint64_t corrupt = 0;
};

TEST_F(CaptureNode, the_stamp_tells_when_the_content_last_changed) {
    play({{64, 64, 10}, {64, 64, 10}, {64, 64, 10}, {64, 64, 20}});
    ASSERT_EQ(stamps.size(), 4U);
    const auto changed = [&](std::size_t i) { return *stamps[i].sources[0].header.content_changed; };
    EXPECT_EQ(changed(1), changed(0));
    EXPECT_EQ(changed(2), changed(0));
    EXPECT_EQ(changed(3) - changed(0), 120ms);
}

TEST_F(CaptureNode, the_code_it_draws_does_not_count_as_a_change_of_content) {
    capture::NodeSettings settings;
    settings.timecode = true;
    play({{64, 64, 10}, {64, 64, 10}}, settings);
    ASSERT_EQ(stamps.size(), 2U);
    EXPECT_EQ(stamps[0].sources[0].header.content_changed, stamps[1].sources[0].header.content_changed);
    EXPECT_EQ(stamps[0].sources[0].code, timecode_rect(64));
    const auto decoder = make_decoder();
    for (std::size_t i = 0; i < 2; ++i) {
        SharedPixels picture;
        ASSERT_EQ(decoder->decode(units[i], picture), Decoding::ready);
        const auto code = read_timecode(*picture, stamps[i].sources[0].code);
        ASSERT_TRUE(code.has_value());
        EXPECT_EQ(code->stream, 3);
        EXPECT_EQ(code->sequence, i);
        EXPECT_EQ(code->time_us, microseconds(*stamps[i].sources[0].header.timeline.at(Stage::captured)));
    }
}

TEST_F(CaptureNode, a_source_that_tells_no_time_is_estimated_from_the_device_delay_and_says_so) {
    capture::NodeSettings settings;
    settings.device_delay = 12ms;
    play({{64, 64, 1}}, settings);
    const auto& timeline = stamps.at(0).sources[0].header.timeline;
    EXPECT_TRUE(timeline.acquired_estimated);
    EXPECT_EQ(*timeline.between(Stage::acquired, Stage::captured), 12ms);
}

TEST_F(CaptureNode, a_source_that_changes_its_size_half_way_goes_on_with_a_keyframe) {
    play({{64, 64, 1}, {64, 64, 2}, {128, 96, 3}, {128, 96, 4}});
    ASSERT_EQ(units.size(), 4U);
    EXPECT_FALSE(is_keyframe(units[1]));
    EXPECT_TRUE(is_keyframe(units[2]));
    EXPECT_EQ(stamps[3].canvas, (Rect{0, 0, 128, 96}));
}

TEST_F(CaptureNode, unreadable_frames_are_counted_and_do_not_break_the_sequence) {
    play({{64, 64, 1}, {64, 64, 1, true}, {64, 64, 2}});
    EXPECT_EQ(corrupt, 1U);
    ASSERT_EQ(stamps.size(), 2U);
    EXPECT_EQ(stamps[1].sequence, stamps[0].sequence + 1);
}

TEST_F(CaptureNode, when_the_last_packet_left_is_told_in_the_next_stamp) {
    play({{64, 64, 1}, {64, 64, 2}});
    ASSERT_EQ(stamps.size(), 2U);
    EXPECT_TRUE(stamps[0].late.empty());
    ASSERT_EQ(stamps[1].late.size(), 1U);
    EXPECT_EQ(stamps[1].late[0].stage, Stage::sent);
    EXPECT_EQ(stamps[1].late[0].sequence, stamps[0].sequence);
    EXPECT_EQ(stamps[1].late[0].stream, 3);
}

TEST_F(CaptureNode, a_scrape_reads_what_it_counts) {
    Script source{clock, {{64, 64, 1}, {64, 64, 1, true}, {64, 64, 2}, {64, 64, 3}}};
    capture::NodeSettings settings;
    settings.encoder.kind = EncoderKind::x264;
    capture::Node node{source, clock, settings};
    fakes::MemoryLink slow{clock, {300us, 0us, 0us}};
    node.connect(3, slow.sender());
    while (node.step({}) != capture::Reading::ended) continue;
    MetricsPage page;
    node.tell(page);
    const fakes::MetricsText read{page.text()};
    EXPECT_EQ(read.value("scialytic_frames_total", {{"direction", "in"}, {"stream", "ultrasound"}}), 3);
    EXPECT_EQ(read.value("scialytic_frames_total", {{"direction", "out"}}), 3);
    EXPECT_GT(read.value("scialytic_frame_bytes_total"), 0);
    EXPECT_EQ(read.value("scialytic_drops_total", {{"reason", "corrupt"}}), 1);
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", {{"stage", "encoded"}}), 3);
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", {{"stage", "captured"}}), std::nullopt) << "it is estimated";
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", {{"stage", "sent"}}), 2) << "known with the next picture";
    EXPECT_NEAR(*read.value("scialytic_hop_seconds_sum", {{"stage", "sent"}}), 600e-6, 1e-9);
    EXPECT_GT(read.value("scialytic_encoder_limit_bits_per_second"), 0);
}

TEST(ContentHash, sees_one_changed_pixel_and_no_padding) {
    PixelPool pool;
    auto a = pool.get(PixelFormat::i420, 70, 40);
    auto b = pool.get(PixelFormat::i420, 70, 40);
    for (auto* picture : {a.get(), b.get()})
        for (int plane = 0; plane < 3; ++plane)
            for (int y = 0; y < picture->plane_height(plane); ++y)
                for (int x = 0; x < picture->planes[static_cast<std::size_t>(plane)].stride; ++x)
                    picture->row(plane, y)[x] = x < picture->plane_width(plane) ? 50 : picture == a.get() ? 1 : 2;
    EXPECT_EQ(capture::content_hash(*a), capture::content_hash(*b));
    b->row(2, 19)[34] = 51;
    EXPECT_NE(capture::content_hash(*a), capture::content_hash(*b));
}

}  // namespace
