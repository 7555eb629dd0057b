#include "transport/rtp/repair.hpp"

#include <algorithm>
#include <cmath>

namespace transport {

namespace {

constexpr double half_forgotten_s = 3;
constexpr double rare = 0.005;  // below, a repair now and then costs less than parity always
constexpr double isolated = 2;  // mean run of lost packets
constexpr double enough = 400;  // packets that say something about a share of half a percent
constexpr Microseconds margin{5'000};

}  // namespace

void RepairPolicy::saw(const ArrivalReport& report, Timestamp now) {
    if (faded_ != Timestamp{}) {
        const auto passed = std::chrono::duration<double>(now - faded_).count();
        const auto keeps = std::exp2(-std::max(0.0, passed) / half_forgotten_s);
        packets_ *= keeps;
        lost_ *= keeps;
        runs_ *= keeps;
    }
    faded_ = now;
    for (const auto& ago : report.ago) {
        ++packets_;
        if (!ago) {
            ++lost_;
            if (!in_run_) ++runs_;
        }
        in_run_ = !ago;
    }
}

double RepairPolicy::loss() const {
    return packets_ < 1 ? 0 : lost_ / packets_;
}

double RepairPolicy::burst() const {
    return runs_ < 0.01 ? 0 : std::max(1.0, lost_ / runs_);
}

int RepairPolicy::fec_percent() const {
    if (packets_ < enough || loss() < rare) return 0;
    const bool asking_helps = round_trip_ + round_trip_ / 2 + margin <= budget_;
    if (asking_helps && burst() >= isolated) return 0;
    if (asking_helps) return loss() < 0.03 ? 20 : 30;
    // Nobody can be asked in time: as many parities as a run is long, at twenty packets a picture.
    return std::clamp(static_cast<int>(std::lround(burst() * 5 + loss() * 500)), 20, 50);
}

}  // namespace transport
