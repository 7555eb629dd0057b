#include "bench/screen_x11.hpp"

#include "transport/handle.hpp"
#include "transport/pool.hpp"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/Xdamage.h>

#include <fmt/format.h>

#include <sys/ipc.h>
#include <sys/shm.h>
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

// Xlib ends the process when the server goes, and prints when it refuses something; here both are only noted.
bool server_is_lost = false;
std::string server_refused;

int note_refusal(Display* display, XErrorEvent* error) noexcept {
    char words[80] = {};
    XGetErrorText(display, error->error_code, words, sizeof words);
    server_refused = words;
    return 0;
}
int note_loss(Display* /*display*/) noexcept {
    server_is_lost = true;
    return 0;
}
void stay_alive(Display* /*display*/, void* /*unused*/) noexcept {
    server_is_lost = true;
}

void close_display(Display* display) {
    XCloseDisplay(display);
}
void destroy_image(XImage* image) {
    XDestroyImage(image);
}
using DisplayHandle = Handle<Display, close_display>;
using ImageHandle = Handle<XImage, destroy_image>;

bool intersect(const Rect& a, const Rect& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
Rect hull(const Rect& a, const Rect& b) {
    const int x = std::min(a.x, b.x);
    const int y = std::min(a.y, b.y);
    return {x, y, std::max(a.x + a.width, b.x + b.width) - x, std::max(a.y + a.height, b.y + b.height) - y};
}
long area(const Rect& rect) {
    return static_cast<long>(rect.width) * rect.height;
}

std::string title_of(Display* display, Window window) {
    XTextProperty text{};
    std::string out;
    const Atom name = XInternAtom(display, "_NET_WM_NAME", False);
    if (XGetTextProperty(display, window, &text, name) != 0 || XGetWMName(display, window, &text) != 0) {
        if (text.value != nullptr) out = reinterpret_cast<const char*>(text.value);
        XFree(text.value);
    }
    return out;
}

Window titled(Display* display, Window from, const std::string& words) {
    Window root = 0;
    Window parent = 0;
    Window* children = nullptr;
    unsigned count = 0;
    if (XQueryTree(display, from, &root, &parent, &children, &count) == 0) return 0;
    Window found = 0;
    for (unsigned i = 0; i < count && found == 0; ++i)
        found = title_of(display, children[i]).find(words) != std::string::npos ? children[i]
                                                                                : titled(display, children[i], words);
    if (children != nullptr) XFree(children);
    return found;
}

/// What a place showed when it was last looked at: most looks find the same bytes.
struct PlaceMemory {
    std::vector<char> bytes;
    std::optional<Timecode> code;
};

}  // namespace

struct X11Screen::Impl {
    Clock& clock;
    std::string asked;
    DisplayHandle display;
    Window root = 0;
    Window window = 0;  // 0: the whole screen
    Rect screen;
    XShmSegmentInfo segment{};
    PixelPool pool;
    std::vector<PlaceMemory> memory;
    std::optional<int> damage_event;  // nothing: the server does not tell
    struct Drawn {
        unsigned long serial = 0;  // of the last request that the server had carried out
        Rect where;
    };
    std::vector<Drawn> drawn;

    Impl(const std::string& display_name, const std::string& window_name, Clock& the_clock);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void find_window(const std::string& wanted);
    void share_memory();
    void ask_for_damage();
    void check(const char* what) const;
    [[nodiscard]] Rect watched_area();
    ImageHandle get(const Rect& where);
    [[nodiscard]] SharedPixels grey(const XImage& image, int x, int y, int width, int height);
    void read(const XImage& image, const Rect& image_at, const Rect& place, PlaceMemory& into);
    void take_events();
    bool look_once(const std::vector<Rect>& places, ScreenLook& out);
};

X11Screen::Impl::Impl(const std::string& display_name, const std::string& window_name, Clock& the_clock)
    : clock{the_clock}, asked{XDisplayName(display_name.empty() ? nullptr : display_name.c_str())} {
    if (asked.empty()) throw std::runtime_error("no X server: neither --display nor $DISPLAY says which");
    server_is_lost = false;
    server_refused.clear();
    XSetErrorHandler(note_refusal);
    XSetIOErrorHandler(note_loss);
    display.reset(XOpenDisplay(asked.c_str()));
    if (!display) throw std::runtime_error(fmt::format("no X server answers at '{:.80}'", asked));
    XSetIOErrorExitHandler(display.get(), stay_alive, nullptr);
    root = DefaultRootWindow(display.get());
    const int number = DefaultScreen(display.get());
    screen = {0, 0, DisplayWidth(display.get(), number), DisplayHeight(display.get(), number)};
    if (!window_name.empty()) find_window(window_name);
    share_memory();
    ask_for_damage();
    check("cannot be read");
}

