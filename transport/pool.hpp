// Picture memory that is used again: a fresh allocation costs more page faults than the picture costs copying.
#pragma once

#include "transport/frame.hpp"

#include <cstddef>
#include <memory>

namespace transport {

/// Where a pool's memory comes from. Both are called from any thread; memory is aligned to 64 bytes at least.
struct PictureMemory {
    void* (*allocate)(std::size_t bytes);  ///< throws std::bad_alloc
    void (*release)(void* memory);
};
/// The process' own.
[[nodiscard]] PictureMemory ordinary_memory();

/// Hands out writable pictures; memory returns to the pool when the last holder lets go. Thread safe.
class PixelPool {
public:
    explicit PixelPool(PictureMemory memory = ordinary_memory());
    /// Planes are 64-byte aligned, strides multiples of 64 bytes; content is undefined.
    [[nodiscard]] std::shared_ptr<Pixels> get(PixelFormat format, int width, int height);

private:
    struct Shelf;
    std::shared_ptr<Shelf> shelf_;
};

}  // namespace transport
