#include "render/share_qr.hpp"
#include "transport/handle.hpp"

#include <qrencode.h>

namespace render {

std::vector<std::string> qr_rows(std::string_view text) {
    constexpr std::size_t largest = 2953;  // bytes, of the largest symbol
    if (text.empty() || text.size() > largest) return {};
    // A screen is neither torn nor dirty: the smallest symbol is the one that is read from farthest.
    const transport::Handle<QRcode, QRcode_free> code{QRcode_encodeData(
        static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_L)};
    if (!code) return {};
    const auto side = static_cast<std::size_t>(code->width);
    std::vector<std::string> rows(side, std::string(side, '0'));
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x)
            if ((code->data[y * side + x] & 1U) != 0) rows[y][x] = '1';
    return rows;
}

}  // namespace render
