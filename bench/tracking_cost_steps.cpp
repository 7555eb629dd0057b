#include "bench/tracking_cost_steps.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

constexpr StreamId tracked_view = 100;
constexpr std::size_t a_second = 30;  // frames

/// An access unit without parameter sets: a slice's header, and bytes that hold no start code.
std::vector<std::byte> plain_unit(std::size_t bytes) {
    constexpr std::array slice{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0x41}};
    std::vector<std::byte> out(std::max(bytes, slice.size()), std::byte{0x55});
    std::ranges::copy(slice, out.begin());
    return out;
}

Stamp stamp_of(const FrameHeader& header, StreamId stream, Timestamp now) {
    Stamp out;
    out.stream = stream;
    out.sequence = header.sequence;
    out.boot = boot_id();
    out.node = "capture-ultrasound";
    out.canvas = {0, 0, header.width, header.height};
    out.sources.push_back({header, out.canvas, out.canvas, {}});
    out.sender_time = now;
    return out;
}

/// As the display tells it.
FinishedTimeline told(const FrameHeader& header) {
    FinishedTimeline out;
    out.modality = header.modality;
    out.stream = header.stream;
    out.sequence = header.sequence;
    out.clock_bound_us = header.timeline.clock_bound.count();
    for (std::size_t i = 0; i < stage_count; ++i) {
        const auto time = header.timeline.at(static_cast<Stage>(i));
        out.marks_us.push_back(time ? microseconds(*time) : -1);
    }
    return out;
}

void find_or_throw(const std::vector<std::byte>& unit) {
    ClockOffset same;
    same.same_machine();
    const auto found = find_stamp(unit);
    if (!found || found->localise(same).sources.empty())
        throw std::runtime_error("bench tracking: a stamp was not found again");
}

}  // namespace

TrackingSteps::TrackingSteps(Clock& clock, const std::filesystem::path& folder)
    : clock_{clock}, report_{folder, {Stage::captured, Stage::presented, "nothing"}, clock.now()} {
    header_.stream = 1;
    header_.width = 576;
    header_.height = 456;
    header_.period = Microseconds{33'333};
}

void TrackingSteps::mark() {
    header_.sequence = sequence_++;
    header_.timeline = {};
    for (std::size_t i = 0; i < stage_count; ++i) header_.timeline.mark(static_cast<Stage>(i), clock_.now());
    header_.content_changed = header_.timeline.at(Stage::acquired);
}

void TrackingSteps::record_hops() {
    const auto& timeline = header_.timeline;
    departing_.encoded(header_.sequence, header_.modality, *timeline.at(Stage::encoded));
    node_.record(header_.modality, timeline, Stage::captured, Stage::encoded);
    departing_.departed(header_.sequence, Stage::sent, *timeline.at(Stage::sent), node_);
    server_.record(header_.modality, timeline, Stage::first_packet, Stage::encoded_for_view);
    departing_.departed(header_.sequence, Stage::published, *timeline.at(Stage::published), server_);
}

void TrackingSteps::write_stamps(std::size_t source_bytes, std::size_t view_bytes) {
    if (source_unit_.empty()) {
        source_unit_ = plain_unit(source_bytes);
        view_unit_ = plain_unit(view_bytes);
    }
    auto stamp = stamp_of(header_, header_.stream, clock_.now());
    stamp.late.push_back({header_.stream, header_.sequence, Stage::sent, *header_.timeline.at(Stage::sent)});
    stamped_source_ = insert_stamp(source_unit_, stamp);
    // The view's tells of both modalities, and hands on what the node's had.
    stamp.stream = tracked_view;
    stamp.sources.push_back(stamp.sources.front());
    stamp.sources.back().header.modality = Modality::xray;
    stamp.late.push_back({tracked_view, header_.sequence, Stage::published, *header_.timeline.at(Stage::published)});
    stamped_view_ = insert_stamp(view_unit_, stamp);
}

void TrackingSteps::read_stamps() {
    find_or_throw(stamped_source_);
    find_or_throw(stamped_view_);
}

void TrackingSteps::complete() {
    auto shown = header_;
    shown.timeline.clear(Stage::sent);
    shown.timeline.clear(Stage::published);
    const auto now = clock_.now();
    render::PresentedFrame frame{tracked_view, header_.sequence, {std::move(shown)}, Microseconds{0}};
    completer_.late({header_.stream, header_.sequence, Stage::sent, *header_.timeline.at(Stage::sent)});
    completer_.late({tracked_view, header_.sequence, Stage::published, *header_.timeline.at(Stage::published)});
    completer_.add(std::move(frame), now);
    for (auto& finished : completer_.take_finished(now)) probation_.add(std::move(finished), now);
    done_ = probation_.take_passed(now);
}

void TrackingSteps::report() {
    for (const auto& frame : done_) report_.add(frame);
    if (header_.sequence % a_second == 0) static_cast<void>(report_.line(clock_.now()));
}

void TrackingSteps::tell_bus() {
    for (const auto& frame : done_)
        for (const auto& source : frame.sources) finished_.frames.push_back(told(source));
    if (header_.sequence % a_second != 0) return;
    if (to_cbor(std::exchange(finished_, {})).empty()) throw std::runtime_error("bench tracking: nothing for the bus");
}

}  // namespace bench
