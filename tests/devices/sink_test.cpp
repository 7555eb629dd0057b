#include "devices/gst_sink.hpp"
#include "devices/image_sink.hpp"
#include "devices/sinks.hpp"
#include "devices/window_x11.hpp"
#include "fakes/processes.hpp"
#include "fakes/stepped_clock.hpp"
#include "render/watchdog.hpp"
#include "transport/draw.hpp"
#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace devices {
namespace {

using namespace std::chrono_literals;
using fakes::Child;
using fakes::eventually;
using transport::Color;
using transport::SharedPixels;

constexpr int width = 640;
constexpr int height = 360;

SharedPixels picture(Color color, int wide = width) {
    static transport::PixelPool pool;
    auto pixels = pool.get(transport::PixelFormat::i420, wide, height);
    transport::fill(*pixels, {0, 0, wide, height}, color);
    return pixels;
}

std::string content(const std::filesystem::path& path) {
    std::ostringstream all;
    all << std::ifstream{path, std::ios::binary}.rdbuf();
    return all.str();
}

// A folder that goes with the test.
struct Folder {
    std::filesystem::path path;
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "sinkXXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
};

bool is_png(const std::string& bytes) {
    return bytes.starts_with("\x89PNG") && bytes.find("IEND") != std::string::npos;
}

TEST(ImageSink, writes_the_first_picture_at_once_and_the_newest_at_the_end) {
    const Folder folder;
    fakes::SteppedClock clock;
    const auto png = folder.path / "panel.png";
    std::string first;
    {
        ImageSink sink{{.folder = folder.path}, clock};
        sink.present(picture({60, 128, 128}));
        ASSERT_TRUE(eventually([&] { return is_png(content(png)); }));
        first = content(png);
        clock.advance(10ms);
        sink.present(picture({200, 128, 128}));
    }
    EXPECT_TRUE(is_png(content(png)));
    EXPECT_NE(content(png), first);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder.path}, {}), 1) << "something was left behind";
}

TEST(ImageSink, writes_again_after_a_second) {
    const Folder folder;
    fakes::SteppedClock clock;
    const auto png = folder.path / "panel.png";
    ImageSink sink{{.folder = folder.path}, clock};
    sink.present(picture({60, 128, 128}));
    ASSERT_TRUE(eventually([&] { return is_png(content(png)); }));
    const auto first = content(png);
    clock.advance(1s);
    sink.present(picture({200, 128, 128}));
    EXPECT_TRUE(eventually([&] { return content(png) != first; }));
}

TEST(ImageSink, presents_at_the_instant_it_is_given_the_picture) {
    fakes::SteppedClock clock;
    ImageSink sink{{}, clock};
    clock.advance(123us);
    const auto presentation = sink.present(picture({60, 128, 128}));
    EXPECT_EQ(presentation.time, clock.now());
    EXPECT_FALSE(presentation.at_vertical_blank);
    EXPECT_EQ(sink.name(), "headless");
}

TEST(ImageSink, records_every_picture_as_full_range_y4m) {
    const Folder folder;
    fakes::SteppedClock clock;
    {
        ImageSink sink{{.folder = folder.path, .y4m = true, .frames_per_second = 29.97}, clock};
        for (int i = 0; i < 12; ++i) sink.present(picture({static_cast<std::uint8_t>(10 * i), 90, 200}));
    }
    const auto bytes = content(folder.path / "panel.y4m");
    const std::string header = "YUV4MPEG2 W640 H360 F29970:1000 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n";
    ASSERT_TRUE(bytes.starts_with(header));
    constexpr std::size_t frame = 6 + width * height * 3 / 2;
    ASSERT_EQ(bytes.size(), header.size() + 12 * frame);
    for (std::size_t i = 0; i < 12; ++i) {
        const auto at = header.size() + i * frame;
        EXPECT_EQ(bytes.substr(at, 6), "FRAME\n");
        EXPECT_EQ(static_cast<unsigned char>(bytes[at + 6]), 10 * i);
        EXPECT_EQ(static_cast<unsigned char>(bytes[at + 6 + width * height]), 90);
    }
}

TEST(ImageSink, counts_pictures_of_another_size_out_of_the_recording) {
    const Folder folder;
    fakes::SteppedClock clock;
    ImageSink sink{{.folder = folder.path, .y4m = true}, clock};
    sink.present(picture({10, 128, 128}));
    sink.present(picture({10, 128, 128}, 320));
    EXPECT_TRUE(eventually([&] { return sink.lost() == 1; }));
}

TEST(ImageSink, goes_on_when_the_disk_is_full) {
    const Folder folder;
    std::filesystem::create_symlink("/dev/full", folder.path / "panel.y4m");
    fakes::SteppedClock clock;
    ImageSink sink{{.folder = folder.path, .y4m = true}, clock};
    testing::internal::CaptureStderr();
    for (int i = 0; i < 5; ++i) {
        sink.present(picture({10, 128, 128}));
        EXPECT_TRUE(eventually([&] { return sink.lost() == static_cast<std::uint64_t>(i) + 1; }));
    }
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find("No space left on device"), said.npos) << said;
}

