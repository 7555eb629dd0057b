// GStreamer's buffers as our pixels.
#pragma once

#include "devices/mask.hpp"
#include "transport/frame.hpp"
#include "transport/pool.hpp"

struct _GstSample;

namespace devices {

class GstPixels {
public:
    explicit GstPixels(Mask mask) : mask_{std::move(mask)} {}

    /// Takes over the sample (I420 or GRAY8); null when it cannot be read. No copy, the buffer stays mapped for as long
    /// as anybody holds the pixels; only masks, and `studio_range` (16 to 235) video, have to be written anew.
    /// An odd last column or row is not looked at.
    [[nodiscard]] transport::SharedPixels take(_GstSample* sample, bool studio_range);

private:
    transport::SharedPixels copy(const transport::Pixels& source, bool studio_range);

    Mask mask_;
    transport::PixelPool pool_;
};

}  // namespace devices
