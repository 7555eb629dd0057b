// Several flows over one emulated link on a clock of their own: pictures as bursts of packets one way, reports the
// other.
#pragma once

#include "transport/emulator/link_model.hpp"
#include "transport/emulator/random.hpp"
#include "transport/rtp/rate_estimator.hpp"

#include <algorithm>
#include <cmath>
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
    Microseconds report_every{30'000};
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

/// What a run was like.
struct WayReport {
    double utilisation = 0;       ///< delivered, of what the link carried and the flow wanted at each instant
    Microseconds worst_queue{0};  ///< smallest queueing in 2 s of the link's own time, its gaps cut out: the largest
    double queued_share = 0;      ///< of those windows, above 20 ms
    Microseconds p50{0}, p99{0};  ///< from the picture's start to its last packet at the other end
};

inline WayReport judge(const SharedWay& way, const Flow& flow, Microseconds from, Microseconds to) {
    constexpr Microseconds tick{5'000};
    constexpr int ticks_in_bin = 20;
    const auto& link = way.up();
    std::vector<int> bin_of;  // of each tick: tenths of a second of the link's own time; -1 in a gap
    double possible = 0;
    int up_ticks = 0;
    for (auto time = from; time < to; time += tick) {
        const double rate = link.kbit_per_s(way.start() + time);
        possible += std::min<double>(rate, flow.source.limits.most);
        bin_of.push_back(link.in_gap(way.start() + time) ? -1 : up_ticks++ / ticks_in_bin);
    }
    WayReport report;
    report.utilisation = way.delivered(flow, from, to) / (possible / static_cast<double>(bin_of.size()));
    constexpr auto none = Microseconds::max();
    std::vector<Microseconds> least(static_cast<std::size_t>(up_ticks / ticks_in_bin + 1), none);
    for (const auto& wait : flow.waits) {
        const auto first = (wait.entered - way.start() - from) / tick;
        const auto last = (wait.entered + wait.queueing - way.start() - from) / tick;
        if (first < 0 || last >= static_cast<std::ptrdiff_t>(bin_of.size())) continue;
        if (std::any_of(bin_of.begin() + first, bin_of.begin() + last + 1, [](int bin) { return bin < 0; })) continue;
        auto& bin = least[static_cast<std::size_t>(bin_of[static_cast<std::size_t>(first)])];
        bin = std::min(bin, wait.queueing);
    }
    std::size_t windows = 0;
    std::size_t above = 0;
    for (std::size_t i = 0; i + 20 <= least.size(); ++i) {
        const auto smallest = *std::min_element(least.begin() + static_cast<std::ptrdiff_t>(i),
                                                least.begin() + static_cast<std::ptrdiff_t>(i) + 20);
        if (smallest == none) continue;
        ++windows;
        if (smallest > Microseconds{20'000}) ++above;
        if (getenv("VERB") && smallest > Microseconds{20000}) {
            double t = 0;
            for (size_t k = 0; k < bin_of.size(); ++k)
                if (bin_of[k] == (int)i) {
                    t = k * 0.005;
                    break;
                }
            printf("   at %.1f s: %.0f ms; rates", t + from.count() * 1e-6, smallest.count() / 1e3);
            for (int k = -4; k < 5; ++k)
                printf(" %.0f",
                       link.kbit_per_s(way.start() + from + Microseconds{(long)(t * 1e6)} + k * Microseconds{500000}));
            printf("\n");
        }
        report.worst_queue = std::max(report.worst_queue, smallest);
    }
    report.queued_share = windows > 0 ? static_cast<double>(above) / static_cast<double>(windows) : 0;
    std::vector<Microseconds> delays;
    for (const auto& picture : flow.pictures)
        if (picture.sent >= way.start() + from && picture.sent < way.start() + to && picture.complete > picture.sent)
            delays.push_back(picture.complete - picture.sent);
    std::sort(delays.begin(), delays.end());
    if (!delays.empty()) report.p50 = delays[delays.size() / 2], report.p99 = delays[delays.size() * 99 / 100];
    return report;
}

}  // namespace fakes
