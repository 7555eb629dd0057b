// `scialytic calibrate lag`: how much later one device shows what another has shown.
#pragma once

#include "augment/lag.hpp"
#include "devices/devices.hpp"
#include "transport/frame.hpp"

#include <string>
#include <vector>

namespace bench {

/// What is taken for the motion of a source.
enum class MotionKind : std::uint8_t { automatic, picture, centre, reflector, poses };

struct LagSide {
    std::string source;
    transport::Modality stream = transport::Modality::ultrasound;  ///< what a drawn source draws
    MotionKind by = MotionKind::automatic;
    devices::SourceSettings settings;  ///< no key has a say in them
};

struct LagCommand {
    LagSide reference;
    LagSide of{.source = {}, .stream = transport::Modality::xray};
    double seconds = 15;
    double range_ms = 500;
};

/// `arguments` after "calibrate". Throws transport::UsageError with one line.
[[nodiscard]] LagCommand read_calibrate(const std::vector<std::string>& arguments);
[[nodiscard]] std::string calibrate_help();

/// What a lag lies between, and so what follows from it.
enum class LagBetween : std::uint8_t { live_sources, recordings, time_bases };
/// What was found, for a terminal.
[[nodiscard]] std::string lag_words(const augment::Lag& lag, LagBetween what);
/// Blocks while live sources play; recordings take no longer than reading them. Prints, and returns the exit code.
/// Throws std::runtime_error with one line when a source cannot be read or the lag cannot be told.
int run_calibrate(const std::vector<std::string>& arguments);

}  // namespace bench
