// Covers the picture when the display itself hangs: a process of its own, for a stopped process cannot help itself.
#pragma once

#include "render/sink.hpp"
#include "transport/options.hpp"

#include <functional>
#include <memory>

namespace render {

class Watchdog {
public:
    /// Opens the panel that the cover is shown on. Called in the watchdog's process, when the display hangs;
    /// the sink is destroyed when it moves again. May throw: one line is printed and it is tried again.
    using OpenCover = std::function<std::unique_ptr<Sink>()>;

    /// Forks: to be called before the first thread starts and before GStreamer is initialised. Watches from the
    /// first beat on. The process ends with ours, however that ends. Throws std::runtime_error when it cannot fork.
    [[nodiscard]] static Watchdog start(const transport::Options& options, OpenCover open_cover) {
        return Watchdog{options, std::move(open_cover)};
    }
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// The display is alive. Without one for options.watchdog_ms, the cover comes; with the next, it goes.
    void beat() noexcept;
    /// Until the next beat nobody watches: the display is ending on purpose, and may take its time.
    void rest() noexcept;

private:
    Watchdog(const transport::Options& options, OpenCover open_cover);
    struct Heart;  // in memory that both processes share
    Heart* heart_ = nullptr;
    int process_ = -1;
    int alive_ = -1;  // our end of a pipe that the child sees closing
};

}  // namespace render
