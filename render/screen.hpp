// What stands on this display's panel: the newest picture, or the frozen one, with its state drawn over it.
#pragma once

#include "transport/options.hpp"
#include "transport/pool.hpp"
#include "transport/reception.hpp"

#include <atomic>
#include <optional>

namespace render {

class Screen {
public:
    explicit Screen(const transport::Options& options);
    /// The panel's next picture. `picture`: one that has just come; null: nothing new, the state alone moves on.
    [[nodiscard]] transport::SharedPixels draw(const transport::Received* picture, transport::Timestamp now);
    void freeze(bool on, transport::Timestamp now);
    [[nodiscard]] bool frozen() const { return frozen_; }

private:
    transport::PixelPool pool_;
    std::atomic<bool> frozen_{false};
    std::optional<transport::Received> shown_;
    int width_;
    int height_;
};

}  // namespace render