X11Screen::Impl::~Impl() {
    if (!server_is_lost && segment.shmid > 0) XShmDetach(display.get(), &segment);
    if (segment.shmaddr != nullptr) shmdt(segment.shmaddr);
    if (server_is_lost) static_cast<void>(display.release());  // Xlib cannot close what is gone
}

void X11Screen::Impl::find_window(const std::string& wanted) {
    char* end = nullptr;
    const auto number = std::strtoul(wanted.c_str(), &end, 0);
    window = end != wanted.c_str() && *end == '\0' ? number : titled(display.get(), root, wanted);
    XWindowAttributes attributes{};
    if (window == 0 || XGetWindowAttributes(display.get(), window, &attributes) == 0)
        throw std::runtime_error(fmt::format("there is no window '{:.80}' on {}", wanted, asked));
}

void X11Screen::Impl::share_memory() {
    if (XShmQueryExtension(display.get()) == 0)
        throw std::runtime_error(fmt::format("{} shares no memory: the watcher must run on its machine", asked));
    const int number = DefaultScreen(display.get());
    const ImageHandle image{XShmCreateImage(
        display.get(), DefaultVisual(display.get(), number), static_cast<unsigned>(DefaultDepth(display.get(), number)),
        ZPixmap, nullptr, &segment, static_cast<unsigned>(screen.width), static_cast<unsigned>(screen.height))};
    const bool known = image && image->bits_per_pixel == 32 && image->red_mask == 0xff0000 &&
                       image->green_mask == 0xff00 && image->blue_mask == 0xff && image->byte_order == LSBFirst;
    if (!known)
        throw std::runtime_error(fmt::format("{} is no screen of 24 bits of colour, which alone are read", asked));
    const auto bytes = static_cast<std::size_t>(image->bytes_per_line) * static_cast<std::size_t>(image->height);
    segment.shmid = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    if (segment.shmid < 0) throw std::runtime_error(fmt::format("no {} bytes of shared memory", bytes));
    auto* memory_at = shmat(segment.shmid, nullptr, 0);
    segment.shmaddr = reinterpret_cast<std::intptr_t>(memory_at) == -1 ? nullptr : static_cast<char*>(memory_at);
    segment.readOnly = False;
    if (segment.shmaddr != nullptr) XShmAttach(display.get(), &segment);
    XSync(display.get(), False);
    shmctl(segment.shmid, IPC_RMID, nullptr);  // it goes with its last user
    if (segment.shmaddr == nullptr) throw std::runtime_error("shared memory cannot be attached");
    check("shares no memory");
}

void X11Screen::Impl::ask_for_damage() {
    int first = 0;
    int error = 0;
    if (XDamageQueryExtension(display.get(), &first, &error) == 0) return;
    XDamageCreate(display.get(), root, XDamageReportRawRectangles);
    XSync(display.get(), False);
    damage_event = first + XDamageNotify;
}

void X11Screen::Impl::check(const char* what) const {
    if (server_is_lost) throw std::runtime_error(fmt::format("the X server {} is gone", asked));
    if (!server_refused.empty())
        throw std::runtime_error(fmt::format("{} {}: {}", asked, what, std::exchange(server_refused, {})));
}

Rect X11Screen::Impl::watched_area() {
    if (window == 0) return screen;
    XWindowAttributes attributes{};
    int x = 0;
    int y = 0;
    Window child = 0;
    const bool there = XGetWindowAttributes(display.get(), window, &attributes) != 0 &&
                       XTranslateCoordinates(display.get(), window, root, 0, 0, &x, &y, &child) != 0;
    if (server_is_lost) check("");
    server_refused.clear();
    const int right = std::min(x + attributes.width, screen.width);
    const int bottom = std::min(y + attributes.height, screen.height);
    x = std::max(x, 0);
    y = std::max(y, 0);
    return there ? Rect{x, y, std::max(0, right - x), std::max(0, bottom - y)} : Rect{};
}

ImageHandle X11Screen::Impl::get(const Rect& where) {
    const int number = DefaultScreen(display.get());
    ImageHandle image{XShmCreateImage(
        display.get(), DefaultVisual(display.get(), number), static_cast<unsigned>(DefaultDepth(display.get(), number)),
        ZPixmap, segment.shmaddr, &segment, static_cast<unsigned>(where.width), static_cast<unsigned>(where.height))};
    if (image) XShmGetImage(display.get(), root, image.get(), where.x, where.y, AllPlanes);
    check("cannot be read");
    if (!image) throw std::runtime_error("no memory for a look");
    return image;
}

SharedPixels X11Screen::Impl::grey(const XImage& image, int x, int y, int width, int height) {
    auto out = pool.get(PixelFormat::gray8, width, height);
    for (int line = 0; line < height; ++line) {
        const auto* from = reinterpret_cast<const std::uint8_t*>(image.data) +
                           static_cast<std::ptrdiff_t>(y + line) * image.bytes_per_line + std::ptrdiff_t{4} * x;
        auto* to = out->row(0, line);
        for (int i = 0; i < width; ++i, from += 4)
            to[i] = static_cast<std::uint8_t>((29 * from[0] + 150 * from[1] + 77 * from[2]) >> 8);
    }
    return out;
}

