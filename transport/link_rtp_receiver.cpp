#include "transport/arrivals.hpp"
#include "transport/link_rtp.hpp"
#include "transport/rtp/incoming.hpp"

#include <random>
#include <utility>

namespace transport {

namespace {

constexpr Microseconds longest_backlog{250'000};  // of a decoder that cannot keep up

PeerSettings sending_peer(const RtpLink& link) {
    const auto& stream = link.stream;
    return {{stream.feedback_ssrc},
            {stream.media_ssrc, stream.repair_ssrc(), stream.fec_ssrc()},
            link.ways,
            link.key,
            link.dscp};
}

/// Socket → seal → order and repair → access unit, all on the media port's thread; then the decoder's thread.
class RtpReceiver final : public Receiver, public MediaEndpoint {
public:
    RtpReceiver(MediaPort& port, const RtpLink& link, OnArrival on_arrival, Clock& clock)
        : port_{port},
          clock_{clock},
          peer_{port, sending_peer(link), [this] { return random_(); }},
          incoming_{link.stream, link.settings, [this](WholeUnit unit) {
                        arrivals_.put({std::move(unit.bytes), unit.first_packet, unit.last_packet});
                    }},
          arrivals_{std::move(on_arrival), clock, longest_backlog} {
        const auto peer = sending_peer(link);
        port_.route(peer.their_ssrcs, *this);
    }
    ~RtpReceiver() override { port_.unroute(*this); }

    void request_keyframe() override {
        const std::scoped_lock lock{mutex_};
        incoming_.request_keyframe();
        give_feedback(clock_.now());
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
        const auto counts = incoming_.counts();
        const auto refusals = peer_.refusals();
        return {peer_.paths().health(clock_.now()), incoming_.loss(), counts.resent + counts.restored, counts.lost,
                refusals.forged + refusals.replayed};
    }

    // ---- the media port's thread -----------------------------------------------------------------------------

    void take(std::span<const Datagram> datagrams) override {
        const std::scoped_lock lock{mutex_};
        for (const auto& datagram : datagrams) {
            const auto opened = peer_.open(datagram);
            if (!opened) continue;
            const auto path = opened->path.value_or(most_paths);
            if (opened->copy)
                incoming_.take_copy(*opened->copy, path, datagram.received);
            else if (!opened->rtp.empty())
                incoming_.take(opened->rtp, path, datagram.received);
        }
    }

    Timestamp tick(Timestamp now) override {
        const std::scoped_lock lock{mutex_};
        peer_.tick(now);
        give_feedback(now);
        return std::min(peer_.paths().due(), incoming_.due());
    }

private:
    void give_feedback(Timestamp now) {
        const auto& paths = peer_.paths();
        if (const auto round_trip = paths.round_trip(now)) incoming_.know_link(*round_trip);
        const auto feedback = incoming_.take_feedback(now);
        peer_.send(feedback.to_all, paths.usable(now));
        for (std::size_t path = 0; path < most_paths; ++path)
            if (!feedback.by_path.at(path).empty()) peer_.send(feedback.by_path.at(path), {&path, 1});
    }

    MediaPort& port_;
    Clock& clock_;
    std::random_device random_source_;
    std::mt19937_64 random_{random_source_()};
    mutable std::mutex mutex_;  ///< guards what follows; the decoder's thread asks for keyframes
    RtpPeer peer_;
    RtpIncoming incoming_;
    Arrivals arrivals_;  // last: its thread calls the others
};

}  // namespace

std::unique_ptr<Receiver> make_rtp_receiver(MediaPort& port, const RtpLink& link, OnArrival on_arrival, Clock& clock) {
    return std::make_unique<RtpReceiver>(port, link, std::move(on_arrival), clock);
}

}  // namespace transport
