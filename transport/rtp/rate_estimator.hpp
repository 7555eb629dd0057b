// How much may be sent: from what the other end says about each packet, against a clock that is passed in.
#pragma once

#include "transport/priority.hpp"
#include "transport/rtp/packet_report.hpp"
#include "transport/rtp/path_delay.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace transport {

/// kbit/s of whole packets: pictures, repairs and padding together.
struct RateLimits {
    int least = 300;    ///< asked for however thin the link is; less than that only while nobody answers
    int start = 2'000;  ///< before anything is known
    int most = 40'000;  ///< what the flow wants
};

enum class RateState : std::uint8_t {
    increase,
    hold,      ///< as much as may be: the flow's own limits, or its encoder needs less
    decrease,  ///< a queue stands, or packets are lost for want of room
    silent,    ///< nobody answers: the rate fades until somebody does
};
[[nodiscard]] std::string_view name(RateState state);

/// One flow to one receiver. Delay decides: a queue of its own is let run empty, and the rate then rises again, fast
/// below what the link was last seen to carry and slowly near it. Loss without a queue is the radio's and changes
/// nothing. Lower classes yield at a smaller queue, to less, and come back later. Not thread safe.
class RateEstimator {
public:
    RateEstimator(const RateLimits& limits, Priority priority);

    /// A packet has been handed to the network; times never fall.
    void sent(std::size_t bytes, Timestamp now);
    /// Packets in the order of their sequence. One that was reported missing may be reported again once it has come;
    /// reports that were lost leave a gap in the sequences, which is no loss.
    void feedback(std::span<const PacketReport> packets, Timestamp now);
    /// Time passes, feedback or not. Call it before each picture.
    void pass(Timestamp now);

    [[nodiscard]] int target_kbit_per_s() const;
    /// The queue that stands in the path now; not the wait of a picture's packets behind each other.
    [[nodiscard]] Microseconds queueing() const { return delay_.queueing(); }
    /// Share of packets that did not come, over the last second.
    [[nodiscard]] double loss() const;
    [[nodiscard]] RateState state() const { return state_; }
    /// False: a picture sent now would wait behind others, and one sent later would come as soon; skip it before it is
    /// encoded. Only after a collapse of the link, and while nobody answers.
    [[nodiscard]] bool room(Timestamp now) const;
    /// Padding that would tell what pictures do not: 0 almost always. Three packets where pictures are too small to
    /// show what the link carries; one small packet, instead of pictures, while there is no room for them. To be sent
    /// at once, as one burst, and told to `sent`.
    [[nodiscard]] std::size_t probe_bytes(Timestamp now);

private:
    enum class Seen : std::uint8_t { unknown, missing, arrived };
    struct Count {
        Timestamp time{};
        int packets = 0;
        int lost = 0;
    };
    struct Unanswered {
        Timestamp time{};
        std::size_t bytes = 0;
    };
    void note(const PacketReport& packet, Count& count);
    void answered(Timestamp newest_sent, Timestamp now);
    void decide(Timestamp now);
    [[nodiscard]] bool congested() const;
    [[nodiscard]] bool thin() const;
    void decrease(Timestamp now);
    void increase(Microseconds since, Timestamp now);
    [[nodiscard]] double most_proven() const;
    [[nodiscard]] Microseconds lateness(Timestamp now) const;
    [[nodiscard]] double drained() const;
    [[nodiscard]] Microseconds threshold() const;

    RateLimits limits_;
    Priority priority_;
    PathDelay delay_;
    double rate_;      ///< kbit/s that the path is thought to carry for us
    double fade_ = 1;  ///< of it, while nobody answers
    double knee_ = 0;  ///< what was delivered when a queue last stood; 0: forgotten
    double knee_capacity_ = 0;
    Timestamp knee_at_{};
    RateState state_ = RateState::increase;

    std::vector<Seen> seen_;  ///< by sequence
    std::optional<std::int64_t> highest_;
    std::size_t usual_bytes_ = 0;
    std::deque<Count> counts_;
    std::deque<Unanswered> unanswered_;
    std::size_t unanswered_bytes_ = 0;
    bool jammed_ = false;                                    ///< a queue stands that new pictures must not join
    std::deque<std::pair<Timestamp, double>> proven_;        ///< falling: the most that was delivered of late
    Microseconds response_{std::chrono::milliseconds{100}};  ///< from sending to being answered
    Microseconds interval_{std::chrono::milliseconds{50}};   ///< from one report to the next
    std::optional<Timestamp> last_feedback_;
    std::optional<Timestamp> queue_since_;  ///< without a break
    Timestamp decreased_{};
    Timestamp yielded_{};
    Timestamp decided_{};
    Timestamp probed_{};
};

}  // namespace transport
