#include "devices/window_x11.hpp"

#include "devices/bgrx.hpp"
#include "devices/changes.hpp"
#include "devices/shared_image_x11.hpp"
#include "transport/handle.hpp"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace devices {

using namespace transport;

namespace {

constexpr const char* title = "Scialytic";

void close_display(Display* display) {
    XCloseDisplay(display);
}

// Xlib ends the process when the server goes or refuses something, unless it is told otherwise; then its calls return.
void note_loss(Display* /*display*/, void* lost) noexcept {
    *static_cast<bool*>(lost) = true;
}
int be_silent(Display* /*display*/) noexcept {
    return 0;
}
std::atomic<int> refused{0};  ///< Xlib's code; it knows one handler for all connections
int note_refusal(Display* /*display*/, XErrorEvent* error) noexcept {
    refused = error->error_code;
    return 0;
}

std::string asked_for() {
    return XDisplayName(nullptr);
}

Display* open_display() {
    auto* const display = XOpenDisplay(nullptr);
    if (display == nullptr) throw std::runtime_error("X11: no server answers at '" + asked_for() + "'");
    return display;
}

/// Bands one below the other that begin and end near each other are drawn with one request.
std::vector<Rect> joined(const std::vector<Rect>& bands) {
    constexpr int near = 64;
    std::vector<Rect> out;
    for (const auto& band : bands) {
        const auto right = band.x + band.width;
        if (!out.empty()) {
            auto& last = out.back();
            const auto last_right = last.x + last.width;
            const bool below = last.y + last.height == band.y;
            if (below && std::abs(last.x - band.x) <= near && std::abs(last_right - right) <= near) {
                last = {std::min(last.x, band.x), last.y, 0, last.height + band.height};
                last.width = std::max(last_right, right) - last.x;
                continue;
            }
        }
        out.push_back(band);
    }
    return out;
}

}  // namespace

struct X11Window::Impl {
    transport::Clock& clock;
    bool lost = false;
    Handle<Display, close_display> display{open_display()};
    Window window = 0;
    GC context = nullptr;
    Atom delete_window = 0;
    std::optional<SharedImage> image;
    SharedPixels shown;  ///< null: all must be drawn
    int width = 0;       ///< of the window
    int height = 0;
    unsigned drawn = 0;       ///< pictures
    std::vector<Rect> bands;  ///< scratch
    std::atomic<bool> freeze_key{false};
    std::atomic<bool> end_key{false};

