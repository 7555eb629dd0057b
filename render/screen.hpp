// What stands on this display's panel: the newest picture, or the frozen one, with its state drawn over it.
#pragma once

#include "render/freshness.hpp"
#include "render/panel.hpp"
#include "transport/options.hpp"
#include "transport/pool.hpp"
#include "transport/reception.hpp"

#include <atomic>
#include <optional>

namespace render {

class Screen {
public:
    Screen(const transport::Options& options, transport::Timestamp now);
    /// The panel's next picture. `picture`: one that has just come; null: nothing new, the state alone moves on.
    [[nodiscard]] transport::SharedPixels draw(const transport::Received* picture, transport::Timestamp now);
    /// Holds the picture that stands there; the states of what goes on arriving are judged all the same. Any thread.
    void freeze(bool on) { freeze_wanted_ = on; }
    [[nodiscard]] bool frozen() const { return freeze_wanted_; }
    /// How long it took from captured to presented, newest known.
    void took(transport::Modality modality, transport::Microseconds captured_to_presented);
    /// The ways to the server, and how many of them carry at present.
    void paths(int all, int carrying);
    [[nodiscard]] const States& states() const { return view_.states; }

private:
    /// On a link that carries no more, pictures come smaller than this panel is: as large as it again.
    [[nodiscard]] transport::Received enlarged(const transport::Received& picture);

    transport::PixelPool pool_;
    std::atomic<bool> freeze_wanted_{false};
    Freshness freshness_;
    Panel panel_;
    View view_;
    std::optional<transport::Received> held_;  ///< what is drawn: the newest picture, or the frozen one
    transport::Timestamp began_;
    int width_;
    int height_;
};

}  // namespace render
