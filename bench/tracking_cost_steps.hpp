// What is done for a frame so that its age and its way can be told, beside carrying it: the product's own functions.
#pragma once

#include "render/completer.hpp"
#include "render/probation.hpp"
#include "render/report.hpp"
#include "transport/bus.hpp"
#include "transport/metrics/hops.hpp"
#include "transport/stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace bench {

/// One stream's frames through all their nodes, one picture of the view for each. Not thread safe.
class TrackingSteps {
public:
    /// `folder`: for timeline.csv. Throws std::runtime_error naming what cannot be written.
    TrackingSteps(transport::Clock& clock, const std::filesystem::path& folder);

    /// The next frame's header with a clock read for every stage.
    void mark();
    /// Into the histograms of capture node, server and display.
    void record_hops();
    /// Both stamps into their access units, of `source_bytes` and `view_bytes`: late marks are in the view's.
    void write_stamps(std::size_t source_bytes, std::size_t view_bytes);
    /// Both found, checked and converted. write_stamps comes before.
    void read_stamps();
    /// The late marks joined to the shown picture, and its probation.
    void complete();
    /// Into the report's figures and timeline.csv, written out once a second.
    void report();
    /// Onto the bus' wire, a message a second.
    void tell_bus();

    /// What could be left out without the display losing a picture's age: all but marks and stamps.
    void all_but_stamps() { mark(), record_hops(), complete(), report(), tell_bus(); }

private:
    transport::Clock& clock_;
    render::Report report_;
    render::TimelineCompleter completer_;
    render::Probation probation_;
    transport::HopTimes node_;
    transport::HopTimes server_;
    transport::Departing departing_;
    transport::FinishedTimelines finished_;
    transport::FrameHeader header_;
    std::uint32_t sequence_ = 0;
    std::vector<std::byte> source_unit_;
    std::vector<std::byte> view_unit_;
    std::vector<std::byte> stamped_source_;
    std::vector<std::byte> stamped_view_;
    std::vector<render::PresentedFrame> done_;
};

}  // namespace bench
