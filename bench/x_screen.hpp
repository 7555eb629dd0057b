// An X screen of our own that no panel shows (Xvfb): every contender draws its window there, and is judged by it.
#pragma once

#include "bench/processes.hpp"

#include <filesystem>
#include <string>

namespace bench {

/// While it lives, DISPLAY names it for whatever is started.
class XScreen {
public:
    /// Blocks until it answers. The log goes to `folder`. Throws std::runtime_error: "Xvfb is missing…", or naming the
    /// log.
    XScreen(int width, int height, const std::filesystem::path& folder);
    ~XScreen();
    XScreen(const XScreen&) = delete;
    XScreen& operator=(const XScreen&) = delete;

    [[nodiscard]] const std::string& display() const { return display_; }  ///< ":7"

private:
    Process server_;
    std::string display_;
    std::string before_;
};

}  // namespace bench
