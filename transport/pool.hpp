// Picture memory that is used again: a fresh allocation costs more page faults than the picture costs copying.
#pragma once

#include "transport/frame.hpp"

#include <memory>

namespace transport {

/// Hands out writable pictures; memory returns to the pool when the last holder lets go. Thread safe.
class PixelPool {
public:
    PixelPool();
    /// Planes are 64-byte aligned, strides multiples of 64 bytes; content is undefined.
    [[nodiscard]] std::shared_ptr<Pixels> get(PixelFormat format, int width, int height);

private:
    struct Shelf;
    std::shared_ptr<Shelf> shelf_;
};

}  // namespace transport