    explicit Impl(Clock& the_clock) : clock{the_clock} {
        XSetErrorHandler(note_refusal);
        XSetIOErrorHandler(be_silent);
        XSetIOErrorExitHandler(display.get(), note_loss, &lost);
        SharedImage{display.get(), 1, 1};  // throws where this screen is not for us
    }
    ~Impl() {
        if (lost && image) image->abandon();
        image.reset();                                   // may be the first to notice that the server is gone
        if (lost) static_cast<void>(display.release());  // Xlib cannot close that
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void open(const Pixels& picture);
    void resize(const Pixels& picture);
    void take_events();
    void take(XEvent& event);
    void draw(const SharedPixels& picture);
    void draw_rows(const Pixels& picture, int from, int to, bool whole);
    void check();
};

void X11Window::Impl::open(const Pixels& picture) {
    width = picture.width;
    height = picture.height;
    auto* const server = display.get();
    const int screen = DefaultScreen(server);
    window =
        XCreateSimpleWindow(server, RootWindow(server, screen), 0, 0, static_cast<unsigned>(width),
                            static_cast<unsigned>(height), 0, BlackPixel(server, screen), BlackPixel(server, screen));
    XStoreName(server, window, title);
    delete_window = XInternAtom(server, "WM_DELETE_WINDOW", False);
    XSetWMProtocols(server, window, &delete_window, 1);
    XSelectInput(server, window, KeyPressMask | ExposureMask | StructureNotifyMask);
    context = XCreateGC(server, window, 0, nullptr);
    // Where a window manager takes its time, what is drawn meanwhile is lost, and an Expose asks for all of it.
    XMapRaised(server, window);
}

void X11Window::Impl::resize(const Pixels& picture) {
    image.reset();
    image.emplace(display.get(), picture.width, picture.height);
    shown.reset();
    if (window == 0) {
        open(picture);
        return;
    }
    width = picture.width;
    height = picture.height;
    XResizeWindow(display.get(), window, static_cast<unsigned>(width), static_cast<unsigned>(height));
    XClearWindow(display.get(), window);
}

void X11Window::Impl::take(XEvent& event) {
    switch (event.type) {
        case KeyPress: {
            const auto key = XLookupKeysym(&event.xkey, 0);
            if (key == XK_f || key == XK_space) freeze_key = true;
            if (key == XK_q || key == XK_Escape) end_key = true;
            break;
        }
        case ClientMessage:
            if (static_cast<Atom>(event.xclient.data.l[0]) == delete_window) end_key = true;
            break;
        case ConfigureNotify:
            if (event.xconfigure.width == width && event.xconfigure.height == height) break;
            width = event.xconfigure.width;
            height = event.xconfigure.height;
            XClearWindow(display.get(), window);
            shown.reset();
            break;
        case DestroyNotify: end_key = true; break;
        case Expose: shown.reset(); break;
        default: break;
    }
}

void X11Window::Impl::take_events() {
    while (!lost && XPending(display.get()) > 0) {
        XEvent event;
        XNextEvent(display.get(), &event);
        take(event);
    }
}

/// A part is drawn by the server while the next is looked at here. From the top down: the in-picture codes, below the
/// picture, are seen when all of it is there. One part after the other, picture by picture, is drawn whether it has
/// changed or not: whatever got onto the window from elsewhere does not stay.
void X11Window::Impl::draw(const SharedPixels& picture) {
    constexpr int part = 8 * change_band;
    const int parts = (picture->height + part - 1) / part;
    const int whole = part * static_cast<int>(drawn++ % static_cast<unsigned>(parts));
    for (int y = 0; y < picture->height; y += part) {
        draw_rows(*picture, y, std::min(y + part, picture->height), y == whole);
        XFlush(display.get());
    }
    XSync(display.get(), False);
    shown = picture;
}

void X11Window::Impl::draw_rows(const Pixels& picture, int from, int to, bool whole) {
    bands.clear();
    for (int y = from; y < to; y += change_band) {
        const auto band =
            shown && !whole ? changed(*shown, picture, y) : Rect{0, y, picture.width, std::min(change_band, to - y)};
        if (band.empty()) continue;
        to_bgrx(picture, band, image->data(), image->stride());
        bands.push_back(band);
    }
    const int left = (width - picture.width) / 2;
    const int top = (height - picture.height) / 2;
    for (const auto& rect : joined(bands)) image->put(rect, window, context, left + rect.x, top + rect.y);
}

/// A window that somebody took away is one that was closed.
void X11Window::Impl::check() {
    if (lost) throw std::runtime_error("X11: the server at '" + asked_for() + "' is gone");
    const int code = refused.exchange(0);
    if (code == 0) return;
    take_events();
    if (end_key) return;
    char words[80] = {};
    XGetErrorText(display.get(), code, words, sizeof words);
    throw std::runtime_error("X11: the server at '" + asked_for() + "' refuses the picture: " + words);
}

X11Window::X11Window(Clock& clock) try : impl_{std::make_unique<Impl>(clock)} {
} catch (const std::exception& error) {
    const std::string words = error.what();
    throw std::runtime_error(words.starts_with("X11") ? words : "X11: '" + asked_for() + "': " + words);
}
X11Window::~X11Window() = default;

render::Presentation X11Window::present(const SharedPixels& picture) {
    impl_->take_events();
    if (!impl_->end_key) {
        if (!impl_->image || !impl_->image->fits(picture->width, picture->height)) impl_->resize(*picture);
        impl_->draw(picture);
    }
    impl_->check();
    return {impl_->clock.now(), false};
}

std::string X11Window::name() const {
    return "X11";
}
bool X11Window::take_freeze_key() {
    return impl_->freeze_key.exchange(false);
}
bool X11Window::closed() const {
    return impl_->end_key;
}

}  // namespace devices
