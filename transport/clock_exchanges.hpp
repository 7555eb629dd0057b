// How two machines find out what their clocks have to do with each other. Pure: `now` is passed in.
#pragma once

#include "transport/clock.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace transport {

/// A host's clock of the day against its monotonic clock, where a daemon keeps it to true time.
struct HostTime {
    Microseconds ahead{0};  ///< CLOCK_REALTIME - CLOCK_MONOTONIC
    Microseconds bound{0};  ///< of CLOCK_REALTIME, against true time
    bool operator==(const HostTime&) const = default;
};
struct HostTimes {
    HostTime ours;
    HostTime theirs;
};

/// Each exchange proves a span: the other clock was read between our sending and our receiving. The spans of the last
/// 30 s are laid over each other; the bound is half of what is left, hence never more than half of the smallest
/// round trip. It relies on three things, and drops all it knows when an exchange contradicts it: clocks are at most
/// 100 ppm apart in rate, that rate moves by at most 20 ppm in ten minutes, and clocks do not step. After a step the
/// answer is "not yet" until two exchanges that began later agree. A step that is smaller than the round trip
/// cannot be seen; it is out of the figures after 30 s.
class ClockExchanges {
public:
    /// `longer_there`: how much longer the way there takes than the way back, at the least; negative: the way back.
    /// Half of the rest of the round trip is then the bound. An exchange too quick for it refutes it for good.
    explicit ClockExchanges(Microseconds longer_there = Microseconds{0}) : longer_there_{longer_there} {}

    /// We sent at `sent`, the other read its clock at `remote`, the answer came at `received`. `hosts`: where both
    /// clocks of the day are disciplined; believed where it is better than the exchanges and does not contradict them.
    void exchange(Timestamp sent, RemoteTimestamp remote, Timestamp received,
                  const std::optional<HostTimes>& hosts = std::nullopt);
    void same_machine() { offset_.same_machine(); }
    void belongs_to(std::uint64_t boot) { offset_.belongs_to(boot); }

    [[nodiscard]] const ClockOffset& offset() const { return offset_; }
    [[nodiscard]] const ClockRate& rate() const { return rate_; }
    /// How often what was known turned out to be wrong, and was dropped.
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    /// How often disciplined host clocks contradicted an exchange, and were not believed.
    [[nodiscard]] std::uint64_t hosts_refuted() const { return hosts_refuted_; }

private:
    /// Theirs minus ours lies between the two, at some time between `from` and `to` of our clock.
    struct Span {
        Timestamp from{};
        Timestamp to{};
        Microseconds low{0};
        Microseconds high{0};
    };
    [[nodiscard]] Span proven(Timestamp sent, RemoteTimestamp remote, Timestamp received) const;
    [[nodiscard]] Span moved(Span span, Timestamp to) const;
    [[nodiscard]] Span overlap(Timestamp now) const;
    bool estimate_rate(const Span& now);
    void publish(const Span& measured, const std::optional<HostTimes>& hosts);
    void drop(Timestamp now);

    Microseconds longer_there_;
    std::deque<Span> recent_;      // of the window, oldest first
    std::deque<Span> milestones_;  // what was known every 10 s, of ten minutes: they tell the rate
    std::optional<Span> known_;
    ClockRate rate_;
    Timestamp not_before_ = Timestamp::min();  // what began earlier saw the clock before its step
    std::size_t needed_ = 1;
    std::uint64_t steps_ = 0;
    std::uint64_t hosts_refuted_ = 0;
    ClockOffset offset_;
};

}  // namespace transport
