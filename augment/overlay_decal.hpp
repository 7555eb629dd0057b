// What a drawing does to a picture, remembered: it is drawn once and laid on many.
#pragma once

#include "transport/pool.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace augment {

/// Each sample of the picture becomes kept / 255 of itself and what is added: whatever was blended, however often.
class Decal {
public:
    Decal() = default;
    /// Of what was drawn inside `where` (even coordinates) on a black and on a white picture alike.
    Decal(const transport::Pixels& on_black, const transport::Pixels& on_white, const transport::Rect& where);
    /// `picture` is as large as those that it was drawn on. Pictures of less than 16 pixels' width show nothing.
    void lay_on(transport::Pixels& picture) const;

private:
    /// So many samples at once are as quick as one. Those beyond what was drawn stay as they are.
    static constexpr int together = 8;
    struct Block {
        std::uint16_t row = 0, column = 0;
        std::uint8_t plane = 0;
        std::array<std::uint8_t, together> kept{}, added{};
    };
    std::vector<Block> blocks_;
};

/// The black and the white picture to draw on, used again for the next drawing.
class DecalPad {
public:
    /// Draws on a picture and returns what may have changed there; called twice, does the same both times.
    using Draw = std::function<transport::Rect(transport::Pixels& picture)>;
    [[nodiscard]] Decal draw(int width, int height, const Draw& draw);

private:
    transport::PixelPool pool_;
    std::shared_ptr<transport::Pixels> black_;
    std::shared_ptr<transport::Pixels> white_;
};

}  // namespace augment
