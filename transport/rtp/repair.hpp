// How losses are repaired on this link: asked for again, or with parity that is there before anybody asks. Pure.
#pragma once

#include "transport/clock.hpp"
#include "transport/rtp/rtcp.hpp"

#include <cstdint>

namespace transport {

/// The sender's side, from what the receiver reports. Sending again repairs bursts and costs a round trip; parity
/// repairs what is lost singly, at once, and costs its share of the rate always. Not thread safe.
class RepairPolicy {
public:
    explicit RepairPolicy(Microseconds budget) : budget_{budget} {}
    /// Which packets of a stretch came, in the order they were sent.
    void saw(const ArrivalReport& report, Timestamp now);
    void know_round_trip(Microseconds round_trip) { round_trip_ = round_trip; }

    /// Parity on top of a picture's packets; 0: none.
    [[nodiscard]] int fec_percent() const;
    /// Share of packets that did not come, over the last few seconds.
    [[nodiscard]] double loss() const;
    /// Mean length of a run of lost packets.
    [[nodiscard]] double burst() const;

private:
    Microseconds budget_;
    Microseconds round_trip_{20'000};
    // Counts that fade: half of them is forgotten in about 3 s.
    double packets_ = 0;
    double lost_ = 0;
    double runs_ = 0;
    bool in_run_ = false;
    Timestamp faded_{};
};

}  // namespace transport
