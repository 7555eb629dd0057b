// A node and its server with emulated radios between, on a clock that jumps from event to event: an hour passes in
// seconds, and is the same hour every time.
#pragma once

#include "fakes/stepped_clock.hpp"
#include "transport/emulator/link_model.hpp"
#include "transport/rtp/network.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

namespace fakes {

class EmulatedLink;

/// One end's sockets.
class EmulatedEnd final : public transport::MediaNetwork {
public:
    EmulatedEnd(EmulatedLink& link, bool is_node) : link_{link}, is_node_{is_node} {}
    void route(std::span<const std::uint32_t> ssrcs, transport::MediaEndpoint& endpoint) override {
        for (const auto ssrc : ssrcs) routes_[ssrc] = &endpoint;
        due_[&endpoint] = transport::Timestamp::min();
    }
    void unroute(transport::MediaEndpoint& endpoint) override {
        std::erase_if(routes_, [&](const auto& route) { return route.second == &endpoint; });
        due_.erase(&endpoint);
    }
    std::size_t send(const transport::Way& way, std::span<const std::span<const std::byte>> packets,
                     std::uint8_t dscp) override;
    void deliver(std::span<std::byte> bytes, const transport::Way& from, transport::Timestamp now) {
        const auto ssrc = transport::sender_ssrc(bytes);
        const auto found = ssrc ? routes_.find(*ssrc) : routes_.end();
        if (found == routes_.end()) return;
        auto& endpoint = *found->second;
        const transport::Datagram datagram{bytes, from, now};
        endpoint.take({&datagram, 1});
        due_[&endpoint] = endpoint.tick(now);
    }
    void tick(transport::Timestamp now) {
        for (auto& [endpoint, due] : due_)
            if (due <= now) due = endpoint->tick(now);
    }
    [[nodiscard]] transport::Timestamp due() const {
        auto next = transport::Timestamp::max();
        for (const auto& [endpoint, due] : due_) next = std::min(next, due);
        return next;
    }

private:
    EmulatedLink& link_;
    bool is_node_;
    std::map<std::uint32_t, transport::MediaEndpoint*> routes_;
    std::map<transport::MediaEndpoint*, transport::Timestamp> due_;
};

/// Socket n of the node reaches the server by path n; the server has one socket, and knows the node's by address.
class EmulatedLink {
public:
    EmulatedLink(const std::vector<transport::LinkProfile>& paths, std::uint64_t seed) {
        for (std::size_t i = 0; i < paths.size(); ++i) {
            up_.emplace_back(paths[i].up, seed + i, clock.now());
            down_.emplace_back(paths[i].down, seed + i, clock.now());
        }
    }
    [[nodiscard]] transport::Address node_address(std::size_t path) const {
        return {static_cast<std::uint32_t>(1000 + path + moved_ * 16), 7};
    }
    [[nodiscard]] std::vector<transport::Way> ways() const {
        std::vector<transport::Way> out;
        for (std::size_t i = 0; i < up_.size(); ++i) out.push_back({static_cast<std::uint8_t>(i), server_address});
        return out;
    }
    /// The node's addresses are others from now on.
    void move_node() { ++moved_; }
    /// By that path nothing passes, in either direction, until it is whole again.
    void cut(std::size_t path, bool whole = false) { cut_ = whole ? cut_ & ~(1U << path) : cut_ | 1U << path; }

