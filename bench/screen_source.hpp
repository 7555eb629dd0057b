// What is no X11 screen, watched as any source of pictures: a capture card on the panel's cable, a Wayland portal.
#pragma once

#include "bench/watched.hpp"
#include "capture/source.hpp"
#include "transport/clock.hpp"

#include <memory>
#include <string>

namespace bench {

/// Each picture is one look at the moment of its arrival: a code is known to within one picture of this source. What
/// the capturing itself takes cannot be known and is not taken off.
class SourceScreen final : public Watched {
public:
    SourceScreen(std::string name, std::unique_ptr<capture::Source> source, transport::Clock& clock)
        : name_{std::move(name)}, source_{std::move(source)}, clock_{clock} {}

    [[nodiscard]] std::string name() const override { return name_; }
    /// Throws std::runtime_error when the source has ended.
    [[nodiscard]] Whole whole(const std::stop_token& stop) override;
    [[nodiscard]] ScreenLook look(const std::vector<transport::Rect>& places, const std::stop_token& stop) override;
    [[nodiscard]] bool sets_the_pace() const override { return true; }

private:
    std::string name_;
    std::unique_ptr<capture::Source> source_;
    transport::Clock& clock_;
};

}  // namespace bench
