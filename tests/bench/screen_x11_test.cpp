// The judge from outside before a real X server and the product's own window.
#include "bench/screen_x11.hpp"
#include "bench/screen_watcher.hpp"
#include "devices/gst_sink.hpp"
#include "fakes/coded_picture.hpp"
#include "fakes/processes.hpp"
#include "fakes/x_server.hpp"
#include "transport/options.hpp"

#include <gtest/gtest.h>

#include <X11/Xlib.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

constexpr int width = 640;
constexpr int height = 360;

/// A watcher on a thread of its own, before the screen of $DISPLAY.
class Watcher {
public:
    explicit Watcher(WatchSettings settings = {}, const std::string& window = {})
        : settings_{std::move(settings)}, screen_{"", window, clock_} {
        settings_.seen = [this](const Sighting& sighting) {
            const std::scoped_lock lock{mutex_};
            sightings_.push_back(sighting);
        };
        report_ =
            std::async(std::launch::async, [this] { return watch(screen_, settings_, clock_, stop_.get_token()); });
    }
    ~Watcher() { stop_.request_stop(); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    [[nodiscard]] std::vector<Sighting> sightings() const {
        const std::scoped_lock lock{mutex_};
        return sightings_;
    }
    [[nodiscard]] bool has_seen(StreamId stream, std::uint32_t at_least) const {
        for (const auto& one : sightings())
            if (one.code.stream == stream && one.code.sequence >= at_least) return true;
        return false;
    }
    WatchReport end() {
        stop_.request_stop();
        return report_.get();
    }
    /// What ended it, when it ends by itself.
    std::string failure() {
        try {
            (void)report_.get();
            return "nothing";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

private:
    SystemClock clock_;
    WatchSettings settings_;
    X11Screen screen_;
    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::vector<Sighting> sightings_;
    std::future<WatchReport> report_;
};

/// Half open: no earlier than the call of present(), and no later than its return.
struct Shown {
    std::int64_t from_us = 0;
    std::int64_t until_us = 0;
};

class BeforeX11 : public testing::Test {
protected:
    void SetUp() override {
        if (!fakes::XServer::installed()) GTEST_SKIP() << "Xvfb is not installed";
        server.emplace();
        sink.emplace(devices::Screen::x11, clock);
        show({});
    }
    Shown show(const std::vector<std::pair<Rect, Timecode>>& codes) {
        auto picture = fakes::plain_picture(width, height);
        for (const auto& [where, code] : codes) fakes::put_code(*picture, where, code);
        Shown out;
        out.from_us = microseconds(clock.now());
        sink->present(picture);
        out.until_us = microseconds(clock.now());
        return out;
    }
    /// Frame after frame until the watcher has seen one: the search is over.
    std::uint32_t show_until_seen(const Watcher& watcher, const std::vector<Rect>& places) {
        std::uint32_t sequence = 1;
        const auto all_seen = [&] {
            std::vector<std::pair<Rect, Timecode>> codes;
            for (std::size_t i = 0; i < places.size(); ++i)
                codes.push_back({places[i], {static_cast<StreamId>(i + 1), sequence, 10 * sequence}});
            show(codes);
            ++sequence;
            for (std::size_t i = 0; i < places.size(); ++i)
                if (!watcher.has_seen(static_cast<StreamId>(i + 1), 1)) return false;
            return true;
        };
        EXPECT_TRUE(fakes::eventually(all_seen));
        return sequence;
    }

    const Rect left{0, 320, timecode_width, timecode_height};
    const Rect right{272, 320, timecode_width, timecode_height};
    SystemClock clock;
    std::optional<fakes::XServer> server;
    std::optional<devices::GstSink> sink;
};

TEST_F(BeforeX11, what_it_says_of_two_streams_is_within_its_stated_uncertainty) {
    Watcher watcher;
    const auto first = show_until_seen(watcher, {left, right});
    std::map<std::uint32_t, Shown> shown;
    for (std::uint32_t i = first; i < first + 40; ++i) {
        shown[i] = show({{left, {1, i, 0}}, {right, {2, i, 0}}});
        ASSERT_TRUE(fakes::eventually([&] { return watcher.has_seen(1, i) && watcher.has_seen(2, i); })) << i;
    }
    const auto report = watcher.end();
    std::size_t judged = 0;
    for (const auto& one : watcher.sightings()) {
        if (!shown.contains(one.code.sequence)) continue;
        ++judged;
        const auto& truth = shown.at(one.code.sequence);
        EXPECT_LE(one.code.presented_us - one.bound.count(), truth.until_us) << one.code.sequence;
        EXPECT_GE(one.code.presented_us + one.bound.count(), truth.from_us) << one.code.sequence;
    }
    EXPECT_EQ(judged, 80U);
    EXPECT_EQ(report.codes.size(), 2U);
    EXPECT_TRUE(report.tells_redraws);
}

TEST_F(BeforeX11, a_frame_that_is_drawn_again_is_told_again) {
    WatchSettings settings;
    settings.codes = {left};
    Watcher watcher{settings};
    auto next = show_until_seen(watcher, {left});
    const auto times_seen = [&](std::uint32_t sequence) {
        std::size_t times = 0;
        for (const auto& one : watcher.sightings()) times += one.code.sequence == sequence ? 1 : 0;
        return times;
    };
    for (std::uint32_t i = next; i < next + 10; ++i) {
        for (std::size_t times = 1; times <= 2; ++times) {
            show({{left, {1, i, 0}}});
            ASSERT_TRUE(fakes::eventually([&] { return times_seen(i) >= times; })) << i << ": " << times_seen(i);
        }
    }
}

TEST_F(BeforeX11, codes_that_a_compositor_has_scaled_are_found_and_read) {
    Watcher watcher;
    const Rect small{301, 33, 194, 24};
    const Rect large{20, 200, 410, 52};
    show_until_seen(watcher, {small, large});
    const auto report = watcher.end();
    ASSERT_EQ(report.codes.size(), 2U);
    EXPECT_EQ(report.searches > 0, true);
}

TEST_F(BeforeX11, a_window_that_is_moved_is_searched_again) {
    Watcher watcher;
    auto next = show_until_seen(watcher, {left});
    auto* display = XOpenDisplay(nullptr);
    ASSERT_NE(display, nullptr);
    Window root = 0;
    Window parent = 0;
    Window* windows = nullptr;
    unsigned count = 0;
    XQueryTree(display, DefaultRootWindow(display), &root, &parent, &windows, &count);
    for (unsigned i = 0; i < count; ++i) XMoveWindow(display, windows[i], 211, 93);
    XSync(display, False);
    XFree(windows);
    const auto moved = next;
    EXPECT_TRUE(fakes::eventually([&] {
        show({{left, {1, next++, 0}}});
        return watcher.has_seen(1, moved + 1);
    }));
    XCloseDisplay(display);
    const auto report = watcher.end();
    ASSERT_EQ(report.codes.size(), 1U);
    EXPECT_NEAR(report.codes[0].x, 211, 2);
    EXPECT_NEAR(report.codes[0].y, 320 + 93, 2);
}

TEST_F(BeforeX11, a_picture_that_has_grown_is_shown_with_its_codes) {
    sink.emplace(devices::Screen::x11, clock);
    sink->present(fakes::plain_picture(width, height - timecode_height));
    Watcher watcher;
    show_until_seen(watcher, {left});
    const auto report = watcher.end();
    ASSERT_EQ(report.codes.size(), 1U);
    EXPECT_NEAR(report.codes[0].y, left.y, 2);
}

TEST_F(BeforeX11, only_the_named_window_is_searched) {
    SystemClock now;
    EXPECT_THROW(X11Screen("", "no such title", now), std::runtime_error);
    X11Screen screen{"", "Scialytic", now};
    show({{left, {1, 1, 0}}});
    const auto whole = screen.whole({});
    ASSERT_TRUE(whole.picture);
    EXPECT_EQ(whole.picture->width, width);
    EXPECT_EQ(whole.picture->height, height);
}

TEST_F(BeforeX11, a_server_that_goes_is_named) {
    Watcher watcher;
    show_until_seen(watcher, {left});
    const std::string display = std::getenv("DISPLAY");
    sink.reset();
    server->end();
    EXPECT_EQ(watcher.failure(), "the X server " + display + " is gone");
}

TEST_F(BeforeX11, a_screen_without_a_code_is_said_in_one_line) {
    const auto folder = std::filesystem::path{testing::TempDir()} / ("watch_" + std::to_string(getpid()));
    try {
        (void)run_watch_screen({"--out", folder.string(), "--seconds", "0.3"});
        ADD_FAILURE() << "something was seen";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("no in-picture code was seen"), std::string::npos) << error.what();
    }
    EXPECT_TRUE(std::filesystem::exists(folder / "watch.json"));
    EXPECT_TRUE(read_codes(folder / "codes.csv").empty());
    std::filesystem::remove_all(folder);
}

TEST(WatchScreen, names_what_is_not_there_and_what_is_wrong) {
    const auto folder = (std::filesystem::path{testing::TempDir()} / "watch_nothing").string();
    try {
        (void)run_watch_screen({"--out", folder, "--display", ":4711"});
        ADD_FAILURE() << "there is no such server";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string{error.what()}, "no X server answers at ':4711'");
    }
    EXPECT_THROW((void)run_watch_screen({}), UsageError);
    EXPECT_THROW((void)run_watch_screen({"--out"}), UsageError);
    EXPECT_THROW((void)run_watch_screen({"--out", folder, "--codes", "1,2,3"}), UsageError);
    EXPECT_THROW((void)run_watch_screen({"--out", folder, "--codes", "1,2,3,x"}), UsageError);
    EXPECT_THROW((void)run_watch_screen({"--out", folder, "--rate", "0"}), UsageError);
    EXPECT_THROW((void)run_watch_screen({"--out", folder, "--colour", "red"}), UsageError);
    EXPECT_THROW((void)run_watch_screen({"--out", folder, "--source", "synthetic", "--display", ":1"}), UsageError);
    std::filesystem::remove_all(folder);
}

}  // namespace
