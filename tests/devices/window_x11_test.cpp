// The window on a real X server, looked at by another of its clients.
#include "devices/window_x11.hpp"
#include "devices/sinks.hpp"
#include "fakes/processes.hpp"
#include "fakes/x_server.hpp"
#include "transport/draw.hpp"
#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>

namespace devices {
namespace {

using fakes::eventually;
using transport::SharedPixels;

constexpr transport::Color dark{20, 128, 128};
constexpr transport::Color light{200, 128, 128};

std::shared_ptr<transport::Pixels> plain(transport::Color color, int width = 640, int height = 360) {
    static transport::PixelPool pool;
    auto pixels = pool.get(transport::PixelFormat::i420, width, height);
    transport::fill(*pixels, {0, 0, width, height}, color);
    return pixels;
}

class OnX11Window : public testing::Test {
protected:
    void SetUp() override {
        if (!fakes::XServer::installed()) GTEST_SKIP() << "Xvfb is not installed";
        server.emplace();
        window.emplace(clock);
        display = XOpenDisplay(nullptr);
        ASSERT_NE(display, nullptr);
    }
    void TearDown() override {
        if (display != nullptr) XCloseDisplay(display);
    }
    /// Grey level of the screen there.
    [[nodiscard]] int level(int x, int y) const {
        auto* const image = XGetImage(display, DefaultRootWindow(display), x, y, 1, 1, AllPlanes, ZPixmap);
        const auto pixel = XGetPixel(image, 0, 0);
        XDestroyImage(image);
        return static_cast<int>(pixel & 0xff);
    }
    [[nodiscard]] Window first_window() const {
        Window root = 0;
        Window parent = 0;
        Window* all = nullptr;
        unsigned count = 0;
        XQueryTree(display, DefaultRootWindow(display), &root, &parent, &all, &count);
        const auto out = count > 0 ? all[0] : Window{0};
        XFree(all);
        return out;
    }
    void press(KeySym key) const {
        XEvent event{};
        event.xkey.type = KeyPress;
        event.xkey.display = display;
        event.xkey.window = first_window();
        event.xkey.root = DefaultRootWindow(display);
        event.xkey.same_screen = True;
        event.xkey.keycode = XKeysymToKeycode(display, key);
        XSendEvent(display, event.xkey.window, True, KeyPressMask, &event);
        XSync(display, False);
    }

    transport::SystemClock clock;
    std::optional<fakes::XServer> server;
    std::optional<X11Window> window;
    Display* display = nullptr;
};

TEST_F(OnX11Window, a_picture_stands_on_the_screen_when_present_returns) {
    window->present(plain(dark));
    EXPECT_EQ(level(320, 180), 20);
    window->present(plain(light));
    EXPECT_EQ(level(320, 180), 200);
    EXPECT_EQ(level(0, 0), 200);
    EXPECT_EQ(level(639, 359), 200);
}

TEST_F(OnX11Window, what_changes_alone_is_drawn_and_all_of_it) {
    window->present(plain(dark));
    window->present(plain(dark));  // the first one's Expose has been answered
    // Somebody scribbles over the window: what does not change stays scribbled, which tells what was drawn.
    const auto context = XCreateGC(display, first_window(), 0, nullptr);
    XSetForeground(display, context, 0x777777);
    XFillRectangle(display, first_window(), context, 0, 0, 640, 360);
    XSync(display, False);
    auto next = plain(dark);
    transport::fill(*next, {100, 50, 30, 20}, light);
    window->present(next);
    EXPECT_EQ(level(100, 50), 200);
    EXPECT_EQ(level(129, 69), 200);
    EXPECT_EQ(level(300, 200), 0x77) << "drawn without need";
    window->present(plain(dark));
    EXPECT_EQ(level(115, 60), 20);
    // Whatever got there from elsewhere does not stay, although the picture does not change there.
    for (int i = 0; i < 3; ++i) window->present(plain(dark));
    for (const int y : {5, 130, 260, 355}) EXPECT_EQ(level(600, y), 20) << y;
    XFreeGC(display, context);
}

TEST_F(OnX11Window, what_was_covered_is_drawn_again) {
    window->present(plain(light));
    const auto cover = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 200, 200, 0, 0, 0);
    XMapRaised(display, cover);
    XSync(display, False);
    window->present(plain(light));
    EXPECT_EQ(level(100, 100), 0);
    XDestroyWindow(display, cover);
    XSync(display, False);
    EXPECT_TRUE(eventually([&] {
        window->present(plain(light));
        return level(100, 100) == 200;
    }));
}

TEST_F(OnX11Window, follows_the_size_of_its_picture) {
    window->present(plain(dark, 320, 200));
    window->present(plain(light, 640, 360));
    EXPECT_EQ(level(639, 359), 200);
    window->present(plain(dark, 320, 200));
    EXPECT_EQ(level(319, 199), 20);
    EXPECT_NE(level(500, 300), 200) << "the larger picture still stands there";
}

TEST_F(OnX11Window, a_picture_stands_in_the_middle_of_a_larger_window) {
    window->present(plain(light));
    XResizeWindow(display, first_window(), 800, 400);
    XSync(display, False);
    EXPECT_TRUE(eventually([&] {
        window->present(plain(light));
        return level(85, 25) == 200 && level(719, 379) == 200 && level(10, 200) == 0 && level(790, 200) == 0;
    }));
}

TEST_F(OnX11Window, keys_freeze_and_end) {
    window->present(plain(dark));
    EXPECT_FALSE(window->take_freeze_key());
    press(XK_f);
    window->present(plain(dark));
    EXPECT_TRUE(window->take_freeze_key());
    EXPECT_FALSE(window->take_freeze_key());
    EXPECT_FALSE(window->closed());
    press(XK_Escape);
    window->present(plain(dark));
    EXPECT_TRUE(window->closed());
}

TEST_F(OnX11Window, a_window_that_somebody_destroys_is_closed) {
    window->present(plain(dark));
    XDestroyWindow(display, first_window());
    XSync(display, False);
    window->present(plain(light));
    EXPECT_TRUE(window->closed());
}

TEST_F(OnX11Window, a_server_that_goes_is_named_in_one_line) {
    window->present(plain(dark));
    XCloseDisplay(display);
    display = nullptr;
    server->end();
    try {
        for (int i = 0; i < 3; ++i) window->present(plain(light));
        ADD_FAILURE() << "it goes on without a screen";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("is gone"), std::string::npos) << error.what();
    }
    window.reset();
}

TEST_F(OnX11Window, ends_without_a_server_too) {
    window->present(plain(dark));
    XCloseDisplay(display);
    display = nullptr;
    server->end();
    window.reset();
}

TEST(X11WindowElsewhere, a_screen_of_16_bits_is_left_to_gstreamer) {
    if (!fakes::XServer::installed()) GTEST_SKIP() << "Xvfb is not installed";
    const fakes::XServer server{"640x360", 16};
    transport::SystemClock clock;
    try {
        const X11Window window{clock};
        ADD_FAILURE() << "it took a screen that it cannot draw on";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("other than 24 bits"), std::string::npos) << error.what();
    }
    transport::Options options;
    options.present = "x11";
    const auto sink = open_sink(options);
    EXPECT_EQ(sink->name(), "ximagesink");
    sink->present(plain(light));
}

}  // namespace
}  // namespace devices
