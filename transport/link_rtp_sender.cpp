#include "transport/link_rtp.hpp"
#include "transport/rtp/outgoing.hpp"
#include "transport/rtp/path_rates.hpp"
#include "transport/rtp/peer.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

namespace transport {

namespace {

using namespace std::chrono_literals;

constexpr Microseconds for_a_keyframe{30'000};  // to be shown, beside what the link takes for it
constexpr Microseconds longest_for_a_keyframe{500'000};

/// 90 kHz.
std::uint32_t rtp_time(Timestamp sampled) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(microseconds(sampled)) * 9 / 100);
}

PeerSettings receiving_peer(const RtpLink& link) {
    const auto& stream = link.stream;
    return {{stream.media_ssrc, stream.repair_ssrc(), stream.fec_ssrc()},
            {stream.feedback_ssrc},
            link.ways,
            link.key,
            static_cast<std::uint8_t>(dscp(link.priority))};
}

class RtpSender final : public Sender, public MediaEndpoint {
public:
    RtpSender(MediaNetwork& network, const RtpLink& link, Clock& clock)
        : network_{network},
          clock_{clock},
          every_path_{link.every_path},
          repair_budget_{link.settings.repair_budget},
          peer_{network, receiving_peer(link), [this] { return random_(); }},
          outgoing_{link.stream, link.settings},
          rates_{link.rate, link.priority} {
        network_.route({&link.stream.feedback_ssrc, 1}, *this);
    }
    ~RtpSender() override { network_.unroute(*this); }

    /// Through packetizer, seal and socket on the caller's thread: the socket takes a picture or tears it, but never
    /// waits, and under load a change of threads costs more than the packets do.
    void send(AccessUnit unit) override {
        const std::scoped_lock lock{mutex_};
        const auto now = clock_.now();
        const auto paths = media_paths(now);
        if (paths.empty() || std::exchange(torn_, false)) waiting_for_keyframe_ = true;
        if (waiting_for_keyframe_ && (!unit.keyframe || paths.empty())) {
            if (!paths.empty()) {
                ++dropped_;
                keyframe_wanted_ = keyframe_wanted_ || rates_.allowance(paths, now).room;
            }
            return;
        }
        // Who does not answer, or is behind a queue of its own, is spared what it cannot get; the others of its class
        // are not kept waiting.
        if (!rates_.allowance(paths, now).room) {
            ++dropped_;
            waiting_for_keyframe_ = true;
            return;
        }
        waiting_for_keyframe_ = false;
        const auto packets = outgoing_.packets(unit.bytes, rtp_time(unit.sampled), now);
        const auto leaving = clock_.now();  // before the call: on loopback the packets are there when it returns
        if (!peer_.send(packets, paths)) {  // every socket is full: the picture is torn
            ++dropped_;
            torn_ = true;
            keyframe_wanted_ = true;
            return;
        }
        if (unit.keyframe) {
            keyframe_wanted_ = false;  // asked for while it was being made
            keyframe_seen_at_ = now + until_seen(packets.bytes.size(), paths, now);
        }
        rates_.sent(packets.bytes.size(), paths, now);
        departures_.push_back({unit.sequence, leaving});
        if (departures_.size() > 64) departures_.pop_front();
    }

    std::optional<Departure> take_departure() override {
        const std::scoped_lock lock{mutex_};
        if (departures_.empty()) return std::nullopt;
        const auto departure = departures_.front();
        departures_.pop_front();
        return departure;
    }
    bool take_keyframe_request() override {
        const std::scoped_lock lock{mutex_};
        return std::exchange(keyframe_wanted_, false);
    }
    std::uint64_t dropped() const override {
        const std::scoped_lock lock{mutex_};
        return dropped_;
    }
    Allowance allowance() override {
        const std::scoped_lock lock{mutex_};
        const auto now = clock_.now();
        auto out = rates_.allowance(media_paths(now), now);
        const auto& repair = outgoing_.repair();
        const double repairs = repair.fec_percent() / 100.0 + repair.loss();
        out.kbit_per_s = static_cast<int>(out.kbit_per_s / (1 + repairs));
        return out;
    }
    void offer_key(const MediaKey& key) override {
        const std::scoped_lock lock{mutex_};
        peer_.offer_key(key);
    }
    void take_key(const MediaKey& key) override {
        const std::scoped_lock lock{mutex_};
        peer_.take_key(key);
    }
    LinkHealth health() const override {
        const std::scoped_lock lock{mutex_};
        const auto refusals = peer_.refusals();
        const auto now = clock_.now();
        const auto paths = peer_.paths().usable(now);
        return {.paths = peer_.paths().health(now),
                .loss = outgoing_.repair().loss(),
                .repaired = outgoing_.counts().resent,
                .refused = refusals.forged + refusals.replayed,
                .target_kbit_per_s = rates_.target_kbit_per_s(paths),
                .queueing = rates_.queueing(paths),
                .key_offered = peer_.key_offered(),
                .keyframes_asked = keyframes_asked_};
    }

