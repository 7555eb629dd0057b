#include "transport/pool.hpp"

#include <mutex>
#include <new>
#include <vector>

namespace transport {

namespace {
constexpr std::size_t alignment = 64;
constexpr std::size_t kept_per_pool = 8;

struct Block {
    std::byte* data = nullptr;
    std::size_t size = 0;
};

int padded(int bytes) {
    return (bytes + 63) / 64 * 64;
}
}  // namespace

struct PixelPool::Shelf {
    const PictureMemory memory;
    std::mutex mutex;
    std::vector<Block> blocks;

    explicit Shelf(PictureMemory where) : memory{where} {}
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;
    ~Shelf() {
        for (const auto& block : blocks) memory.release(block.data);
    }

    Block take(std::size_t size) {
        {
            const std::scoped_lock lock{mutex};
            for (auto it = blocks.begin(); it != blocks.end(); ++it) {
                if (it->size != size) continue;
                const auto block = *it;
                blocks.erase(it);
                return block;
            }
        }
        return {static_cast<std::byte*>(memory.allocate(size)), size};
    }

    void give(Block block) {
        const std::scoped_lock lock{mutex};
        if (blocks.size() == kept_per_pool) {
            memory.release(blocks.front().data);  // another size is in use now
            blocks.erase(blocks.begin());
        }
        blocks.push_back(block);
    }
};

PictureMemory ordinary_memory() {
    return {[](std::size_t bytes) { return ::operator new (bytes, std::align_val_t{alignment}); },
            [](void* memory) { ::operator delete (memory, std::align_val_t{alignment}); }};
}

PixelPool::PixelPool(PictureMemory memory) : shelf_{std::make_shared<Shelf>(memory)} {}

std::shared_ptr<Pixels> PixelPool::get(PixelFormat format, int width, int height) {
    auto pixels = std::make_shared<Pixels>();
    pixels->format = format;
    pixels->width = width;
    pixels->height = height;
    std::size_t size = 0;
    for (int plane = 0; plane < pixels->plane_count(); ++plane)
        size += static_cast<std::size_t>(padded(pixels->plane_width(plane))) *
                static_cast<std::size_t>(pixels->plane_height(plane));
    const auto block = shelf_->take(size);
    pixels->owner = std::shared_ptr<void>(block.data, [shelf = shelf_, block](void*) { shelf->give(block); });
    auto* next = reinterpret_cast<std::uint8_t*>(block.data);
    for (int plane = 0; plane < pixels->plane_count(); ++plane) {
        const int stride = padded(pixels->plane_width(plane));
        pixels->planes[static_cast<std::size_t>(plane)] = {next, stride};
        next += static_cast<std::ptrdiff_t>(stride) * pixels->plane_height(plane);
    }
    return pixels;
}

}  // namespace transport
