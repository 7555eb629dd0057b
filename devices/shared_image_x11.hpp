// Pixels that the X server reads out of this process's memory.
#pragma once

#include "transport/handle.hpp"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>

#include <cstddef>
#include <cstdint>

namespace devices {

inline void destroy_image(XImage* image) {
    XDestroyImage(image);
}

/// B, G, R and a byte that nobody reads, in the order of the rows.
class SharedImage {
public:
    /// Throws std::runtime_error when the screen has other than 24 bits of colour in 32, or shares no memory with us.
    SharedImage(Display* display, int width, int height);
    ~SharedImage();
    SharedImage(const SharedImage&) = delete;
    SharedImage& operator=(const SharedImage&) = delete;

    [[nodiscard]] XImage* image() const { return image_.get(); }
    [[nodiscard]] std::uint8_t* data() const { return reinterpret_cast<std::uint8_t*>(image_->data); }
    [[nodiscard]] std::ptrdiff_t stride() const { return image_->bytes_per_line; }
    /// The connection is gone: the server is told nothing more.
    void abandon() { display_ = nullptr; }

private:
    Display* display_;
    XShmSegmentInfo segment_{};
    transport::Handle<XImage, destroy_image> image_;
};

}  // namespace devices
