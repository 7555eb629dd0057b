// Pictures from one end of the emulated link to the other, through the sender and receiver that run live.
#pragma once

#include "fakes/emulated_link.hpp"
#include "fakes/rtp_units.hpp"
#include "transport/link_rtp.hpp"
#include "transport/rtp/rate_ladder.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fakes {

/// What became of the pictures.
struct StreamResult {
    int offered = 0;  ///< by the source
    int sent = 0;
    int intact = 0;                               ///< arrived whole
    std::vector<transport::Microseconds> took{};  ///< from sending to the last packet, sorted
    transport::Microseconds longest_gap{0};       ///< between two pictures that arrived
    double megabits = 0;                          ///< of pictures that arrived whole
    [[nodiscard]] double share() const { return static_cast<double>(intact) / sent; }
    [[nodiscard]] double ms(double quantile) const {
        if (took.empty()) return 0;
        const auto at = static_cast<std::size_t>(quantile * static_cast<double>(took.size() - 1));
        return static_cast<double>(took[at].count()) / 1000;
    }
};

/// Pictures as a scanner gives them: of about `bytes`, every `period`; each a keyframe as far as the link can tell.
struct StreamSource {
    transport::Microseconds length{60'000'000};
    transport::Microseconds period{16'667};
    std::size_t bytes = 20'000;
    bool adapts = false;              ///< smaller, and fewer, as the link allows
    std::function<void(int)> each{};  ///< before each picture, counted from 1
};

/// One stream while it runs: several may share a link.
class EmulatedStream {
public:
    EmulatedStream(EmulatedLink& radio, transport::MediaNetwork& from, const transport::RtpLink& sending,
                   transport::MediaNetwork& to, const transport::RtpLink& receiving, StreamSource source)
        : radio_{radio},
          source_{std::move(source)},
          begin_{radio.clock.now()},
          receiver_{make_rtp_receiver(
              to, receiving, [this](const transport::Arrival& arrival) { arrive(arrival); }, radio.clock,
              transport::Handover::at_once)},
          sender_{make_rtp_sender(from, sending, radio.clock)} {
        transport::LadderSettings settings;
        settings.frames_per_second = 1e6 / static_cast<double>(source_.period.count());
        ladder_.emplace(settings);
    }
    /// The next picture; when the one after it is due.
    transport::Timestamp step(transport::Timestamp now) {
        if (now > begin_ + source_.length - std::chrono::milliseconds{500}) return transport::Timestamp::max();
        ++result.offered;
        if (source_.each) source_.each(result.offered);
        auto size = source_.bytes - source_.bytes / 10 + sequence_ * 7919 % (source_.bytes / 5);
        if (source_.adapts) {
            const auto allowance = sender_->allowance();
            const auto step = ladder_->decide(allowance.kbit_per_s, now);
            if (!ladder_->takes() || !allowance.room) return now + source_.period;
            const auto share = static_cast<std::size_t>(step.kbit_per_s * 125.0 * step.every *
                                                        static_cast<double>(source_.period.count()) / 1e6);
            // What x264 makes of a picture at its coarsest.
            const auto least =
                source_.bytes / 12 * static_cast<std::size_t>(step.size_quarters * step.size_quarters) / 16;
            size = std::clamp(share, least, size);
            ladder_->made(size, size == least ? 51 : 30);
        }
        send(size, now);
        return now + source_.period;
    }
    /// Sorted. Until then and after it.
    StreamResult finish() {
        std::ranges::sort(result.took);
        return result;
    }
    [[nodiscard]] transport::Sender& sender() { return *sender_; }
    [[nodiscard]] transport::Receiver& receiver() { return *receiver_; }

    StreamResult result;

private:
    void send(std::size_t size, transport::Timestamp now) {
        auto numbered = nal(fakes::sei, 100);
        for (std::size_t i = 0; i < 4; ++i)  // no start code
            numbered[6 + i] = static_cast<std::byte>(0x80U | (sequence_ >> (21 - 7 * i) & 0x7FU));
        sent_[sequence_] = now;
        ++result.sent;
        sender_->send({annex_b(std::vector{numbered, nal(slice, size)}), sequence_++, now, true});
    }
    void arrive(const transport::Arrival& arrival) {
        std::uint32_t sequence = 0;
        for (std::size_t i = 0; i < 4; ++i)
            sequence = sequence << 7U | (std::to_integer<std::uint32_t>(arrival.bytes[10 + i]) & 0x7FU);
        ++result.intact;
        result.megabits += static_cast<double>(arrival.bytes.size()) * 8e-6;
        if (last_) result.longest_gap = std::max(result.longest_gap, radio_.clock.now() - *last_);
        last_ = radio_.clock.now();
        result.took.push_back(arrival.last_packet - sent_.at(sequence));
    }

    EmulatedLink& radio_;
    StreamSource source_;
    transport::Timestamp begin_;
    std::unique_ptr<transport::Receiver> receiver_;
    std::unique_ptr<transport::Sender> sender_;
    std::optional<transport::RateLadder> ladder_;
    std::uint32_t sequence_ = 0;
    std::map<std::uint32_t, transport::Timestamp> sent_;
    std::optional<transport::Timestamp> last_;
};

/// One end's view of a stream; `number` tells streams of one link apart.
inline transport::RtpLink emulated_end(const std::vector<transport::Way>& ways, std::uint32_t number = 10) {
    static const auto key = transport::new_media_key(1);
    transport::RtpLink out;
    out.stream = {number * 8, number * 8 + 4};
    out.ways = ways;
    out.key = key;
    return out;
}

/// From the node, which dials, up to the server.
inline StreamResult run_up(EmulatedLink& radio, const StreamSource& source, bool fec = true) {
    auto dialling = emulated_end(radio.ways());
    dialling.settings.fec = fec;
    EmulatedStream stream{radio, radio.node, dialling, radio.server, emulated_end({}), source};
    radio.run_until(radio.clock.now() + source.length, [&](transport::Timestamp now) { return stream.step(now); });
    return stream.finish();
}
inline StreamResult run_up(const std::string& profile, const StreamSource& source, bool fec = true) {
    EmulatedLink radio{{transport::link_profile(profile, {})}, 1};
    return run_up(radio, source, fec);
}
/// From the server down to the node, which dials.
inline StreamResult run_down(EmulatedLink& radio, const StreamSource& source) {
    EmulatedStream stream{radio, radio.server, emulated_end({}), radio.node, emulated_end(radio.ways()), source};
    radio.run_until(radio.clock.now() + source.length, [&](transport::Timestamp now) { return stream.step(now); });
    return stream.finish();
}

}  // namespace fakes
