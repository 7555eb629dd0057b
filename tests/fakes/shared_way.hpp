// Several flows over one emulated link on a clock of their own: pictures as bursts of packets one way, reports the
// other.
#pragma once

#include "transport/emulator/link_model.hpp"
#include "transport/emulator/random.hpp"
#include "transport/rtp/rate_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

namespace fakes {

using transport::Microseconds;
using transport::Timestamp;

/// Where a picture's size comes from: bytes, at the rate that may be sent now (kbit/s) and the picture's time.
using PictureSize = std::function<std::size_t(int target_kbit_per_s, Timestamp now)>;

struct SourceModel {
    double frames_per_second = 30;
    Timestamp begins = transport::timestamp(0);
    transport::RateLimits limits;
    transport::Priority priority = transport::Priority::diagnostic;
    PictureSize size;            ///< empty: as much as the target allows, give or take
    double clock_drift_ppm = 0;  ///< of the receiver
    Microseconds report_every{20'000};
};

struct Flow {
    Flow(const SourceModel& model, std::uint64_t seed)
        : source{model}, estimator{model.limits, model.priority}, random{seed} {}

    struct Sent {
        transport::PacketReport report;
        Timestamp out{};  ///< at the other end, true time
    };
    struct Picture {
        Timestamp sent{};
        Timestamp complete{};  ///< its last packet that came
        std::size_t bytes = 0;
        int target = 0;
    };
    struct Wait {
        Timestamp entered{};
        Microseconds queueing{0};
        Timestamp out{};
        std::size_t bytes = 0;
    };

    SourceModel source;
    transport::RateEstimator estimator;
    transport::Random random;
    std::uint16_t sequence = 0;
    std::deque<Sent> unreported;
    std::vector<Picture> pictures;
    std::vector<Wait> waits;  ///< of packets that were delivered
    std::uint64_t bytes_sent = 0;
    std::uint64_t lost = 0;     ///< packets
    std::uint64_t skipped = 0;  ///< pictures
};

class SharedWay {
public:
    SharedWay(const transport::LinkProfile& profile, std::uint64_t seed)
        : up_{profile.up, seed, start_}, down_{profile.down, seed, start_}, seed_{seed} {}

    Flow& add(SourceModel source) {
        source.begins += start_.time_since_epoch();
        flows_.push_back(std::make_unique<Flow>(source, seed_ * 1000 + flows_.size()));
        auto& flow = *flows_.back();
        at(source.begins, [this, &flow] { send_picture(flow); });
        at(source.begins + Microseconds{7'000}, [this, &flow] { report(flow); });
        return flow;
    }
    /// From the link's start.
    void run_until(Microseconds time) {
        while (!events_.empty() && events_.top().time <= start_ + time) {
            const auto event = events_.top();
            events_.pop();
            now_ = event.time;
            event.act();
        }
    }
    [[nodiscard]] Timestamp start() const { return start_; }
    [[nodiscard]] const transport::LinkModel& up() const { return up_; }

    /// Delivered of that flow in the time from the link's start, kbit/s.
    [[nodiscard]] double delivered(const Flow& flow, Microseconds from, Microseconds to) const {
        double bytes = 0;
        for (const auto& wait : flow.waits)
            if (wait.out >= start_ + from && wait.out < start_ + to) bytes += static_cast<double>(wait.bytes);
        return bytes * 8000 / static_cast<double>((to - from).count());
    }

private:
    struct Event {
        Timestamp time;
        std::uint64_t order;
        std::function<void()> act;
        bool operator<(const Event& other) const {
            return time != other.time ? time > other.time : order > other.order;
        }
    };
    void at(Timestamp time, std::function<void()> act) { events_.push({time, order_++, std::move(act)}); }

    void send_picture(Flow& flow) {
        auto& estimator = flow.estimator;
        estimator.pass(now_);
        const int target = estimator.target_kbit_per_s();
        std::size_t bytes = 0;
        if (!estimator.room(now_)) {
            ++flow.skipped;
        } else if (flow.source.size) {
            bytes = flow.source.size(target, now_);
        } else {
            const double share = target * 125.0 / flow.source.frames_per_second;
            bytes = static_cast<std::size_t>(share * std::clamp(1 + 0.15 * flow.random.normal(), 0.5, 1.5));
        }
        if (bytes > 0) flow.pictures.push_back({now_, now_, bytes, target});
        bytes += estimator.probe_bytes(now_);
        for (std::size_t left = bytes; left > 0;) {
            const auto size = std::min<std::size_t>(left, 1200);
            left -= size;
            send_packet(flow, size);
        }
        at(now_ + Microseconds{std::llround(1e6 / flow.source.frames_per_second)},
           [this, &flow] { send_picture(flow); });
    }
    void send_packet(Flow& flow, std::size_t bytes) {
        const auto passage = up_.enter(bytes, now_);
        flow.estimator.sent(bytes, now_);
        flow.bytes_sent += bytes;
        Flow::Sent sent{{flow.sequence++, now_, bytes, std::nullopt}, {}};
        if (passage.fate == transport::Fate::delivered) {
            sent.out = passage.out;
            const double drift = 1 + flow.source.clock_drift_ppm * 1e-6;
            sent.report.arrived = transport::remote_timestamp(
                777'000'000 + std::llround(static_cast<double>(transport::microseconds(passage.out)) * drift));
            flow.waits.push_back({now_, passage.queueing, passage.out, bytes});
            auto& picture = flow.pictures.back();
            if (picture.sent == now_) picture.complete = std::max(picture.complete, passage.out);
        } else {
            ++flow.lost;
        }
        flow.unreported.push_back(sent);
    }
    /// The receiver speaks of everything up to the packet that came last.
    void report(Flow& flow) {
        at(now_ + flow.source.report_every, [this, &flow] { report(flow); });
        auto end = flow.unreported.end();
        while (end != flow.unreported.begin() && !(std::prev(end)->report.arrived && std::prev(end)->out <= now_))
            --end;
        if (end == flow.unreported.begin()) return;
        std::vector<transport::PacketReport> packets;
        for (auto sent = flow.unreported.begin(); sent != end; ++sent) packets.push_back(sent->report);
        flow.unreported.erase(flow.unreported.begin(), end);
        const auto passage = down_.enter(80 + 2 * packets.size(), now_);
        if (passage.fate != transport::Fate::delivered) return;
        at(passage.out, [this, &flow, told = std::move(packets)] { flow.estimator.feedback(told, now_); });
    }

    Timestamp start_ = transport::timestamp(5'000'000'000);
    Timestamp now_ = start_;
    transport::LinkModel up_;
    transport::LinkModel down_;
    std::uint64_t seed_;
    std::uint64_t order_ = 0;
    std::priority_queue<Event> events_;
    std::vector<std::unique_ptr<Flow>> flows_;
};

}  // namespace fakes
