#include "transport/host_clock.hpp"

#include <fmt/format.h>

#include <sys/timex.h>
#include <time.h>
#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace transport {

namespace {

// As /proc/PID/comm has them, which is cut to 15 letters; phc2sys first, for ptp4l alone moves a network card's clock.
constexpr std::array<std::string_view, 5> known_daemons{"phc2sys", "ptp4l", "chronyd", "ntpd", "systemd-timesyn"};

Microseconds microseconds_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return Microseconds{static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1000};
}

double in_ms(Microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

}  // namespace

std::optional<HostClock> read_host_clock() {
    timex kernel{};
    const int state = adjtimex(&kernel);
    if (state < 0) return std::nullopt;
    HostClock clock;
    clock.synchronised = state != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0;
    clock.most_error = Microseconds{kernel.maxerror};
    clock.likely_error = Microseconds{kernel.esterror};
    const auto before = microseconds_of(CLOCK_MONOTONIC);
    const auto day = microseconds_of(CLOCK_REALTIME);
    const auto after = microseconds_of(CLOCK_MONOTONIC);
    clock.ahead = day - before - (after - before) / 2;
    clock.reading_bound = (after - before) / 2 + Microseconds{1};
    return clock;
}

bool tells_its_bound(const HostClock& clock) {
    // timesyncd sets both to zero. phc2sys sets maxerror alone, and esterror stays at the kernel's first word: 16 s.
    return clock.synchronised && clock.likely_error > Microseconds{0} && clock.likely_error <= clock.most_error;
}

std::optional<HostTime> host_time(const HostClock& clock, Microseconds vouched) {
    if (!clock.synchronised) return std::nullopt;
    const auto bound = vouched > Microseconds{0} ? vouched : clock.most_error;
    if (vouched <= Microseconds{0} && !tells_its_bound(clock)) return std::nullopt;
    if (bound.count() > TwoClocks::most_bound_us) return std::nullopt;
    return HostTime{clock.ahead, bound + clock.reading_bound};
}

std::vector<std::string> clock_daemons(const std::filesystem::path& proc) {
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry{proc, error}, end; !error && entry != end; entry.increment(error)) {
        const auto name = entry->path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::string program;
        std::getline(std::ifstream{entry->path() / "comm"}, program);
        const bool known = std::ranges::find(known_daemons, program) != known_daemons.end();
        if (program == "systemd-timesyn") program += "cd";
        if (known && std::ranges::find(found, program) == found.end()) found.push_back(program);
    }
    std::ranges::sort(found);
    return found;
}

std::string describe(const std::optional<HostClock>& clock, const std::vector<std::string>& daemons) {
    if (!clock) return "the kernel does not tell (adjtimex)";
    const auto by =
        daemons.empty() ? std::string{"by no daemon seen from here"} : fmt::format("by {}", fmt::join(daemons, ", "));
    if (!clock->synchronised)
        return fmt::format("not disciplined ({}): bounds come from exchanges, half of the smallest round trip", by);
    if (tells_its_bound(*clock))
        return fmt::format("disciplined {}, within {:.3f} ms of true time", by, in_ms(clock->most_error));
    return fmt::format("disciplined {}, which tells the kernel no bound: vouch for one with --host-clock-bound-us", by);
}

ClockSettings clock_settings(const Options& options) {
    const Microseconds vouched{options.host_clock_bound_us};
    return {Microseconds{options.clock_asymmetry_us}, [vouched]() -> std::optional<HostTime> {
                const auto clock = read_host_clock();
                return clock ? host_time(*clock, vouched) : std::nullopt;
            }};
}

}  // namespace transport