TEST(ImageSink, goes_on_when_the_picture_cannot_be_replaced) {
    const Folder folder;
    std::filesystem::create_directories(folder.path / "panel.png" / "in the way");
    fakes::SteppedClock clock;
    ImageSink sink{{.folder = folder.path}, clock};
    sink.present(picture({10, 128, 128}));
    EXPECT_TRUE(eventually([&] { return sink.lost() == 1; }));
}

TEST(ImageSink, refuses_a_folder_that_it_cannot_write_to_and_names_it) {
    const Folder folder;
    const auto file = folder.path / "not a folder";
    std::ofstream{file} << "x";
    fakes::SteppedClock clock;
    for (const auto& wrong : {file, file / "below"}) {
        try {
            ImageSink sink{{.folder = wrong}, clock};
            ADD_FAILURE() << wrong << " was accepted";
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string{error.what()}.find(wrong.string()), std::string::npos) << error.what();
        }
    }
}

TEST(ImageSink, is_covered_while_the_display_is_stopped) {
    const Folder folder;
    const auto png = folder.path / "panel.png";
    transport::Options options;
    options.out = folder.path;
    options.headless = true;
    options.present = "headless";
    options.watchdog_ms = 150;
    const Child display{[&] {
        auto watchdog = render::Watchdog::start(options, [&] { return open_sink(options); });
        const auto sink = open_sink(options);
        transport::SystemClock clock;
        for (;;) {
            sink->present(picture({90, 128, 128}));
            watchdog.beat();
            clock.wait_until(clock.now() + 10ms, {});
        }
    }};
    ASSERT_TRUE(eventually([&] { return is_png(content(png)); }));
    const auto live = content(png);
    display.stop();
    ASSERT_TRUE(eventually([&] { return content(png) != live; }));
    EXPECT_TRUE(is_png(content(png)));
    display.go_on();
    EXPECT_TRUE(eventually([&] { return content(png) == live; }));
}

TEST(OpenSink, says_that_a_window_needs_a_screen) {
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY"}) unsetenv(variable);
    transport::Options options;
    options.present = "window";
    EXPECT_THROW((void)open_sink(options), std::runtime_error);
    options.present = "headless";
    EXPECT_EQ(open_sink(options)->name(), "headless");
}

TEST(OpenSink, names_the_panel_that_does_not_start) {
    setenv("DISPLAY", ":4711", 1);
    transport::Options options;
    options.present = "x11";
    try {
        (void)open_sink(options);
        ADD_FAILURE() << "a window was opened on a screen that is not there";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("ximagesink"), std::string::npos) << error.what();
    }
    options.present = "auto";
    EXPECT_EQ(open_sink(options)->name(), "headless");
    unsetenv("DISPLAY");
}

bool on_path(const char* program) {
    return std::system((std::string{"command -v "} + program + " >/dev/null").c_str()) == 0;
}

// An X server without a screen, for one test.
class XServer {
public:
    XServer() {
        int ends[2];
        if (pipe(ends) != 0) return;
        server_ = fork();
        if (server_ == 0) {
            const auto answer_to = std::to_string(ends[1]);
            if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
            // A server that starts over whenever its last client leaves turns away who comes meanwhile.
            execlp("Xvfb", "Xvfb", "-displayfd", answer_to.c_str(), "-screen", "0", "640x360x24", "-nolisten", "tcp",
                   "-noreset", nullptr);
            _exit(1);
        }
        close(ends[1]);
        char number[16] = {};
        const auto length = read(ends[0], number, sizeof number - 1);
        close(ends[0]);
        if (length > 0) setenv("DISPLAY", (":" + std::to_string(std::atoi(number))).c_str(), 1);
        unsetenv("WAYLAND_DISPLAY");
    }
    ~XServer() {
        kill(server_, SIGTERM);
        waitpid(server_, nullptr, 0);
        unsetenv("DISPLAY");
    }
    XServer(const XServer&) = delete;
    XServer& operator=(const XServer&) = delete;

    struct Rgb {
        int red = -1, green = -1, blue = -1;
        bool operator==(const Rgb&) const = default;
        [[nodiscard]] bool near(const Rgb& other) const {
            return std::abs(red - other.red) <= 3 && std::abs(green - other.green) <= 3 &&
                   std::abs(blue - other.blue) <= 3;
        }
    };
    /// What a person would see at that point.
    [[nodiscard]] Rgb seen_at(int x, int y) const {
        const Folder folder;
        const auto shot = folder.path / "shot.ppm";
        if (std::system(("import -silent -window root -depth 8 " + shot.string() + " 2>/dev/null").c_str()) != 0)
            return {};
        std::ifstream file{shot, std::ios::binary};
        std::string magic;
        int wide = 0, high = 0, most = 0;
        file >> magic >> wide >> high >> most;
        file.get();
        if (magic != "P6" || wide != 640 || high != 360) return {};
        file.seekg(3L * (y * wide + x), std::ios::cur);
        const int red = file.get(), green = file.get(), blue = file.get();
        return {red, green, blue};
    }

private:
    pid_t server_ = -1;
};

