#include "transport/clock.hpp"

#include <time.h>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <mutex>

namespace transport {

namespace {
/// What two clocks can have moved apart meanwhile: 100 ppm, the worst that an undisciplined quartz does.
Microseconds drifted(Microseconds meanwhile) {
    return std::chrono::abs(meanwhile) / 10'000;
}
}  // namespace

Timestamp SystemClock::now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return timestamp(static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1000);
}

bool SystemClock::wait_until(Timestamp due, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    // libstdc++'s steady_clock is CLOCK_MONOTONIC, as ours.
    const auto until = std::chrono::steady_clock::time_point{due.time_since_epoch()};
    wake.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
}

std::uint64_t boot_id() {
    static const std::uint64_t id = [] {
        std::string text;
        std::ifstream{"/proc/sys/kernel/random/boot_id"} >> text;
        return std::hash<std::string>{}(text) | 1U;
    }();
    return id;
}

void ClockOffset::exchange(Timestamp sent, RemoteTimestamp remote, Timestamp received) {
    const auto round_trip = received - sent;
    if (round_trip < Microseconds{0}) return;
    constexpr auto window = std::chrono::seconds{30};
    const auto half = round_trip / 2;
    const bool keep =
        best_ && received - best_->ours < window && best_->bound + drifted(received - best_->ours) <= half;
    if (keep) return;
    best_ = ClockReading{received, remote + (received - (sent + half)), half + Microseconds{1}};
}

void ClockOffset::same_machine() {
    same_machine_ = true;
}

std::optional<ClockReading> ClockOffset::reading() const {
    return same_machine_ ? std::nullopt : best_;
}

std::optional<Converted> ClockOffset::convert(RemoteTimestamp remote) const {
    if (same_machine_) return Converted{Timestamp{remote.time_since_epoch()}, Microseconds{0}};
    if (!best_) return std::nullopt;
    const auto since = remote - best_->theirs;
    return Converted{best_->ours + since, best_->bound + drifted(since)};
}

}  // namespace transport