void X11Screen::Impl::read(const XImage& image, const Rect& image_at, const Rect& place, PlaceMemory& into) {
    const auto row_bytes = static_cast<std::size_t>(place.width) * 4;
    const auto row = [&](int line) {
        return image.data + static_cast<std::ptrdiff_t>(place.y - image_at.y + line) * image.bytes_per_line +
               std::ptrdiff_t{4} * (place.x - image_at.x);
    };
    const bool known = into.bytes.size() == row_bytes * static_cast<std::size_t>(place.height);
    bool same = known;
    for (int line = 0; same && line < place.height; ++line)
        same = std::memcmp(row(line), into.bytes.data() + static_cast<std::size_t>(line) * row_bytes, row_bytes) == 0;
    if (same) return;
    into.bytes.resize(row_bytes * static_cast<std::size_t>(place.height));
    for (int line = 0; line < place.height; ++line)
        std::memcpy(into.bytes.data() + static_cast<std::size_t>(line) * row_bytes, row(line), row_bytes);
    const auto picture = grey(image, place.x - image_at.x, place.y - image_at.y, place.width, place.height);
    into.code = read_timecode(*picture, {0, 0, place.width, place.height});
}

// Those that came with the last answer. Each knows after which of our requests the server drew.
void X11Screen::Impl::take_events() {
    while (XEventsQueued(display.get(), QueuedAfterReading) > 0 && !server_is_lost) {
        XEvent event;
        XNextEvent(display.get(), &event);
        if (!damage_event || event.type != *damage_event) continue;
        const auto& damage = reinterpret_cast<const XDamageNotifyEvent&>(event);
        drawn.push_back({damage.serial, {damage.area.x, damage.area.y, damage.area.width, damage.area.height}});
    }
}

/// False when somebody drew while it looked at one place after the other.
bool X11Screen::Impl::look_once(const std::vector<Rect>& places, ScreenLook& out) {
    Rect all = places.front();
    long sum = 0;
    for (const auto& place : places) {
        all = hull(all, place);
        sum += area(place);
    }
    const bool at_once = area(all) <= 4 * sum;
    const auto first = NextRequest(display.get());
    out.before = clock.now();
    if (at_once) {
        const auto image = get(all);
        for (std::size_t i = 0; i < places.size(); ++i) read(*image, all, places[i], memory[i]);
    } else {
        for (std::size_t i = 0; i < places.size(); ++i) read(*get(places[i]), places[i], places[i], memory[i]);
    }
    const auto last = NextRequest(display.get()) - 1;
    out.after = clock.now();
    take_events();
    const auto touches = [&](const Drawn& one) {
        return std::ranges::any_of(places, [&](const Rect& place) { return intersect(place, one.where); });
    };
    bool undisturbed = true;
    for (const auto& one : drawn) {
        if (!touches(one)) continue;
        out.redrawn = out.redrawn || one.serial < last;
        if (one.serial >= first && one.serial < last) undisturbed = false;
    }
    // What was drawn after the last request is the next look's.
    std::erase_if(drawn, [&](const Drawn& one) { return one.serial < last; });
    return undisturbed;
}

X11Screen::X11Screen(const std::string& display, const std::string& window, Clock& clock)
    : impl_{std::make_unique<Impl>(display, window, clock)} {}
X11Screen::~X11Screen() = default;

std::string X11Screen::name() const {
    return impl_->asked;
}

bool X11Screen::tells_redraws() const {
    return impl_->damage_event.has_value();
}

Watched::Whole X11Screen::whole(const std::stop_token& /*stop*/) {
    const auto where = impl_->watched_area();
    if (where.empty()) return {};
    const auto image = impl_->get(where);
    return {impl_->grey(*image, 0, 0, where.width, where.height), where.x, where.y};
}

ScreenLook X11Screen::look(const std::vector<Rect>& places, const std::stop_token& /*stop*/) {
    constexpr int tries = 3;
    ScreenLook out;
    out.codes.resize(places.size());
    std::vector<Rect> visible;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& place = places[i];
        const auto& screen = impl_->screen;
        if (place.empty() || place.x < 0 || place.y < 0 || place.x + place.width > screen.width ||
            place.y + place.height > screen.height)
            continue;
        visible.push_back(place);
        which.push_back(i);
    }
    if (visible.empty()) {
        out.before = out.after = impl_->clock.now();
        return out;
    }
    impl_->memory.resize(visible.size());
    for (int i = 0; i < tries && !impl_->look_once(visible, out); ++i) {
    }
    for (std::size_t i = 0; i < which.size(); ++i) out.codes[which[i]] = impl_->memory[i].code;
    return out;
}

}  // namespace bench
