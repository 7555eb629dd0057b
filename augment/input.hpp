// One stream coming in: arrival → stamp → decode → frame.
#pragma once

#include "transport/frame.hpp"
#include "transport/reception.hpp"

#include <functional>

namespace augment {

/// Used on the link's thread. The frame handed on is whole, or it is not handed on.
class Input {
public:
    using OnFrame = std::function<void(transport::Frame)>;
    using OnLate = std::function<void(const transport::LateMark&)>;

    Input(transport::Clock& clock, transport::Reception::SenderClock sender_clock, OnFrame on_frame, OnLate on_late);
    void on_arrival(const transport::Arrival& arrival);
    [[nodiscard]] bool take_keyframe_wish() { return reception_.take_keyframe_wish(); }
    [[nodiscard]] const transport::ReceptionDrops& drops() const { return reception_.drops(); }
    [[nodiscard]] const transport::ReceptionCounts& counts() const { return reception_.counts(); }

private:
    transport::Reception reception_;
    OnFrame on_frame_;
    OnLate on_late_;
};

}  // namespace augment
