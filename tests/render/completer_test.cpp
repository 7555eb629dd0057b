#include "render/completer.hpp"

#include <gtest/gtest.h>

namespace {

using render::PresentedFrame;
using render::TimelineCompleter;
using transport::FrameHeader;
using transport::LateMark;
using transport::Microseconds;
using transport::Modality;
using transport::Stage;
using transport::Timestamp;
using transport::timestamp;

constexpr transport::StreamId echo_stream = 1, xray_stream = 2, view = 100;

FrameHeader taken(transport::StreamId stream, std::uint32_t sequence, std::int64_t captured_us) {
    FrameHeader header;
    header.stream = stream;
    header.sequence = sequence;
    header.modality = stream == echo_stream ? Modality::ultrasound : Modality::xray;
    header.timeline.mark(Stage::captured, timestamp(captured_us));
    header.timeline.mark(Stage::encoded, timestamp(captured_us + 2'000));
    header.timeline.mark(Stage::encoded_for_view, timestamp(captured_us + 6'000));
    header.timeline.mark(Stage::presented, timestamp(captured_us + 9'000));
    return header;
}

/// View frame `sequence` with one echo frame of the same number, captured at 33 ms times it.
PresentedFrame pair(std::uint32_t sequence) {
    return {view, sequence, {taken(echo_stream, sequence, 33'000 * static_cast<std::int64_t>(sequence))}, std::nullopt};
}
LateMark sent(transport::StreamId stream, std::uint32_t sequence, std::int64_t us) {
    return {stream, sequence, Stage::sent, timestamp(us)};
}
LateMark published(std::uint32_t sequence, std::int64_t us) {
    return {view, sequence, Stage::published, timestamp(us)};
}

TEST(TimelineCompleter, a_frame_is_finished_as_soon_as_both_late_marks_are_there) {
    TimelineCompleter completer;
    completer.add(pair(1), timestamp(42'000));
    EXPECT_TRUE(completer.take_finished(timestamp(42'000)).empty());
    completer.late(sent(echo_stream, 1, 35'500));
    EXPECT_TRUE(completer.take_finished(timestamp(60'000)).empty());
    completer.late(published(1, 40'250));
    const auto finished = completer.take_finished(timestamp(60'000));
    ASSERT_EQ(finished.size(), 1U);
    EXPECT_EQ(finished[0].sources[0].timeline.at(Stage::sent), timestamp(35'500));
    EXPECT_EQ(finished[0].sources[0].timeline.at(Stage::published), timestamp(40'250));
    EXPECT_TRUE(completer.take_finished(timestamp(900'000)).empty());
}

TEST(TimelineCompleter, marks_may_come_before_their_frame) {
    TimelineCompleter completer;
    completer.late(published(1, 40'250));
    completer.late(sent(echo_stream, 1, 35'500));
    completer.add(pair(1), timestamp(42'000));
    const auto finished = completer.take_finished(timestamp(42'000));
    ASSERT_EQ(finished.size(), 1U);
    EXPECT_EQ(finished[0].sources[0].timeline.at(Stage::sent), timestamp(35'500));
    EXPECT_EQ(finished[0].sources[0].timeline.at(Stage::published), timestamp(40'250));
}

TEST(TimelineCompleter, after_200_ms_what_has_not_come_stays_unknown) {
    TimelineCompleter completer;
    completer.add(pair(1), timestamp(42'000));
    completer.late(sent(echo_stream, 1, 35'500));
    EXPECT_TRUE(completer.take_finished(timestamp(241'999)).empty());
    const auto finished = completer.take_finished(timestamp(242'000));
    ASSERT_EQ(finished.size(), 1U);
    EXPECT_EQ(finished[0].sources[0].timeline.at(Stage::sent), timestamp(35'500));
    EXPECT_FALSE(finished[0].sources[0].timeline.at(Stage::published));
}

TEST(TimelineCompleter, the_sixth_later_picture_ends_the_wait) {
    TimelineCompleter completer;
    for (std::uint32_t n = 1; n <= 6; ++n) {
        completer.add(pair(n), timestamp(std::int64_t{16'000} * n));
        EXPECT_TRUE(completer.take_finished(timestamp(std::int64_t{16'000} * n)).empty()) << n;
    }
    completer.add(pair(7), timestamp(112'000));
    const auto finished = completer.take_finished(timestamp(112'000));
    ASSERT_EQ(finished.size(), 1U);
    EXPECT_EQ(finished[0].sequence, 1U);
    EXPECT_FALSE(finished[0].sources[0].timeline.at(Stage::sent));
}

TEST(TimelineCompleter, frames_leave_in_the_order_of_their_presentation) {
    TimelineCompleter completer;
    completer.add(pair(1), timestamp(42'000));
    completer.add(pair(2), timestamp(75'000));
    completer.late(sent(echo_stream, 2, 68'500));
    completer.late(published(2, 73'000));
    EXPECT_TRUE(completer.take_finished(timestamp(76'000)).empty()) << "the one before is still waiting";
    completer.late(sent(echo_stream, 1, 35'500));
    completer.late(published(1, 40'000));
    const auto finished = completer.take_finished(timestamp(76'000));
    ASSERT_EQ(finished.size(), 2U);
    EXPECT_EQ(finished[0].sequence, 1U);
    EXPECT_EQ(finished[1].sequence, 2U);
}

TEST(TimelineCompleter, published_goes_to_all_sources_of_the_view_and_sent_to_its_own) {
    TimelineCompleter completer;
    completer.add({view, 7, {taken(echo_stream, 50, 1'000'000), taken(xray_stream, 20, 990'000)}, Microseconds{10'000}},
                  timestamp(1'010'000));
    completer.late(published(7, 1'008'000));
    completer.late(sent(xray_stream, 50, 1'003'000));
    completer.late(sent(echo_stream, 20, 1'003'000));
    completer.late({echo_stream, 7, Stage::published, timestamp(1'003'000)});
    EXPECT_TRUE(completer.take_finished(timestamp(1'010'000)).empty()) << "none of these marks was its own";
    completer.late(sent(xray_stream, 20, 993'000));
    completer.late(sent(echo_stream, 50, 1'003'500));
    const auto finished = completer.take_finished(timestamp(1'010'000));
    ASSERT_EQ(finished.size(), 1U);
    const auto& sources = finished[0].sources;
    EXPECT_EQ(sources[0].timeline.at(Stage::sent), timestamp(1'003'500));
    EXPECT_EQ(sources[1].timeline.at(Stage::sent), timestamp(993'000));
    EXPECT_EQ(sources[0].timeline.at(Stage::published), timestamp(1'008'000));
    EXPECT_EQ(sources[1].timeline.at(Stage::published), timestamp(1'008'000));
    EXPECT_EQ(finished[0].skew, Microseconds{10'000});
}

TEST(TimelineCompleter, a_source_frame_that_is_shown_again_is_complete_again) {
    TimelineCompleter completer;
    completer.late(sent(xray_stream, 20, 3'000));
    for (std::uint32_t n = 1; n <= 300; ++n) {  // the pedal is up: the same X-ray stays for seconds
        const auto now = timestamp(std::int64_t{33'000} * n);
        completer.late(sent(echo_stream, n, std::int64_t{33'000} * n + 2'500));
        completer.late(published(n, std::int64_t{33'000} * n + 7'000));
        auto frame = pair(n);
        frame.sources.push_back(taken(xray_stream, 20, 0));
        completer.add(std::move(frame), now);
        const auto finished = completer.take_finished(now);
        ASSERT_EQ(finished.size(), 1U) << n;
        EXPECT_EQ(finished[0].sources[1].timeline.at(Stage::sent), timestamp(3'000));
    }
}

TEST(TimelineCompleter, of_each_stream_the_last_64_marks_are_kept) {
    TimelineCompleter completer;
    for (std::uint32_t n = 0; n < 65; ++n) completer.late(published(n, std::int64_t{33'000} * n + 7'000));
    completer.add(pair(0), timestamp(3'000'000));
    completer.add(pair(1), timestamp(3'000'000));
    const auto rest = completer.take_rest();
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_FALSE(rest[0].sources[0].timeline.at(Stage::published));
    EXPECT_EQ(rest[1].sources[0].timeline.at(Stage::published), timestamp(40'000));
}

TEST(TimelineCompleter, any_number_of_streams_leaves_those_that_are_alive) {
    TimelineCompleter completer;
    for (std::uint16_t stream = 1'000; stream < 60'000; ++stream) completer.late(sent(stream, 1, stream));
    completer.late(sent(echo_stream, 1, 35'500));
    completer.late(published(1, 40'250));
    completer.add(pair(1), timestamp(42'000));
    EXPECT_EQ(completer.take_finished(timestamp(42'000)).size(), 1U);
}

TEST(TimelineCompleter, a_mark_of_an_earlier_run_with_the_same_number_is_not_believed) {
    TimelineCompleter completer;
    completer.late(published(1, 20'000));
    completer.late(sent(echo_stream, 1, 21'000));
    completer.add(pair(1), timestamp(42'000));  // captured at 33 ms
    const auto rest = completer.take_rest();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_FALSE(rest[0].sources[0].timeline.at(Stage::sent));
    EXPECT_FALSE(rest[0].sources[0].timeline.at(Stage::published));
}

TEST(TimelineCompleter, other_stages_are_none_of_its_business) {
    TimelineCompleter completer;
    completer.add(pair(1), timestamp(42'000));
    completer.late({echo_stream, 1, Stage::decoded, timestamp(37'000)});
    completer.late({view, 1, Stage::presented, timestamp(50'000)});
    const auto rest = completer.take_rest();
    EXPECT_FALSE(rest[0].sources[0].timeline.at(Stage::decoded));
    EXPECT_EQ(rest[0].sources[0].timeline.at(Stage::presented), timestamp(42'000));
    EXPECT_TRUE(completer.take_rest().empty());
}

}  // namespace
