// `scialytic control`: words of a shell into a Control.
#pragma once

#include "transport/bus.hpp"

#include <string>
#include <vector>

namespace transport {

/// One command and whom it goes to.
struct ControlCommand {
    std::string server = "127.0.0.1";
    int bus_port = 5570;
    std::string node{};  ///< empty: any name that is free, which only a server without keys lets in
    BusSecurity security{};
    Control control;
};

/// `arguments` after "control": [--server A] [--bus-port N] [--keys DIR] [--node NAME] [--secure B] COMMAND. After
/// `--`, words may begin with dashes. Throws UsageError with one line naming the word and what is allowed. `--help` is
/// the caller's.
[[nodiscard]] ControlCommand read_control(const std::vector<std::string>& arguments);
[[nodiscard]] std::string control_help();

}  // namespace transport
