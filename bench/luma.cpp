#include "bench/luma.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

constexpr int largest_side = 16384;

Luma copied(const std::uint8_t* data, std::ptrdiff_t stride, int width, int height, const transport::Rect& part) {
    if (part.empty() || part.x < 0 || part.y < 0 || part.x + part.width > width || part.y + part.height > height)
        throw std::invalid_argument(fmt::format("{}x{} at {},{} does not lie inside a picture of {}x{}", part.width,
                                                part.height, part.x, part.y, width, height));
    const auto row_bytes = static_cast<std::size_t>(part.width);
    Luma out{part.width, part.height, std::vector<std::uint8_t>(row_bytes * static_cast<std::size_t>(part.height))};
    for (int y = 0; y < part.height; ++y)
        std::memcpy(out.values.data() + static_cast<std::size_t>(y) * row_bytes, data + (part.y + y) * stride + part.x,
                    row_bytes);
    return out;
}

}  // namespace

Luma luma_of(const transport::Pixels& picture, const transport::Rect& part) {
    return copied(picture.row(0, 0), picture.planes[0].stride, picture.width, picture.height, part);
}

Luma crop(const Luma& luma, const transport::Rect& part) {
    return copied(luma.values.data(), luma.width, luma.width, luma.height, part);
}

transport::Rect without_rim(const transport::Rect& pane) {
    constexpr int rim = 16;
    return {pane.x + rim, pane.y + rim, pane.width - 2 * rim, pane.height - 2 * rim};
}

void write_pgm(const std::filesystem::path& path, const Luma& luma) {
    std::ofstream file{path, std::ios::binary};
    file << "P5\n" << luma.width << ' ' << luma.height << "\n255\n";
    file.write(reinterpret_cast<const char*>(luma.values.data()), static_cast<std::streamsize>(luma.values.size()));
    file.close();
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

Luma read_pgm(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::string magic;
    Luma out;
    int most = 0;
    file >> magic >> out.width >> out.height >> most;
    file.get();
    if (!file || magic != "P5" || most != 255 || out.width < 1 || out.height < 1 || out.width > largest_side ||
        out.height > largest_side)
        throw std::runtime_error(fmt::format("{} is no 8-bit PGM picture", path.string()));
    out.values.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
    file.read(reinterpret_cast<char*>(out.values.data()), static_cast<std::streamsize>(out.values.size()));
    if (!file) throw std::runtime_error(fmt::format("{} ends before its last row", path.string()));
    return out;
}

}  // namespace bench
