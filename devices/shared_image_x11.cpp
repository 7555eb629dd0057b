#include "devices/shared_image_x11.hpp"

#include "transport/handle.hpp"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>

#include <sys/ipc.h>
#include <sys/shm.h>
#include <stdexcept>
#include <string>

namespace devices {

namespace {

void destroy_image(XImage* image) {
    XDestroyImage(image);
}

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

struct SharedImage::Impl {
    Display* display;
    XShmSegmentInfo segment{};
    transport::Handle<XImage, destroy_image> image;
};

SharedImage::SharedImage(void* xlib_display, int width, int height)
    : impl_{std::make_unique<Impl>(Impl{static_cast<Display*>(xlib_display), {}, {}})} {
    auto& [display, segment, image] = *impl_;
    if (XShmQueryExtension(display) == 0) throw std::runtime_error("it shares no memory");
    const int screen = DefaultScreen(display);
    image.reset(XShmCreateImage(display, DefaultVisual(display, screen),
                                static_cast<unsigned>(DefaultDepth(display, screen)), ZPixmap, nullptr, &segment,
                                static_cast<unsigned>(width), static_cast<unsigned>(height)));
    const bool known = image && image->bits_per_pixel == 32 && image->red_mask == 0xff0000 &&
                       image->green_mask == 0xff00 && image->blue_mask == 0xff && image->byte_order == LSBFirst;
    if (!known) throw std::runtime_error("it has other than 24 bits of colour");
    const auto bytes = static_cast<std::size_t>(image->bytes_per_line) * static_cast<std::size_t>(height);
    segment.shmid = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    if (segment.shmid < 0) throw std::runtime_error("no " + std::to_string(bytes) + " bytes of shared memory");
    auto* const at = shmat(segment.shmid, nullptr, 0);
    const bool here = reinterpret_cast<std::intptr_t>(at) != -1;
    segment.readOnly = True;
    segment.shmaddr = here ? static_cast<char*>(at) : nullptr;
    const bool there = here && attach(display, segment);
    shmctl(segment.shmid, IPC_RMID, nullptr);  // it goes with its last user
    if (!there) {
        if (here) shmdt(at);
        throw std::runtime_error("it shares no memory");
    }
    image->data = segment.shmaddr;
}

SharedImage::~SharedImage() {
    auto& [display, segment, image] = *impl_;
    if (display != nullptr) {
        XShmDetach(display, &segment);
        XSync(display, False);
    }
    image->data = nullptr;  // not Xlib's to free
    shmdt(segment.shmaddr);
}

bool SharedImage::fits(int width, int height) const {
    return impl_->image->width == width && impl_->image->height == height;
}
std::uint8_t* SharedImage::data() const {
    return reinterpret_cast<std::uint8_t*>(impl_->image->data);
}
std::ptrdiff_t SharedImage::stride() const {
    return impl_->image->bytes_per_line;
}
void SharedImage::put(const transport::Rect& part, unsigned long window, void* context, int x, int y) const {
    XShmPutImage(impl_->display, window, static_cast<GC>(context), impl_->image.get(), part.x, part.y, x, y,
                 static_cast<unsigned>(part.width), static_cast<unsigned>(part.height), False);
}
void SharedImage::abandon() {
    impl_->display = nullptr;
}

}  // namespace devices
