#include "transport/clock.hpp"

#include <time.h>
#include <cmath>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>

namespace transport {

namespace {

/// How long a measured rate may be relied on; afterwards it is as good as unknown.
constexpr auto rate_holds = std::chrono::minutes{10};

Microseconds rate_share(Microseconds time, double ppm) {
    return Microseconds{std::llround(static_cast<double>(time.count()) * ppm / 1e6)};
}

}  // namespace

std::string_view name(ClockBasis basis) {
    switch (basis) {
        case ClockBasis::same_machine: return "same machine";
        case ClockBasis::host_clocks: return "host clocks disciplined";
        case ClockBasis::known_asymmetry: return "exchanges, asymmetry configured";
        case ClockBasis::exchanges: return "exchanges, asymmetry unknown";
    }
    return "unknown";
}

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

void ClockOffset::same_machine() {
    same_machine_ = true;
}

void ClockOffset::learn(const ClockReading& reading, const ClockRate& rate) {
    reading_ = reading;
    rate_ = rate;
}

void ClockOffset::forget() {
    reading_.reset();
}

std::optional<ClockReading> ClockOffset::reading() const {
    return same_machine_ ? std::nullopt : reading_;
}

std::optional<Converted> ClockOffset::convert(RemoteTimestamp remote) const {
    if (same_machine_)
        return Converted{Timestamp{remote.time_since_epoch()}, Microseconds{0}, ClockBasis::same_machine};
    if (!reading_) return std::nullopt;
    const auto since = remote - reading_->theirs;
    const auto apart = std::chrono::abs(since);
    const double doubt = apart > rate_holds ? ClockRate::most_ppm + std::abs(rate_.ppm) : rate_.bound_ppm;
    return Converted{reading_->ours + since - rate_share(since, rate_.ppm), reading_->bound + rate_share(apart, doubt),
                     reading_->basis};
}

}  // namespace transport
