#include "bench/camera_fit.hpp"

#include "bench/camera_projection.hpp"

#include <algorithm>
#include <memory>
#include <span>

namespace bench {

using namespace transport;

namespace {

constexpr std::size_t enough_codes = 12;
constexpr int kept_around = 12;  // pixels around the strip that are kept, for a quad that is still off

/// The first `columns` blocks of each row as they look, told by the middle between the darkest and the brightest.
StripBlocks looked(const Pixels& picture, const Quad& quad, int columns) {
    const Projection projection{quad};
    StripBlocks out{};
    double dark = 255;
    double bright = 0;
    for (int row = 0; row < timecode_rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const double luma =
                luma_at(picture, projection.at((column + 0.5) / timecode_columns, (row + 0.5) / timecode_rows));
            const auto block = row * timecode_columns + column;
            out[static_cast<std::size_t>(block)] = luma;
            dark = std::min(dark, luma);
            bright = std::max(bright, luma);
        }
    for (auto& block : out) block = block > (dark + bright) / 2 ? 1 : 0;
    return out;
}

/// A copy of what surrounds the strip.
StripLook strip_look(const Pixels& picture, const Quad& where, const Timecode& code) {
    const auto within = [](double value, int most) { return std::clamp(static_cast<int>(value), 0, most); };
    const auto [left, right] = std::ranges::minmax(where.corners, {}, &CameraPoint::x);
    const int from_x = within(left.x - kept_around, picture.width - 2);
    const int from_y = within(where.top() - kept_around, picture.height - 2);
    StripLook look{{}, {static_cast<double>(from_x), static_cast<double>(from_y)}, blocks_of(code)};
    look.picture.format = PixelFormat::gray8;
    look.picture.width = std::max(2, within(right.x + kept_around, picture.width) - from_x);
    look.picture.height = std::max(2, within(where.bottom() + kept_around, picture.height) - from_y);
    const auto luma = std::make_shared<std::vector<std::uint8_t>>();
    for (int y = 0; y < look.picture.height; ++y) {
        const auto* row = picture.row(0, from_y + y) + from_x;
        luma->insert(luma->end(), row, row + look.picture.width);
    }
    look.picture.planes[0] = {luma->data(), look.picture.width};
    look.picture.owner = luma;
    return look;
}

}  // namespace

void QuadFit::learn(const Pixels& picture, const Timecode& code) {
    if (known_.size() >= enough_codes || std::ranges::find(known_, code) != known_.end()) return;
    known_.push_back(code);
    looks_.push_back(strip_look(picture, where_, code));
    where_ = aligned_quad(looks_, where_, timecode_columns, Freedom::perspective);
}

std::optional<SeenQuad> grown_quad(const Pixels& picture, const Quad& rough) {
    constexpr int magic_blocks = 8;
    constexpr int grows_by = 6;
    StripLook look{picture, {}, {}};
    const auto align = [&](const Quad& quad, int columns, Freedom freedom) {
        return aligned_quad(std::span{&look, 1}, quad, columns, freedom);
    };
    look.blocks = looked(picture, rough, magic_blocks);
    const auto magic = blocks_of({});
    const auto is_magic = [&] { return std::equal(magic.begin(), magic.begin() + magic_blocks, look.blocks.begin()); };
    auto quad = rough;
    for (int columns = magic_blocks; columns <= timecode_columns; columns += grows_by) {
        look.blocks = looked(picture, quad, columns);
        if (!is_magic()) return std::nullopt;
        quad = align(quad, columns, Freedom::affine);
    }
    look.blocks = looked(picture, quad, timecode_columns);
    quad = align(quad, timecode_columns, Freedom::perspective);
    const auto code = read_quad(picture, quad);
    if (!code) return std::nullopt;
    look.blocks = blocks_of(*code);
    return SeenQuad{align(quad, timecode_columns, Freedom::perspective), *code};
}

}  // namespace bench
