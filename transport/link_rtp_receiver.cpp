#include "transport/arrivals.hpp"
#include "transport/link_rtp.hpp"
#include "transport/rtp/incoming.hpp"
#include "transport/rtp/peer.hpp"

#include <mutex>
#include <optional>
#include <random>
#include <utility>

namespace transport {

namespace {

constexpr int copies_of_a_question = 6;           // small; what loses packets in runs would lose a few of them
constexpr Microseconds longest_backlog{250'000};  // of a decoder that cannot keep up

PeerSettings sending_peer(const RtpLink& link) {
    const auto& stream = link.stream;
    return {{stream.feedback_ssrc},
            {stream.media_ssrc, stream.repair_ssrc(), stream.fec_ssrc()},
            link.ways,
            link.key,
            static_cast<std::uint8_t>(dscp(link.priority))};
}

/// Socket → seal → order and repair → access unit, all on the network's thread; then the decoder's thread.
class RtpReceiver final : public Receiver, public MediaEndpoint {
public:
    RtpReceiver(MediaNetwork& network, const RtpLink& link, OnArrival on_arrival, Clock& clock, Handover handover)
        : network_{network},
          clock_{clock},
          peer_{network, sending_peer(link), [this] { return random_(); }},
          incoming_{link.stream, link.settings,
                    [this](WholeUnit unit) {
                        whole_.push_back({std::move(unit.bytes), unit.first_packet, unit.last_packet});
                    }},
          on_arrival_{std::move(on_arrival)} {
        if (handover == Handover::own_thread) arrivals_.emplace(on_arrival_, clock, longest_backlog);
        const auto peer = sending_peer(link);
        network_.route(peer.their_ssrcs, *this);
    }
    ~RtpReceiver() override { network_.unroute(*this); }

    void request_keyframe() override {
        const std::scoped_lock lock{mutex_};
        keyframe_owed_ = true;
        ++keyframes_asked_;
        give_feedback(clock_.now());  // what it makes whole is handed over with the next packet
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
        return {.paths = peer_.paths().health(clock_.now()),
                .loss = incoming_.loss(),
                .repaired = counts.resent + counts.restored,
                .lost = counts.lost,
                .refused = refusals.forged + refusals.replayed,
                .key_offered = peer_.key_offered(),
                .keyframes_asked = keyframes_asked_};
    }

    // ---- the network's thread -----------------------------------------------------------------------------

    void take(std::span<const Datagram> datagrams) override {
        {
            const std::scoped_lock lock{mutex_};
            for (const auto& datagram : datagrams) take(datagram);
        }
        hand_over();
    }

    Timestamp tick(Timestamp now) override {
        auto due = Timestamp::max();
        {
            const std::scoped_lock lock{mutex_};
            peer_.tick(now);
            give_feedback(now);
            due = std::min(peer_.paths().due(), incoming_.due());
        }
        hand_over();
        return due;
    }

private:
    void take(const Datagram& datagram) {
        const auto opened = peer_.open(datagram);
        if (!opened) return;
        const auto path = opened->path.value_or(most_paths);
        if (opened->copy)
            incoming_.take_copy(*opened->copy, path, datagram.received);
        else if (!opened->rtp.empty())
            incoming_.take(opened->rtp, path, datagram.received);
    }

    /// Without the lock: a decoder asks for keyframes.
    void hand_over() {
        std::vector<Arrival> whole;
        {
            const std::scoped_lock lock{mutex_};
            whole.swap(whole_);
        }
        for (auto& arrival : whole) {
            if (arrivals_)
                arrivals_->put(std::move(arrival));
            else
                on_arrival_(std::move(arrival));
        }
    }

    void give_feedback(Timestamp now) {
        const auto& paths = peer_.paths();
        if (const auto round_trip = paths.round_trip(now)) incoming_.know_link(*round_trip);
        // Before a path is proven there is nobody to ask: it waits until there is.
        if (keyframe_owed_ && !paths.usable(now).empty()) {
            incoming_.request_keyframe();
            keyframe_owed_ = false;
        }
        const auto feedback = incoming_.take_feedback(now);
        for (int copies = feedback.to_all.empty() ? 0 : copies_of_a_question; copies > 0; --copies)
            peer_.send(feedback.to_all, paths.usable(now));
        for (std::size_t path = 0; path < most_paths; ++path)
            if (!feedback.by_path.at(path).empty()) peer_.send(feedback.by_path.at(path), {&path, 1});
    }

    MediaNetwork& network_;
    Clock& clock_;
    std::random_device random_source_;
    std::mt19937_64 random_{random_source_()};
    mutable std::mutex mutex_;  ///< guards what follows; the decoder's thread asks for keyframes
    RtpPeer peer_;
    RtpIncoming incoming_;
    bool keyframe_owed_ = false;
    std::uint64_t keyframes_asked_ = 0;
    std::vector<Arrival> whole_;
    OnArrival on_arrival_;
    std::optional<Arrivals> arrivals_;  // last: its thread calls the others
};

}  // namespace

std::unique_ptr<Receiver> make_rtp_receiver(MediaNetwork& network, const RtpLink& link, OnArrival on_arrival,
                                            Clock& clock, Handover handover) {
    return std::make_unique<RtpReceiver>(network, link, std::move(on_arrival), clock, handover);
}

}  // namespace transport
