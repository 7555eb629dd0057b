#include "render/state_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace render {

namespace {

std::string_view fusion_state(const FusionVerdict& fusion) {
    if (!fusion.both) return "ONE SOURCE";
    if (fusion.trusted) return "SYNCED";
    return fusion.synced ? "NOT FUSED" : "UNSYNCED";
}

}  // namespace

std::string_view logged_name(State state) {
    switch (state) {
        case State::stale: return "STALE";
        case State::lost: return "LOST";
        default: return name(state);
    }
}

StateLog::StateLog(const std::optional<std::filesystem::path>& folder, transport::Timestamp start) : start_{start} {
    if (!folder) return;
    const auto path = (*folder / "states.csv").string();
    file_.reset(std::fopen(path.c_str(), "w"));
    if (!file_ || std::fputs("time_us,clock_us,modality,state,why\n", file_.get()) < 0 || std::fflush(file_.get()) != 0)
        throw std::runtime_error(
            fmt::format("report: cannot write {}: {}", path, std::generic_category().message(errno)));
}

void StateLog::shown(const States& states, transport::Timestamp now) {
    for (std::size_t i = 0; i < last_.size(); ++i) {
        const auto& verdict = states.modality[i];
        if (verdict.state == last_[i]) continue;
        last_[i] = verdict.state;
        change(now, transport::name(static_cast<transport::Modality>(i)), logged_name(verdict.state), verdict.why);
    }
    const auto fusion = fusion_state(states.fusion);
    if (fusion != last_fusion_) change(now, "fusion", fusion, states.fusion.why);
    last_fusion_ = fusion;
    const auto registration = states.fusion.both ? name(states.fusion.registration) : std::string_view{};
    if (registration != last_registration_ && states.fusion.both)
        change(now, "registration", registration, "of the probe in the X-ray");
    last_registration_ = registration;
}

void StateLog::tell(transport::MetricsPage& page) const {
    constexpr std::array all{State::live, State::late, State::still, State::xray_off, State::stale, State::lost};
    std::array<std::string_view, all.size()> names;
    std::ranges::transform(all, names.begin(), logged_name);
    for (std::size_t i = 0; i < last_.size(); ++i)
        page.add_one_of(transport::Metric::state, {{"modality", transport::name(static_cast<transport::Modality>(i))}},
                        "state", names, logged_name(last_[i]));
}

void StateLog::change(transport::Timestamp now, std::string_view who, std::string_view state, std::string_view why) {
    if (!file_) return;
    const auto row =
        fmt::format("{},{},{},{},{}\n", (now - start_).count(), transport::microseconds(now), who, state, why);
    if (std::fputs(row.c_str(), file_.get()) >= 0 && std::fflush(file_.get()) == 0) return;
    fmt::print(stderr, "report: cannot write states.csv: {}\n", std::generic_category().message(errno));
    file_.reset();
}

}  // namespace render
