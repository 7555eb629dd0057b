// What a peer's source hands on: the image with the in-picture code of the moment when it was captured.
#pragma once

#include "transport/timecode.hpp"

namespace bench {

/// Into `to`, 4:2:0 of padded_width x padded_height of the image: the image in the left top corner (grey becomes
/// 4:2:0), black around it, the code in the strip below.
void write_coded(const transport::Pixels& image, const transport::Timecode& code, transport::Pixels& to);

/// The product's own ids: 1 ultrasound, 2 X-ray.
[[nodiscard]] transport::StreamId peer_stream(transport::Modality modality);

}  // namespace bench
