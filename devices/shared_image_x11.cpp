#include "devices/shared_image_x11.hpp"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <stdexcept>
#include <string>

namespace devices {

namespace {

bool attach_refused = false;
int note_refusal(Display* /*display*/, XErrorEvent* /*error*/) noexcept {
    attach_refused = true;
    return 0;
}

/// A screen of another machine answers here with an error.
bool attach(Display* display, XShmSegmentInfo& segment) {
    XSync(display, False);
    attach_refused = false;
    const auto before = XSetErrorHandler(note_refusal);
    XShmAttach(display, &segment);
    XSync(display, False);
    XSetErrorHandler(before);
    return !attach_refused;
}

}  // namespace

SharedImage::SharedImage(Display* display, int width, int height) : display_{display} {
    if (XShmQueryExtension(display) == 0) throw std::runtime_error("it shares no memory");
    const int screen = DefaultScreen(display);
    image_.reset(XShmCreateImage(display, DefaultVisual(display, screen),
                                 static_cast<unsigned>(DefaultDepth(display, screen)), ZPixmap, nullptr, &segment_,
                                 static_cast<unsigned>(width), static_cast<unsigned>(height)));
    const bool known = image_ && image_->bits_per_pixel == 32 && image_->red_mask == 0xff0000 &&
                       image_->green_mask == 0xff00 && image_->blue_mask == 0xff && image_->byte_order == LSBFirst;
    if (!known) throw std::runtime_error("it has other than 24 bits of colour");
    const auto bytes = static_cast<std::size_t>(image_->bytes_per_line) * static_cast<std::size_t>(height);
    segment_.shmid = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    if (segment_.shmid < 0) throw std::runtime_error("no " + std::to_string(bytes) + " bytes of shared memory");
    auto* const at = shmat(segment_.shmid, nullptr, 0);
    const bool here = at != reinterpret_cast<void*>(-1);
    segment_.readOnly = True;
    segment_.shmaddr = here ? static_cast<char*>(at) : nullptr;
    const bool there = here && attach(display, segment_);
    shmctl(segment_.shmid, IPC_RMID, nullptr);  // it goes with its last user
    if (!there) {
        if (here) shmdt(at);
        throw std::runtime_error("it shares no memory");
    }
    image_->data = segment_.shmaddr;
}

SharedImage::~SharedImage() {
    if (display_ != nullptr) {
        XShmDetach(display_, &segment_);
        XSync(display_, False);
    }
    if (image_) image_->data = nullptr;
    shmdt(segment_.shmaddr);
}

}  // namespace devices
