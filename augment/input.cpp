#include "augment/input.hpp"

namespace augment {

using namespace transport;

Input::Input(Clock& clock, Reception::SenderClock sender_clock, OnFrame on_frame, OnLate on_late)
    : reception_{clock, std::move(sender_clock)}, on_frame_{std::move(on_frame)}, on_late_{std::move(on_late)} {}

void Input::on_arrival(const Arrival& arrival) {
    auto received = reception_.take(arrival);
    if (!received) return;
    for (const auto& mark : received->stamp.late) on_late_(mark);
    Frame frame{std::move(received->stamp.sources.front().header), std::move(received->pixels)};
    frame.header.stream = received->stamp.stream;
    // The canvas of a capture node's picture is its image; the in-picture code stands below it.
    frame.header.width = received->stamp.canvas.width;
    frame.header.height = received->stamp.canvas.height;
    auto& timeline = frame.header.timeline;
    timeline.mark(Stage::first_packet, arrival.first_packet);
    timeline.mark(Stage::received, arrival.last_packet);
    timeline.mark(Stage::decoded, received->decoded);
    on_frame_(std::move(frame));
}

}  // namespace augment
