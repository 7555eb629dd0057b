#include "render/probation.hpp"

#include <algorithm>
#include <utility>

namespace render {

using transport::FrameHeader;
using transport::Stage;

namespace {

bool converted(const FrameHeader& source) {
    return source.timeline.clock_basis != transport::ClockBasis::same_machine;
}

/// The marks of this machine stay: no other clock had a part in them.
void forget_remote_marks(FrameHeader& source) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Stage::delivered_first); ++i)
        source.timeline.clear(static_cast<Stage>(i));
}

}  // namespace

void Probation::add(PresentedFrame frame, transport::Timestamp now) {
    waiting_.push_back({std::move(frame), now});
}

void Probation::doubt(transport::Modality source) {
    for (auto& [frame, since] : waiting_)
        for (auto& header : frame.sources) {
            if (header.modality != source || !converted(header)) continue;
            forget_remote_marks(header);
            frame.skew.reset();
        }
}

std::vector<PresentedFrame> Probation::take_passed(transport::Timestamp now) {
    std::vector<PresentedFrame> passed;
    while (!waiting_.empty()) {
        auto& [frame, since] = waiting_.front();
        if (now - since < patience && std::ranges::any_of(frame.sources, converted)) break;
        passed.push_back(std::move(frame));
        waiting_.pop_front();
    }
    return passed;
}

std::vector<PresentedFrame> Probation::take_rest() {
    for (const auto source : {transport::Modality::ultrasound, transport::Modality::xray, transport::Modality::camera})
        doubt(source);
    std::vector<PresentedFrame> rest;
    for (auto& [frame, since] : waiting_) rest.push_back(std::move(frame));
    waiting_.clear();
    return rest;
}

}  // namespace render
