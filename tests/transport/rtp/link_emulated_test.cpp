// The link as it runs live, over emulated radios on a clock that jumps: what is lost, what is repaired, how late.
#include "fakes/emulated_link.hpp"
#include "fakes/rtp_units.hpp"
#include "transport/link_rtp.hpp"

#include <gtest/gtest.h>

#include <map>

namespace {

using namespace transport;
using namespace std::chrono_literals;

/// Pictures of 60 a second and about 20 kB, as a scanner gives them.
struct Stream : testing::Test {
    struct Result {
        int sent = 0;
        int intact = 0;  ///< arrived whole
        std::vector<Microseconds> took{};  ///< from sending to the last packet, sorted
        [[nodiscard]] double share() const { return static_cast<double>(intact) / sent; }
        [[nodiscard]] double ms(double quantile) const {
            const auto at = static_cast<std::size_t>(quantile * static_cast<double>(took.size() - 1));
            return static_cast<double>(took[at].count()) / 1000;
        }
    };
    static constexpr Microseconds period{16'667};

    static RtpLink link(const std::vector<Way>& ways) {
        RtpLink out;
        out.stream = {80, 84};
        out.ways = ways;
        return out;
    }
    /// From the node up to the server.
    static Result run(fakes::EmulatedLink& radio, Microseconds length, bool fec = true,
                      const std::function<void(int)>& each = {}) {
        Result result;
        std::map<std::uint32_t, Timestamp> sent;
        const auto deliver = [&](const Arrival& arrival) {
            std::uint32_t sequence = 0;
            for (std::size_t i = 0; i < 4; ++i)
                sequence = sequence << 7U | (std::to_integer<std::uint32_t>(arrival.bytes[10 + i]) & 0x7FU);
            ++result.intact;
            result.took.push_back(arrival.last_packet - sent.at(sequence));
        };
        auto up = link(radio.ways());
        up.settings.fec = fec;
        auto down = link({});
        const auto receiver = make_rtp_receiver(radio.server, down, deliver, radio.clock, Handover::at_once);
        const auto sender = make_rtp_sender(radio.node, up, radio.clock);
        const auto end = radio.clock.now() + length;
        std::uint32_t sequence = 0;
        radio.run_until(end, [&](Timestamp now) {
            if (now > end - 500ms) return Timestamp::max();
            auto slice = fakes::nal(fakes::slice, 18'000 + sequence * 7919 % 4000);
            auto sei = fakes::nal(fakes::sei, 100);
            for (std::size_t i = 0; i < 4; ++i)
                sei[6 + i] = static_cast<std::byte>(0x80U | (sequence >> (21 - 7 * i) & 0x7FU));  // no start code
            auto unit = fakes::annex_b(std::vector{sei, slice});
            sent[sequence] = now;
            ++result.sent;
            if (each) each(result.sent);
            sender->send({std::move(unit), sequence++, now, true});
            return now + period;
        });
        std::ranges::sort(result.took);
        const auto health = receiver->health();
        std::printf("%d sent, %.4f intact, p50 %.1f p95 %.1f p99 %.1f max %.1f ms; loss %.4f, repaired %lu, lost %lu\n",
                    result.sent, result.share(), result.ms(0.5), result.ms(0.95), result.ms(0.99), result.ms(1),
                    health.loss, static_cast<unsigned long>(health.repaired), static_cast<unsigned long>(health.lost));
        return result;
    }
    static Result run(const std::string& profile, Microseconds length, bool fec = true) {
        fakes::EmulatedLink radio{{link_profile(profile, {})}, 1};
        return run(radio, length, fec);
    }
};

TEST_F(Stream, x) {
    for (const auto* name : {"private-midband", "private-midband+loss=2%", "private-midband+loss=2%x8",
                             "private-midband+loss=5%", "private-midband+loss=5%x8", "private-mmw", "private-oran",
                             "public-5g", "wifi-handover"})
        for (const bool fec : {true, false}) {
            std::printf("%s fec %d: ", name, fec);
            run(name, 60s, fec);
        }
}

}  // namespace
