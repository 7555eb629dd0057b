// The one list of panels.
#pragma once

#include "render/sink.hpp"
#include "transport/options.hpp"

#include <memory>

namespace devices {

/// By options.present; `auto` takes what there is and is headless where no screen answers.
/// Throws std::runtime_error with one line when a panel that was asked for cannot be had.
[[nodiscard]] std::unique_ptr<render::Sink> open_sink(const transport::Options& options);

}  // namespace devices
