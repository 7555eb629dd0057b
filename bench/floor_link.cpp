#include "bench/floor_link.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

RtpLink FloorLink::ends() {
    RtpLink out;
    out.stream = {88, 92};
    out.rate = {1'000, 400'000, 400'000};  // it is the link's cost that is measured, not what it would hold back
    return out;
}

FloorLink::FloorLink(Clock& clock) : clock_{clock}, from_{"127.0.0.1", 0, clock}, to_{"127.0.0.1", 0, clock} {
    auto link = ends();
    link.key = new_media_key(1);
    receiver_ = make_rtp_receiver(
        to_, link,
        [this](Arrival arrival) {
            const std::scoped_lock lock{mutex_};
            arrival_ = std::move(arrival);
            arrived_.notify_all();
        },
        clock_);
    link.ways = {{0, resolve("127.0.0.1", to_.port())}};
    sender_ = make_rtp_sender(from_, link, clock_);
}

Carried FloorLink::carry(AccessUnit unit) {
    sender_->send(std::move(unit));
    std::unique_lock lock{mutex_};
    if (!arrived_.wait_for(lock, std::chrono::seconds{5}, [&] { return arrival_.has_value(); }))
        throw std::runtime_error("bench floors: a picture did not come over loopback within 5 s");
    Carried out{*std::exchange(arrival_, std::nullopt)};
    while (const auto departure = sender_->take_departure()) out.departed = departure->time;
    return out;
}

}  // namespace bench