    // ---- the network's thread -----------------------------------------------------------------------------

    void take(std::span<const Datagram> datagrams) override {
        const std::scoped_lock lock{mutex_};
        const bool alone = peer_.paths().usable(clock_.now()).empty();
        for (const auto& datagram : datagrams) {
            const auto opened = peer_.open(datagram);
            if (!opened) continue;
            for (const auto& message : opened->messages) take(message, opened->path, datagram.received);
        }
        // A viewer has appeared: what it gets begins with a keyframe.
        if (alone && !peer_.paths().usable(clock_.now()).empty()) keyframe_wanted_ = true;
    }

    Timestamp tick(Timestamp now) override {
        const std::scoped_lock lock{mutex_};
        peer_.tick(now);
        if (const auto round_trip = peer_.paths().round_trip(now)) outgoing_.know_round_trip(*round_trip);
        return std::min(peer_.paths().due(), pad(now));
    }

private:
    /// How long a keyframe of so many bytes takes there, repairs included, and a question back.
    Microseconds until_seen(std::size_t bytes, std::span<const std::size_t> paths, Timestamp now) const {
        auto takes = for_a_keyframe + peer_.paths().round_trip(now).value_or(Microseconds{0}) + rates_.queueing(paths);
        if (const auto rate = rates_.target_kbit_per_s(paths); rate && *rate > 0)
            takes += Microseconds{static_cast<std::int64_t>(bytes) * 8000 / *rate};
        if (outgoing_.repair().loss() > 0) takes += repair_budget_;
        return std::min(takes, longest_for_a_keyframe);
    }

    /// While nobody answers, padding instead of pictures; when to call again.
    Timestamp pad(Timestamp now) {
        const auto paths = peer_.paths().usable(now);
        if (paths.empty() || rates_.allowance(paths, now).room) return now + 100ms;
        if (const auto bytes = rates_.probe_bytes(paths, now); bytes > 0) {
            const auto padding = outgoing_.padding(bytes, now);
            peer_.send(padding, paths);
            rates_.sent(padding.bytes.size(), paths, now);
        }
        return now + 10ms;
    }

    std::vector<std::size_t> media_paths(Timestamp now) {
        if (every_path_) return rates_.wide_enough(peer_.paths().usable(now), now);
        const auto best = peer_.paths().best(now);
        return best ? std::vector{*best} : std::vector<std::size_t>{};
    }

    void take(const RtcpMessage& message, std::optional<std::size_t> path, Timestamp now) {
        if (const auto* nack = std::get_if<Nack>(&message)) {
            const auto again = outgoing_.answer(*nack, now);
            RtpPackets packets;
            for (const auto& packet : again) {
                packets.bytes.insert(packets.bytes.end(), packet.begin(), packet.end());
                packets.ends.push_back(packets.bytes.size());
            }
            if (again.empty()) return;
            const auto paths = peer_.paths().usable(now);
            peer_.send(packets, paths);
            rates_.sent(packets.bytes.size(), paths, now);
        } else if (std::holds_alternative<PictureLoss>(message)) {
            // Asked before the last one can have been seen.
            if (now <= keyframe_seen_at_) return;
            keyframes_asked_ += keyframe_wanted_ ? 0 : 1;  // a question comes several times
            keyframe_wanted_ = true;
        } else if (const auto* report = std::get_if<ArrivalReport>(&message)) {
            const auto packets = outgoing_.take(*report, now);
            // Somebody who repeats packets from elsewhere and is faster takes only the address from it.
            if (!path) path = peer_.paths().best(now);
            if (path) rates_.feedback(*path, packets, now);
        }
    }

    MediaNetwork& network_;
    Clock& clock_;
    bool every_path_;
    Microseconds repair_budget_;
    std::random_device random_source_;
    std::mt19937_64 random_{random_source_()};
    mutable std::mutex mutex_;  ///< guards what follows: the encoder's thread sends, the port's answers
    RtpPeer peer_;
    RtpOutgoing outgoing_;
    PathRates rates_;
    std::deque<Departure> departures_;
    bool keyframe_wanted_ = false;
    std::uint64_t keyframes_asked_ = 0;
    Timestamp keyframe_seen_at_{};  ///< questions until then were asked without having seen the last one
    bool waiting_for_keyframe_ = false;
    bool torn_ = false;
    std::uint64_t dropped_ = 0;
};

}  // namespace

std::unique_ptr<Sender> make_rtp_sender(MediaNetwork& network, const RtpLink& link, Clock& clock) {
    return std::make_unique<RtpSender>(network, link, clock);
}

}  // namespace transport