using MakeSink = std::unique_ptr<render::Sink> (*)(transport::Clock&);
class OnX11Screen : public testing::Test {
protected:
    void SetUp() override {
        if (!on_path("Xvfb") || !on_path("import")) GTEST_SKIP() << "Xvfb or import (imagemagick) is not installed";
        server.emplace();
    }
    std::optional<XServer> server;
    transport::SystemClock clock;
};
class OnX11 : public OnX11Screen, public testing::WithParamInterface<std::pair<const char*, MakeSink>> {
protected:
    std::unique_ptr<render::Sink> sink() { return GetParam().second(clock); }
};
INSTANTIATE_TEST_SUITE_P(
    By, OnX11,
    testing::Values(std::pair{"X11Window", MakeSink{[](transport::Clock& clock) -> std::unique_ptr<render::Sink> {
                                  return std::make_unique<X11Window>(clock);
                              }}},
                    std::pair{"GstSink", MakeSink{[](transport::Clock& clock) -> std::unique_ptr<render::Sink> {
                                  return std::make_unique<GstSink>(Screen::x11, clock);
                              }}}),
    [](const auto& one) { return std::string{one.param.first}; });

TEST_P(OnX11, greys_and_colours_are_shown_as_they_are) {
    const auto panel = sink();
    for (const auto& [color, expected] : {std::pair{transport::rgb(0, 0, 0), XServer::Rgb{0, 0, 0}},
                                          std::pair{transport::rgb(10, 10, 10), XServer::Rgb{10, 10, 10}},
                                          std::pair{transport::rgb(250, 250, 250), XServer::Rgb{250, 250, 250}},
                                          std::pair{transport::rgb(220, 30, 40), XServer::Rgb{220, 30, 40}},
                                          std::pair{transport::rgb(20, 120, 230), XServer::Rgb{20, 120, 230}}}) {
        panel->present(picture(color));
        XServer::Rgb seen;
        EXPECT_TRUE(eventually([&, &wanted = expected] { return (seen = server->seen_at(320, 180)).near(wanted); }, 5s))
            << seen.red << ' ' << seen.green << ' ' << seen.blue << " instead of " << expected.red << ' '
            << expected.green << ' ' << expected.blue;
    }
    EXPECT_FALSE(panel->closed());
    EXPECT_FALSE(panel->take_freeze_key());
}

TEST_P(OnX11, a_picture_is_let_go_when_the_next_one_is_there) {
    const auto panel = sink();
    std::weak_ptr<const transport::Pixels> first;
    {
        const auto shown = picture({90, 128, 128});
        first = shown;
        const auto before = clock.now();
        const auto presentation = panel->present(shown);
        EXPECT_GE(presentation.time, before);
        EXPECT_LE(presentation.time, clock.now());
    }
    panel->present(picture({120, 128, 128}));
    EXPECT_TRUE(first.expired()) << "the sink queues pictures";
}

TEST_P(OnX11, a_picture_of_another_size_is_shown_whole) {
    const auto panel = sink();
    panel->present(picture({90, 128, 128}, 320));
    panel->present(picture(transport::rgb(220, 30, 40)));
    EXPECT_TRUE(eventually(
        [&] {
            return server->seen_at(600, 180).near({220, 30, 40});
        },
        5s))
        << "the window keeps the size of its first picture";
    EXPECT_FALSE(panel->closed());
}

TEST_F(OnX11Screen, a_stopped_display_is_covered_by_another_window) {
    transport::Options options;
    options.present = "x11";
    options.canvas_width = width;
    options.canvas_height = height;
    options.watchdog_ms = 200;
    const XServer::Rgb bright{240, 240, 240};
    const Child display{[&] {
        auto watchdog = render::Watchdog::start(options, [&] { return open_sink(options); });
        const auto panel = open_sink(options);
        for (;;) {
            panel->present(picture(transport::rgb(240, 240, 240)));
            watchdog.beat();
            clock.wait_until(clock.now() + 20ms, {});
        }
    }};
    const auto bright_at_corner = [&] { return server->seen_at(60, 60).near(bright); };
    ASSERT_TRUE(eventually(bright_at_corner));
    display.stop();
    EXPECT_TRUE(eventually([&] { return server->seen_at(60, 60).near({13, 16, 20}); })) << "no cover came";
    EXPECT_TRUE(server->seen_at(1, 180).near({255, 136, 32})) << "the cover has no frame";
    display.go_on();
    EXPECT_TRUE(eventually(bright_at_corner)) << "the cover stayed";
}

}  // namespace
}  // namespace devices
