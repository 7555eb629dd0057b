// An encoder that gives its slices away before the picture is whole, and a decoder that takes them one by one. For
// measuring alone: the product sends whole pictures.
#pragma once

#include "transport/frame.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace bench {

struct SliceSettings {
    int width = 0;   ///< pixels, even
    int height = 0;  ///< pixels, even
    int quality = 20;
    int threads = 2;  ///< as many slices are made at once
    int slices = 2;   ///< of a picture; at least `threads`
};

/// Annex B, in order, the parameter sets with the first; valid during the call. Whichever of the encoder's threads has
/// it ready calls, one at a time.
using OnSlice = std::function<void(std::span<const std::byte> slice, bool last)>;

class SlicedEncoder {
public:
    virtual ~SlicedEncoder() = default;
    /// Hands out each slice as soon as it and those before it are made; returns after the last. Throws
    /// std::runtime_error when the encoder fails.
    virtual void encode(const transport::SharedPixels& picture, const OnSlice& on_slice) = 0;
};

class SlicedDecoder {
public:
    virtual ~SlicedDecoder() = default;
    /// Some slices of a picture in order, padded by nothing. The picture comes back with its last slice; null before.
    /// Throws std::runtime_error when the decoder refuses them.
    virtual transport::SharedPixels decode(std::span<const std::byte> slices) = 0;
};

/// libx264 with the product's own parameters but for the slices. Throws std::runtime_error when it does not open.
[[nodiscard]] std::unique_ptr<SlicedEncoder> make_sliced_encoder(const SliceSettings& settings);
/// libavcodec's H.264 in chunks. Throws std::runtime_error when it does not open.
[[nodiscard]] std::unique_ptr<SlicedDecoder> make_sliced_decoder(int threads);

}  // namespace bench
