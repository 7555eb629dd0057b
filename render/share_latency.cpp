#include "render/share_latency.hpp"

#include "render/share_latency_figures.hpp"
#include "transport/timeline_watch.hpp"

#include <algorithm>
#include <utility>

namespace render {

using transport::FinishedTimeline;
using transport::Timestamp;

void ShareLatency::heard(const transport::Message& message, Timestamp now) {
    if (const auto* status = std::get_if<transport::Status>(&message)) {
        announced_.reset();
        if (!transport::is_health(*status)) {
            announced_ = *status;
        } else if (status->node.empty()) {
            server_ = status->counters;
            server_heard_ = now;
        } else if (auto* const from = display(status->node, now)) {
            from->health = status->counters;
        }
    } else if (const auto* timelines = std::get_if<transport::FinishedTimelines>(&message)) {
        const auto whose = std::exchange(announced_, std::nullopt);
        if (!whose || !announces(*whose, *timelines)) return;
        if (auto* const from = display(whose->node, now)) take(*from, *timelines, now);
    }
}

ShareLatency::Display* ShareLatency::display(const std::string& node, Timestamp now) {
    if (node.empty()) return nullptr;
    if (!displays_.contains(node) && displays_.size() >= most_displays) {
        if (untold_.contains(node) || untold_.size() < 64) untold_[node] = now;
        return nullptr;
    }
    auto& found = displays_[node];
    found.heard = now;
    return &found;
}

/// A frame that stands in several pictures counts when it is presented first.
void ShareLatency::take(Display& from, const transport::FinishedTimelines& timelines, Timestamp now) {
    constexpr std::ptrdiff_t remembered = 64;
    for (const auto& line : timelines.frames) {
        auto& [frames, fresh] = from.streams[line.modality];
        const auto since = frames.end() - std::min(remembered, std::ssize(frames));
        const bool again = std::any_of(since, frames.end(), [&](const Seen& one) {
            return one.line.sequence == line.sequence && one.line.stream == line.stream;
        });
        from.finished = now;
        if (again) continue;
        frames.push_back({now, line});
        ++fresh;
        if (frames.size() > most_frames) frames.pop_front();
        fresh = std::min(fresh, frames.size());
    }
}

void ShareLatency::forget_old(Timestamp now) {
    std::erase_if(displays_, [now](const auto& one) { return now - one.second.heard > forgotten_after; });
    std::erase_if(untold_, [now](const auto& one) { return now - one.second > forgotten_after; });
    for (auto& [node, from] : displays_)
        for (auto& [modality, stream] : from.streams) {
            auto& frames = stream.frames;
            while (!frames.empty() && now - frames.front().heard > window) frames.pop_front();
            stream.fresh = std::min(stream.fresh, frames.size());
        }
}

LatencyNews ShareLatency::take_news(Timestamp now) {
    forget_old(now);
    LatencyNews news;
    news.untold = untold_.size();
    news.server = server_;
    if (server_heard_) news.silent = now - *server_heard_;
    for (auto& [node, from] : displays_) {
        auto& told = news.displays.emplace_back();
        told.node = node;
        told.health = from.health;
        if (from.finished) told.silent = now - *from.finished;
        for (auto& [modality, stream] : from.streams) {
            std::vector<const FinishedTimeline*> lines;
            for (const auto& one : stream.frames) lines.push_back(&one.line);
            told.streams.push_back(latency_of(modality, lines, std::exchange(stream.fresh, 0)));
        }
    }
    return news;
}

}  // namespace render
