// Which frames belong together. Decides by acquisition time; never waits.
#pragma once

#include "transport/frame.hpp"

#include <array>
#include <deque>
#include <optional>
#include <string_view>

namespace augment {

/// The frames of one output picture. The leader is always there; the others when they have ever come.
struct Paired {
    transport::Modality leader = transport::Modality::ultrasound;
    std::optional<transport::Frame> ultrasound;
    std::optional<transport::Frame> xray;
    std::optional<transport::Frame> camera;  ///< newest, never paired
    /// Acquisition time of the echo minus that of the X-ray; nothing unless both are there.
    [[nodiscard]] std::optional<transport::Microseconds> skew() const;
};

enum class LeaderRule : std::uint8_t { automatic, xray, ultrasound };
[[nodiscard]] std::optional<LeaderRule> leader_rule_named(std::string_view text);

/// The leader is the live modality with the higher rate (or the configured one, while it is live). Silent for
/// max(100 ms, 2 of its periods), or its beam off, it hands over. Not thread safe: the caller holds the lock.
class Pairing {
public:
    explicit Pairing(LeaderRule rule) : rule_{rule} {}
    /// Keeps the frame (a small ring per modality); returns the picture to make when this frame leads.
    std::optional<Paired> add(transport::Frame frame, transport::Timestamp now);
    /// The stream was closed: its frames must not be shown any more.
    void forget(transport::Modality modality);

private:
    struct Ring {
        std::deque<transport::Frame> frames;
        std::optional<transport::Timestamp> last_arrival;
        std::optional<transport::Microseconds> measured_period;
    };
    LeaderRule rule_;
    std::array<Ring, 3> rings_;
};

}  // namespace augment
