// The one list of panels.
#pragma once

#include "render/sink.hpp"
#include "transport/options.hpp"

#include <memory>

namespace devices {

/// By options.present; throws std::runtime_error with one line when that panel cannot be had.
[[nodiscard]] std::unique_ptr<render::Sink> open_sink(const transport::Options& options);

}  // namespace devices
