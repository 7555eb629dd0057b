#include "render/pixel_check.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "transport/pool.hpp"
#include "transport/timecode.hpp"

namespace {

using render::PixelCheck;
using transport::Microseconds;
using transport::Modality;
using transport::Placed;
using transport::Rect;
using transport::Stage;
using transport::Stamp;
using transport::timestamp;

constexpr Rect echo_code{0, 64, 256, 32};
constexpr Rect xray_code{256, 64, 256, 32};

struct Shown {
    std::shared_ptr<transport::Pixels> picture;
    Stamp stamp;
};

Placed placed(transport::StreamId stream, std::uint32_t sequence, std::int64_t captured_us, Rect code) {
    Placed source;
    source.header.stream = stream;
    source.header.sequence = sequence;
    source.header.modality = stream == 1 ? Modality::ultrasound : Modality::xray;
    source.header.timecode = true;
    source.header.timeline.mark(Stage::captured, timestamp(captured_us));
    source.code = code;
    return source;
}

/// Echo and X-ray frame `sequence` of nodes whose clock is this one.
Shown shown(std::uint32_t sequence) {
    static transport::PixelPool pool;
    Shown out{pool.get(transport::PixelFormat::i420, 512, 96), {}};
    std::memset(out.picture->row(0, 0), 40, static_cast<std::size_t>(out.picture->planes[0].stride) * 96);
    const std::int64_t time = 1'000'000 + 33'333 * static_cast<std::int64_t>(sequence);
    write_timecode(*out.picture, echo_code.x, echo_code.y, {1, sequence, time});
    write_timecode(*out.picture, xray_code.x, xray_code.y, {2, sequence, time + 400});
    out.stamp.sources = {placed(1, sequence, time, echo_code), placed(2, sequence, time + 400, xray_code)};
    return out;
}

TEST(PixelCheck, pictures_that_say_what_their_stamp_says_agree) {
    PixelCheck check;
    for (std::uint32_t n = 0; n < 100; ++n) {
        const auto [picture, stamp] = shown(n);
        check.check(*picture, stamp);
    }
    EXPECT_EQ(check.result(), (render::PixelCheckResult{200, 200, 0, 0, Microseconds{0}}));
}

TEST(PixelCheck, one_mislabelled_frame_in_a_thousand_is_caught) {
    PixelCheck check;
    for (std::uint32_t n = 0; n < 1000; ++n) {
        auto [picture, stamp] = shown(n);
        stamp.sources.pop_back();
        if (n == 637) stamp.sources[0] = shown(n + 1).stamp.sources[0];  // its neighbour's header
        check.check(*picture, stamp);
    }
    EXPECT_EQ(check.result(), (render::PixelCheckResult{1000, 999, 1, 0, Microseconds{33'333}}));
}

TEST(PixelCheck, a_wrong_stream_sequence_or_time_disagrees) {
    for (const int fault : {0, 1, 2}) {
        PixelCheck check;
        auto [picture, stamp] = shown(5);
        stamp.sources.pop_back();
        auto& header = stamp.sources[0].header;
        if (fault == 0) header.stream = 9;
        if (fault == 1) header.sequence = 4;
        if (fault == 2)
            header.timeline.mark(Stage::captured, *header.timeline.at(Stage::captured) + Microseconds{1001});
        check.check(*picture, stamp);
        EXPECT_EQ(check.result().disagree, 1U) << fault;
    }
}

TEST(PixelCheck, a_time_within_a_millisecond_agrees_and_its_difference_is_told) {
    PixelCheck check;
    auto [picture, stamp] = shown(5);
    auto& timeline = stamp.sources[0].header.timeline;
    timeline.mark(Stage::captured, *timeline.at(Stage::captured) - Microseconds{1000});
    check.check(*picture, stamp);
    EXPECT_EQ(check.result(), (render::PixelCheckResult{2, 2, 0, 0, Microseconds{1000}}));
}

TEST(PixelCheck, two_sources_whose_strips_were_swapped_disagree) {
    PixelCheck check;
    auto [picture, stamp] = shown(5);
    std::swap(stamp.sources[0].code, stamp.sources[1].code);
    check.check(*picture, stamp);
    EXPECT_EQ(check.result().disagree, 2U);
}

TEST(PixelCheck, a_damaged_or_missing_strip_is_unreadable) {
    PixelCheck check;
    auto [picture, stamp] = shown(5);
    for (int y = 0; y < 32; ++y) std::memset(picture->row(0, echo_code.y + y) + 100, 220, 40);
    stamp.sources[1].code.y = 200;  // forged: outside the picture
    check.check(*picture, stamp);
    EXPECT_EQ(check.result(), (render::PixelCheckResult{2, 0, 0, 2, Microseconds{0}}));
}

TEST(PixelCheck, sources_without_a_code_are_not_checked) {
    PixelCheck check;
    auto [picture, stamp] = shown(5);
    for (auto& source : stamp.sources) source.code = {};
    check.check(*picture, stamp);
    EXPECT_EQ(check.result(), render::PixelCheckResult{});
}

TEST(PixelCheck, an_unknown_captured_time_leaves_stream_and_sequence) {
    PixelCheck check;
    auto [picture, stamp] = shown(5);
    for (auto& source : stamp.sources) source.header.timeline.clear(Stage::captured);
    stamp.sources[1].header.sequence = 6;
    check.check(*picture, stamp);
    EXPECT_EQ(check.result().agree, 1U);
    EXPECT_EQ(check.result().disagree, 1U);
}

/// The header of another machine's frame, after its times were converted: `offset` apart, off by `error`.
Shown from_elsewhere(std::uint32_t sequence, Microseconds offset, Microseconds bound) {
    auto out = shown(sequence);
    out.stamp.sources.pop_back();
    auto& timeline = out.stamp.sources[0].header.timeline;
    timeline.mark(Stage::captured, *timeline.at(Stage::captured) + offset);
    timeline.clock_bound = bound;
    return out;
}

TEST(PixelCheck, another_machines_clock_may_be_hours_away_and_drift) {
    PixelCheck check;
    for (std::uint32_t n = 0; n < 1000; ++n) {
        const Microseconds offset{7'200'000'000 + std::int64_t{3} * n};  // 90 ppm at 30 pictures/s
        const auto [picture, stamp] = from_elsewhere(n, offset, Microseconds{300});
        check.check(*picture, stamp);
    }
    EXPECT_EQ(check.result().agree, 1000U);
    EXPECT_LE(check.result().max_difference, Microseconds{3});
}

TEST(PixelCheck, a_frame_with_another_frames_time_is_caught_on_another_machines_clock_too) {
    PixelCheck check;
    for (std::uint32_t n = 0; n < 1000; ++n) {
        const Microseconds wrong{n == 0 || n == 500 ? 33'333 : 0};
        auto [picture, stamp] = from_elsewhere(n, Microseconds{7'200'000'000} + wrong, Microseconds{300});
        if (n == 0) stamp.sources[0].header.sequence = 1;  // and the first is mislabelled: nothing is learned from it
        check.check(*picture, stamp);
    }
    EXPECT_EQ(check.result().disagree, 2U);
    EXPECT_EQ(check.result().agree, 998U);
    EXPECT_EQ(check.result().max_difference, Microseconds{33'333});
}

TEST(PixelCheck, a_node_that_was_started_again_on_another_clock_is_learned_again) {
    PixelCheck check;
    for (std::uint32_t n = 0; n < 100; ++n) {
        const auto [picture, stamp] = from_elsewhere(n, Microseconds{7'200'000'000}, Microseconds{300});
        check.check(*picture, stamp);
    }
    for (std::uint32_t n = 0; n < 100; ++n) {
        const auto [picture, stamp] = from_elsewhere(n, Microseconds{-5'000'000}, Microseconds{300});
        check.check(*picture, stamp);
    }
    EXPECT_EQ(check.result().agree, 200U);
}

}  // namespace
