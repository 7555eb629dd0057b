#include "transport/rtp_order.hpp"

#include <cstdlib>
#include <utility>

namespace transport {

namespace {

constexpr int most_ahead = 3000;         // further than that is another stream under the same name: begin anew
constexpr std::size_t most_held = 1024;  // packets

int distance(std::uint16_t from, std::uint16_t to) {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(to - from));
}

}  // namespace

bool RtpOrder::passes(std::uint16_t sequence) {
    if (!next_) next_ = sequence;
    if (sequence != static_cast<std::uint16_t>(*next_)) return false;
    ++*next_;
    return true;
}

void RtpOrder::hold(std::uint16_t sequence, std::span<const std::byte> packet, Timestamp now) {
    int ahead = distance(static_cast<std::uint16_t>(*next_), sequence);
    if (std::abs(ahead) > most_ahead) {
        held_.clear();
        *next_ += std::exchange(ahead, 0);
    } else if (ahead < 0) {
        return;  // a duplicate, or given up
    }
    held_.try_emplace(*next_ + ahead, Held{{packet.begin(), packet.end()}, now});
}

std::optional<std::vector<std::byte>> RtpOrder::release(Timestamp now) {
    if (held_.empty()) return std::nullopt;
    const auto first = held_.begin();
    if (const auto missing = first->first - *next_; missing > 0) {
        const bool waiting = now - first->second.since < patience_ && held_.size() < most_held;
        if (waiting) return std::nullopt;
        lost_ += static_cast<std::uint64_t>(missing);
    }
    next_ = first->first + 1;
    auto bytes = std::move(first->second.bytes);
    held_.erase(first);
    return bytes;
}

}  // namespace transport
