// Any pixels, any rectangle: the reader must stay inside the picture, and what it reads must be writable again.
#include "transport/timecode.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

/// Takes the input apart: numbers first, the rest is pixels.
struct Input {
    const std::uint8_t* data;
    std::size_t size;

    template <typename T>
    T number() {
        T value{};
        const auto count = std::min(sizeof(T), size);
        std::memcpy(&value, data, count);
        data += count;
        size -= count;
        return value;
    }
};

transport::Pixels grey(std::vector<std::uint8_t>& memory, int width, int height) {
    transport::Pixels picture;
    picture.format = transport::PixelFormat::gray8;
    picture.width = width;
    picture.height = height;
    picture.planes[0] = {memory.data(), width};
    return picture;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input{data, size};
    const int width = input.number<std::uint8_t>() + 1;
    const int height = input.number<std::uint8_t>() % 64 + 1;
    const transport::Rect where{input.number<std::int16_t>(), input.number<std::int16_t>(),
                                input.number<std::int32_t>(), input.number<std::int32_t>()};
    // Exactly as large as the picture, so that a single byte beside it is seen by the sanitizer.
    std::vector<std::uint8_t> memory(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (std::size_t i = 0; i < memory.size() && input.size > 0; ++i) memory[i] = input.data[i % input.size];
    const auto picture = grey(memory, width, height);
    const auto whole = read_timecode(picture, {0, 0, width, height});
    const auto part = read_timecode(picture, where);
    for (const auto& code : {whole, part}) {
        if (!code) continue;
        std::vector<std::uint8_t> strip(transport::timecode_width * transport::timecode_height);
        auto written = grey(strip, transport::timecode_width, transport::timecode_height);
        write_timecode(written, 0, 0, *code);
        if (read_timecode(written, {0, 0, written.width, written.height}) != code) std::abort();
    }
    return 0;
}
