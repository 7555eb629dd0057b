// Pixels that the X server reads out of this process's memory.
#pragma once

#include "transport/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace devices {

/// B, G, R and a byte that nobody reads, in the order of the rows.
class SharedImage {
public:
    /// `display` is Xlib's. Throws std::runtime_error when its screen has other than 24 bits of colour in 32, or shares
    /// no memory with us.
    SharedImage(void* display, int width, int height);
    ~SharedImage();
    SharedImage(SharedImage&&) = delete;

    [[nodiscard]] bool fits(int width, int height) const;
    [[nodiscard]] std::uint8_t* data() const;
    [[nodiscard]] std::ptrdiff_t stride() const;
    /// Asks the server to copy that part to (x, y) of Xlib's window, with Xlib's graphics context.
    void put(const transport::Rect& part, unsigned long window, void* context, int x, int y) const;
    /// The connection is gone: the server is told nothing more.
    void abandon();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace devices
