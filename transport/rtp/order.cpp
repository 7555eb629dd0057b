#include "transport/rtp/order.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace transport {

namespace {

constexpr int most_ahead = 3000;         // further than that is another stream under the same name: begin anew
constexpr std::size_t most_held = 1024;  // packets
constexpr std::size_t most_asked = 256;  // more have been lost than would come back in time: an outage

int distance(std::uint16_t from, std::uint16_t to) {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(to - from));
}

}  // namespace

bool RtpOrder::passes(std::uint16_t sequence) {
    if (!next_) next_ = sequence;
    if (sequence != static_cast<std::uint16_t>(*next_)) return false;
    missing_.erase(*next_);
    ++*next_;
    return true;
}

void RtpOrder::hold(std::uint16_t sequence, std::span<const std::byte> packet, Timestamp now) {
    int ahead = distance(static_cast<std::uint16_t>(*next_), sequence);
    if (std::abs(ahead) > most_ahead) {
        held_.clear();
        missing_.clear();
        *next_ += std::exchange(ahead, 0);
    } else if (ahead < 0) {
        return;  // a duplicate, or given up
    }
    const auto place = *next_ + ahead;
    if (!held_.try_emplace(place, packet.begin(), packet.end()).second) return;
    if (missing_.erase(place) == 0) miss(place, now);
}

/// All that are new between what is known and `before`.
void RtpOrder::miss(std::int64_t before, Timestamp now) {
    auto first = *next_;
    if (!missing_.empty()) first = std::max(first, missing_.rbegin()->first + 1);
    for (; first < before; ++first)
        if (!held_.contains(first)) missing_.emplace(first, Missing{now, {}});
}

std::optional<std::vector<std::byte>> RtpOrder::take_next(Timestamp now) {
    if (held_.empty()) return std::nullopt;
    const auto first = held_.begin();
    if (first->first > *next_) {
        const auto& oldest = missing_.begin()->second;
        const bool waiting =
            now - oldest.since < patience_.give_up && held_.size() < most_held && missing_.size() <= most_asked;
        if (waiting) return std::nullopt;
        lost_ += static_cast<std::uint64_t>(first->first - *next_);
        missing_.erase(missing_.begin(), missing_.lower_bound(first->first));
    }
    next_ = first->first + 1;
    auto bytes = std::move(first->second);
    held_.erase(first);
    return bytes;
}

Timestamp RtpOrder::ask_at(const Missing& missing) const {
    return missing.asked ? *missing.asked + patience_.ask_again : missing.since + patience_.ask_after;
}

std::vector<std::uint16_t> RtpOrder::take_missing(Timestamp now) {
    std::vector<std::uint16_t> out;
    for (auto& [place, missing] : missing_) {
        if (now < ask_at(missing)) continue;
        missing.asked = now;
        out.push_back(static_cast<std::uint16_t>(place));
    }
    return out;
}

std::optional<Timestamp> RtpOrder::due() const {
    if (missing_.empty()) return std::nullopt;
    auto due = missing_.begin()->second.since + patience_.give_up;
    for (const auto& [place, missing] : missing_) due = std::min(due, ask_at(missing));
    return due;
}

bool RtpOrder::misses(std::uint16_t sequence) const {
    return next_ && missing_.contains(*next_ + distance(static_cast<std::uint16_t>(*next_), sequence));
}

}  // namespace transport
