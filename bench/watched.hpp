// What a watcher from outside may look at: an X11 screen, or whatever opens as a source.
#pragma once

#include "bench/screen_looks.hpp"
#include "transport/frame.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace bench {

class Watched {
public:
    virtual ~Watched() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    /// Grey or i420: all that there is to be seen, to search in. `origin`: where its left top corner stands in the
    /// coordinates of look(). Nothing when stopped. Throws std::runtime_error when the screen is lost.
    struct Whole {
        transport::SharedPixels picture;
        int x = 0;
        int y = 0;
    };
    [[nodiscard]] virtual Whole whole(const std::stop_token& stop) = 0;
    /// Reads the codes at these places, all of one picture. Throws std::runtime_error when the screen is lost.
    [[nodiscard]] virtual ScreenLook look(const std::vector<transport::Rect>& places, const std::stop_token& stop) = 0;
    /// It waits for the next picture by itself: it need not be asked by the clock.
    [[nodiscard]] virtual bool sets_the_pace() const { return false; }
    /// It tells when the same picture is drawn again.
    [[nodiscard]] virtual bool tells_redraws() const { return false; }
};

}  // namespace bench
