// The encoders behind make_encoder, each in its library's own file.
#pragma once

#include "transport/codec.hpp"

namespace transport {

/// libx264 itself. Throws std::runtime_error when it does not open.
[[nodiscard]] std::unique_ptr<Encoder> make_x264_encoder(const EncoderSettings& settings);
/// NVENC or VA-API through libavcodec. Throws std::runtime_error with libavcodec's own reason.
[[nodiscard]] std::unique_ptr<Encoder> make_hardware_encoder(const EncoderSettings& settings, EncoderKind kind);

}  // namespace transport
