// What the room has chosen: opacity, where the echo stands, what was drawn. One truth, read by every view.
#pragma once

#include "augment/markers.hpp"
#include "augment/overlay.hpp"
#include "transport/options.hpp"

#include <mutex>

namespace augment {

struct RoomState {
    double opacity = 0.5;
    transport::Similarity overlay;
    bool doppler_only = false;
    transport::EchoHue hue = transport::EchoHue::gold;
    Annotations annotations;
    Markers markers;
    transport::Microseconds most_skew{100'000};  ///< fusion is switched off above it
};

/// Thread safe: the bus thread changes it, view threads copy it.
class Room {
public:
    explicit Room(RoomState state) : state_{std::move(state)} {}
    [[nodiscard]] RoomState state() const {
        const std::scoped_lock lock{mutex_};
        return state_;
    }
    /// Applies `change` to the state; returns what it returns.
    template <typename Change>
    auto update(Change change) {
        const std::scoped_lock lock{mutex_};
        return change(state_);
    }

private:
    mutable std::mutex mutex_;
    RoomState state_;
};

}  // namespace augment
