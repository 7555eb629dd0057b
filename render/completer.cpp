#include "render/completer.hpp"

#include <algorithm>

namespace render {

using transport::LateMark;
using transport::Stage;
using transport::Timeline;
using transport::Timestamp;

namespace {

constexpr std::size_t marks_per_stream = 64;
constexpr std::size_t most_streams = 32;

/// Fills an unknown mark. A time before the stages that precede it belongs to an earlier run of the same node.
void fill(Timeline& timeline, Stage stage, Timestamp time) {
    if (timeline.at(stage)) return;
    for (auto i = static_cast<std::size_t>(stage); i-- > 0;) {
        const auto before = timeline.at(static_cast<Stage>(i));
        if (!before) continue;
        if (time + 2 * timeline.clock_bound < *before) return;
        break;
    }
    timeline.mark(stage, time);
}

void fill(PresentedFrame& frame, const LateMark& mark) {
    const bool whole_view = mark.stage == Stage::published;
    if (whole_view && (mark.stream != frame.stream || mark.sequence != frame.sequence)) return;
    for (auto& source : frame.sources)
        if (whole_view || (mark.stream == source.stream && mark.sequence == source.sequence))
            fill(source.timeline, mark.stage, mark.time);
}

bool complete(const PresentedFrame& frame) {
    return std::ranges::all_of(frame.sources, [](const auto& source) {
        return source.timeline.at(Stage::sent) && source.timeline.at(Stage::published);
    });
}

}  // namespace

void TimelineCompleter::add(PresentedFrame frame, Timestamp now) {
    for (auto& source : frame.sources) {
        if (const auto time = recall({source.stream, Stage::sent}, source.sequence))
            fill(source.timeline, Stage::sent, *time);
        if (const auto time = recall({frame.stream, Stage::published}, frame.sequence))
            fill(source.timeline, Stage::published, *time);
    }
    waiting_.push_back({std::move(frame), now});
}

void TimelineCompleter::late(const LateMark& mark) {
    if (mark.stage != Stage::sent && mark.stage != Stage::published) return;
    for (auto& waiting : waiting_) fill(waiting.frame, mark);
    remember(mark);
}

std::vector<PresentedFrame> TimelineCompleter::take_finished(Timestamp now) {
    std::vector<PresentedFrame> finished;
    while (!waiting_.empty()) {
        auto& oldest = waiting_.front();
        const bool given_up = waiting_.size() > later_frames || now - oldest.since >= patience;
        if (!given_up && !complete(oldest.frame)) break;
        finished.push_back(std::move(oldest.frame));
        waiting_.pop_front();
    }
    return finished;
}

std::vector<PresentedFrame> TimelineCompleter::take_rest() {
    std::vector<PresentedFrame> rest;
    for (auto& waiting : waiting_) rest.push_back(std::move(waiting.frame));
    waiting_.clear();
    return rest;
}

void TimelineCompleter::remember(const LateMark& mark) {
    const Key key{mark.stream, mark.stage};
    if (!remembered_.contains(key) && remembered_.size() >= most_streams)
        remembered_.erase(
            std::ranges::min_element(remembered_, {}, [](const auto& stream) { return stream.second.last_heard; }));
    auto& [marks, last_heard] = remembered_[key];
    last_heard = ++heard_;
    std::erase_if(marks, [&](const LateMark& known) { return known.sequence == mark.sequence; });
    marks.push_back(mark);
    if (marks.size() > marks_per_stream) marks.pop_front();
}

std::optional<Timestamp> TimelineCompleter::recall(Key key, std::uint32_t sequence) const {
    const auto stream = remembered_.find(key);
    if (stream == remembered_.end()) return std::nullopt;
    const auto& marks = stream->second.marks;
    const auto mark = std::ranges::find(marks, sequence, &LateMark::sequence);
    return mark == marks.end() ? std::nullopt : std::optional{mark->time};
}

}  // namespace render