    void transmit(bool from_node, const transport::Way& way, std::span<const std::byte> bytes) {
        std::size_t path = way.socket;
        if (!from_node && way.remote == stranger) {
            if (!transport::is_rtcp(bytes)) ++media_to_stranger;
            return;
        }
        if (!from_node) {
            path = way.remote.host - node_address(0).host;
            if (way.remote.port != node_address(0).port || path >= up_.size()) return;
        }
        auto& model = (from_node ? up_ : down_)[path];
        const auto passage = model.enter(bytes.size() + 28, clock.now());
        if (from_node && path == 0) note_queue(passage, model);
        if (passage.fate != transport::Fate::delivered || (cut_ >> path & 1U) != 0) return;
        if (eavesdrop && from_node) {
            ++repeated_by_stranger;
            waiting_.push({passage.out, order_++, true, {0, stranger}, {bytes.begin(), bytes.end()}});
        }
        const transport::Way seen{static_cast<std::uint8_t>(from_node ? 0 : path),
                                  from_node ? node_address(path) : server_address};
        waiting_.push({passage.out, order_++, from_node, seen, {bytes.begin(), bytes.end()}});
    }
    /// Everything that happens until then; `each` at its own times: it returns when it wants to be called next.
    void run_until(transport::Timestamp end, const std::function<transport::Timestamp(transport::Timestamp)>& each) {
        auto next_call = clock.now();
        while (true) {
            auto next = std::min({node.due(), server.due(), next_call, end});
            if (!waiting_.empty()) next = std::min(next, waiting_.top().time);
            clock.wait_until(next, {});
            const auto now = clock.now();
            while (!waiting_.empty() && waiting_.top().time <= now) {
                auto packet = waiting_.top();
                waiting_.pop();
                (packet.to_server ? server : node).deliver(packet.bytes, packet.from, now);
            }
            if (now >= end) return;
            if (now >= next_call) next_call = each(now);
            node.tick(now);
            server.tick(now);
        }
    }
    /// The largest of the smallest waits of each 2 s on the way up by path 0, gaps of the radio's own apart.
    [[nodiscard]] double standing_queue_ms() const {
        transport::Microseconds most{0};
        for (const auto& [window, least] : least_wait_) most = std::max(most, least);
        return static_cast<double>(most.count()) / 1000;
    }
    /// What the way up by path 0 could have carried since the start.
    [[nodiscard]] double mean_kbit_per_s(transport::Microseconds length) const {
        double sum = 0;
        const auto step = std::chrono::milliseconds{50};
        for (auto at = start_; at < start_ + length; at += step) sum += up_.front().kbit_per_s(at);
        return sum * static_cast<double>(transport::Microseconds{step}.count()) / static_cast<double>(length.count());
    }
    [[nodiscard]] const transport::LinkModel& up(std::size_t path = 0) const { return up_[path]; }

    SteppedClock clock;
    EmulatedEnd node{*this, true};
    EmulatedEnd server{*this, false};
    bool eavesdrop = false;
    std::uint64_t repeated_by_stranger = 0;
    std::uint64_t media_to_stranger = 0;

private:
    void note_queue(const transport::Passage& passage, const transport::LinkModel& model) {
        const auto window = (clock.now() - start_) / std::chrono::seconds{2};
        if (passage.fate != transport::Fate::delivered || model.in_gap(clock.now())) return;
        if (model.in_gap(clock.now() - std::chrono::milliseconds{300})) return;  // what waited in the gap is let out
        const auto [found, made] = least_wait_.try_emplace(window, passage.queueing);
        if (!made) found->second = std::min(found->second, passage.queueing);
    }
    static constexpr transport::Address stranger{666, 7};
    static constexpr transport::Address server_address{1, 7};
    struct Packet {
        transport::Timestamp time;
        std::uint64_t order = 0;
        bool to_server = false;
        transport::Way from;
        std::vector<std::byte> bytes;
        bool operator<(const Packet& other) const {
            return std::pair{time, order} > std::pair{other.time, other.order};
        }
    };
    std::vector<transport::LinkModel> up_;
    std::vector<transport::LinkModel> down_;
    std::priority_queue<Packet> waiting_;
    std::uint64_t order_ = 0;
    transport::Timestamp start_ = clock.now();
    std::map<std::int64_t, transport::Microseconds> least_wait_;  ///< by window
    std::size_t moved_ = 0;
    unsigned cut_ = 0;
};

inline std::size_t EmulatedEnd::send(const transport::Way& way, std::span<const std::span<const std::byte>> packets,
                                     std::uint8_t /*dscp*/) {
    for (const auto& packet : packets) link_.transmit(is_node_, way, packet);
    return packets.size();
}

}  // namespace fakes
