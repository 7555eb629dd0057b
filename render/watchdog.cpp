#include "render/watchdog.hpp"

#include "render/panel.hpp"
#include "transport/pool.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace render {

using transport::Microseconds;

struct Watchdog::Heart {
    std::atomic<std::int64_t> last_beat_us{0};  // CLOCK_MONOTONIC; 0: nobody watches
    static_assert(std::atomic<std::int64_t>::is_always_lock_free, "shared between processes");
};

namespace {

[[noreturn]] void cannot(const char* what) {
    throw std::runtime_error(fmt::format("watchdog: {}: {}", what, std::strerror(errno)));
}

// The watchdog's side of the picture.
class Cover {
public:
    Cover(int width, int height, Watchdog::OpenCover open) : open_{std::move(open)} {
        auto pixels = transport::PixelPool{}.get(transport::PixelFormat::i420, width, height);
        draw_halted(*pixels);  // now, with the font at hand: later may be too late
        picture_ = std::move(pixels);
    }
    void show() noexcept {
        try {
            if (!sink_) sink_ = open_();
            sink_->present(picture_);  // again and again: whatever was drawn over it goes
            failed_ = false;
        } catch (const std::exception& error) {
            sink_.reset();
            if (!failed_) fmt::print(stderr, "watchdog: the display hangs and cannot be covered: {}\n", error.what());
            failed_ = true;
        }
    }
    void hide() { sink_.reset(); }

private:
    Watchdog::OpenCover open_;
    transport::SharedPixels picture_;
    std::unique_ptr<Sink> sink_;
    bool failed_ = false;
};

// What stops or ends the display from a terminal reaches its whole group: the watchdog stays, and ends with it.
void outlive_the_terminal() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE}) std::signal(signal, SIG_IGN);
}

void keep_watch(const std::atomic<std::int64_t>& last_beat_us, Microseconds limit, int parent, int alive,
                Cover& cover) {
    transport::SystemClock clock;
    const auto pace = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(limit / 4).count());
    pollfd parent_lives{alive, POLLIN, 0};
    for (;;) {
        // Nothing is ever written: the pipe becomes readable when the last holder of its other end is gone.
        if (poll(&parent_lives, 1, pace) > 0 || getppid() != parent) return;
        const auto last = last_beat_us.load(std::memory_order_relaxed);
        const bool hangs = last != 0 && clock.now() - transport::timestamp(last) > limit;
        if (hangs)
            cover.show();
        else
            cover.hide();
    }
}

}  // namespace

Watchdog::Watchdog(const transport::Options& options, OpenCover open_cover) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) cannot("pipe");
    void* memory = mmap(nullptr, sizeof(Heart), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) cannot("mmap");
    heart_ = new (memory) Heart;
    const int parent = getpid();
    std::fflush(nullptr);  // or both processes would print what is buffered
    process_ = fork();
    if (process_ < 0) cannot("fork");
    if (process_ == 0) {
        prctl(PR_SET_NAME, "watchdog");
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // beside the pipe, which some other child may have inherited
        outlive_the_terminal();
        close(ends[1]);
        try {
            Cover cover{options.canvas_width, options.canvas_height, std::move(open_cover)};
            keep_watch(heart_->last_beat_us, std::chrono::milliseconds{options.watchdog_ms}, parent, ends[0], cover);
            cover.hide();
        } catch (const std::exception& error) {
            fmt::print(stderr, "watchdog: {}\n", error.what());
        }
        _exit(0);
    }
    close(ends[0]);
    alive_ = ends[1];
}

Watchdog::~Watchdog() {
    // It may be inside a window system that does not answer: it is not asked.
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    close(alive_);
    munmap(heart_, sizeof(Heart));
}

void Watchdog::beat() noexcept {
    const auto now = transport::SystemClock{}.now();
    heart_->last_beat_us.store(transport::microseconds(now), std::memory_order_relaxed);
}

void Watchdog::rest() noexcept {
    heart_->last_beat_us.store(0, std::memory_order_relaxed);
}

}  // namespace render
