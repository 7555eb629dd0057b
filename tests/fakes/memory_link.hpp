// A link in memory: access units wait until the test delivers them, and take exactly the time it was told.
#pragma once

#include "fakes/stepped_clock.hpp"
#include "transport/link.hpp"

#include <deque>
#include <memory>
#include <utility>

namespace fakes {

/// What the link adds to the clock at each event.
struct LinkDelays {
    transport::Microseconds send{300};  ///< from the stamp to the last packet's departure
    transport::Microseconds first_packet{4000};
    transport::Microseconds rest{500};  ///< from the first packet to the last
};

/// One direction. Make the sender and the receiver from it, then `deliver()` each unit.
class MemoryLink {
public:
    MemoryLink(SteppedClock& clock, LinkDelays delays) : state_{std::make_shared<State>(clock, delays)} {}

    std::unique_ptr<transport::Sender> sender() { return std::make_unique<End>(state_); }
    std::unique_ptr<transport::Receiver> receiver(transport::OnArrival on_arrival) {
        state_->on_arrival = std::move(on_arrival);
        return std::make_unique<FarEnd>(state_);
    }
    /// Hands the oldest unit over; false when there is none.
    bool deliver() {
        if (state_->units.empty()) return false;
        auto unit = std::move(state_->units.front());
        state_->units.pop_front();
        state_->clock.advance(state_->delays.first_packet);
        const auto first = state_->clock.now();
        state_->clock.advance(state_->delays.rest);
        state_->on_arrival({std::move(unit.bytes), first, state_->clock.now()});
        return true;
    }
    void lose() {
        if (!state_->units.empty()) state_->units.pop_front();
    }

private:
    struct State {
        State(SteppedClock& the_clock, LinkDelays the_delays) : clock{the_clock}, delays{the_delays} {}
        SteppedClock& clock;
        LinkDelays delays;
        std::deque<transport::AccessUnit> units;
        std::deque<transport::Departure> departures;
        transport::OnArrival on_arrival;
        bool keyframe_wanted = false;
    };
    struct End final : transport::Sender {
        explicit End(std::shared_ptr<State> the_state) : state{std::move(the_state)} {}
        void send(transport::AccessUnit unit) override {
            state->clock.advance(state->delays.send);
            state->departures.push_back({unit.sequence, state->clock.now()});
            state->units.push_back(std::move(unit));
        }
        std::optional<transport::Departure> take_departure() override {
            if (state->departures.empty()) return std::nullopt;
            const auto departure = state->departures.front();
            state->departures.pop_front();
            return departure;
        }
        bool take_keyframe_request() override { return std::exchange(state->keyframe_wanted, false); }
        std::uint64_t dropped() const override { return 0; }
        std::shared_ptr<State> state;
    };
    struct FarEnd final : transport::Receiver {
        explicit FarEnd(std::shared_ptr<State> the_state) : state{std::move(the_state)} {}
        void request_keyframe() override { state->keyframe_wanted = true; }
        std::shared_ptr<State> state;
    };
    std::shared_ptr<State> state_;
};

}  // namespace fakes
