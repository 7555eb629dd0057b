#include "render/watchdog.hpp"

#include "fakes/processes.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace render {
namespace {

using namespace std::chrono_literals;
using fakes::Child;
using fakes::eventually;

// A panel that is a file: there while something is shown.
class FileSink final : public Sink {
public:
    explicit FileSink(std::filesystem::path path) : path_{std::move(path)} {}
    ~FileSink() override { std::filesystem::remove(path_); }
    Presentation present(const transport::SharedPixels& picture) override {
        std::ofstream{path_} << picture->width << 'x' << picture->height;
        return {};
    }
    [[nodiscard]] std::string name() const override { return "file"; }

private:
    std::filesystem::path path_;
};

class WatchdogTest : public testing::Test {
protected:
    WatchdogTest() {
        options.watchdog_ms = 150;
        options.canvas_width = 320;
        options.canvas_height = 180;
    }
    ~WatchdogTest() override {
        std::filesystem::remove(cover);
        std::filesystem::remove(beat);
    }

    // A display: beats, and does nothing else.
    void display() {
        auto watchdog = Watchdog::start(options, [this] { return std::make_unique<FileSink>(cover); });
        watchdog.beat();
        std::ofstream{beat} << "yes";
        transport::SystemClock clock;
        for (;; watchdog.beat()) clock.wait_until(clock.now() + 10ms, {});
    }
    [[nodiscard]] bool beating() const { return std::filesystem::exists(beat); }
    [[nodiscard]] bool covered() const { return std::filesystem::exists(cover); }

    std::filesystem::path cover = std::filesystem::temp_directory_path() / ("cover_" + std::to_string(getpid()));
    std::filesystem::path beat = cover.string() + "_beating";
    transport::Options options;
};

TEST_F(WatchdogTest, covers_a_stopped_display_and_uncovers_one_that_goes_on) {
    const Child child{[this] { display(); }};
    ASSERT_TRUE(eventually([this] { return beating(); }));
    EXPECT_FALSE(eventually([this] { return covered(); }, 400ms)) << "a display that beats was covered";
    for (int round = 0; round < 2; ++round) {
        child.stop();
        ASSERT_TRUE(eventually([this] { return covered(); }));
        child.go_on();
        ASSERT_TRUE(eventually([this] { return !covered(); }));
    }
}

TEST_F(WatchdogTest, covers_a_display_that_runs_but_does_not_beat) {
    const Child child{[this] {
        auto watchdog = Watchdog::start(options, [this] { return std::make_unique<FileSink>(cover); });
        watchdog.beat();
        pause();
    }};
    EXPECT_TRUE(eventually([this] { return covered(); }));
}

TEST_F(WatchdogTest, does_not_judge_before_the_first_beat_nor_while_at_rest) {
    const Child child{[this] {
        auto watchdog = Watchdog::start(options, [this] { return std::make_unique<FileSink>(cover); });
        watchdog.beat();
        watchdog.rest();
        pause();
    }};
    const Child silent{[this] {
        auto watchdog = Watchdog::start(options, [this] { return std::make_unique<FileSink>(cover); });
        pause();
    }};
    EXPECT_FALSE(eventually([this] { return covered(); }, 500ms));
}

TEST_F(WatchdogTest, tries_again_when_the_cover_cannot_be_opened) {
    const Child child{[this] {
        auto watchdog = Watchdog::start(options, [this, tries = 0]() mutable -> std::unique_ptr<Sink> {
            if (++tries < 3) throw std::runtime_error("no panel yet");
            return std::make_unique<FileSink>(cover);
        });
        watchdog.beat();
        pause();
    }};
    EXPECT_TRUE(eventually([this] { return covered(); }));
}

TEST_F(WatchdogTest, ends_with_a_display_that_is_killed_even_while_it_covers) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    // Not closed on exec: every process of the display holds the pipe open until it is gone.
    Child child{[this] { display(); }};
    close(ends[1]);
    ASSERT_TRUE(eventually([this] { return beating(); }));
    child.stop();
    ASSERT_TRUE(eventually([this] { return covered(); }));
    pollfd everybody{ends[0], POLLIN, 0};
    EXPECT_EQ(poll(&everybody, 1, 0), 0);
    child.end();
    EXPECT_EQ(poll(&everybody, 1, 20'000), 1) << "the watchdog outlived its display";
    close(ends[0]);
}

TEST_F(WatchdogTest, ends_when_it_is_let_go) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    {
        auto watchdog = Watchdog::start(options, [this] { return std::make_unique<FileSink>(cover); });
        watchdog.beat();
        close(ends[1]);
    }
    pollfd everybody{ends[0], POLLIN, 0};
    EXPECT_EQ(poll(&everybody, 1, 20'000), 1);
    close(ends[0]);
}

}  // namespace
}  // namespace render
