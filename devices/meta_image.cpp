#include "devices/meta_image.hpp"

#include "augment/linear.hpp"
#include "devices/inflate_zlib.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace devices {

namespace {

// A recording is held up to three times while it is opened: packed, unpacked, and frame by frame.
constexpr std::size_t most_pixel_bytes = 400'000'000;

const MetaTransform* seen_transform(const MetaFrame& frame, std::string_view name) {
    const auto found = std::ranges::find(frame.transforms, name, &MetaTransform::name);
    // A status alone may stand there, without its matrix: 1 is the last number of each.
    return found != frame.transforms.end() && found->ok && found->rows[15] == 1 ? &*found : nullptr;
}

augment::Rigid rigid(const MetaTransform& transform) {
    const auto& m = transform.rows;
    return {augment::rows_of({m[0], m[1], m[2]}, {m[4], m[5], m[6]}, {m[8], m[9], m[10]}), {m[3], m[7], m[11]}};
}

}  // namespace

bool is_meta_image(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string head(64, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(file.gcount()));
    return head.starts_with("ObjectType =") || head.starts_with("NDims =");
}

MetaImage read_meta_image(std::span<const std::uint8_t> file) {
    MetaImage image{read_meta_header({reinterpret_cast<const char*>(file.data()), file.size()}), {}};
    const auto& header = image.header;
    const auto count = header.frames.size();
    if (header.columns == 0) return image;
    if (count > most_pixel_bytes / header.frame_bytes())
        throw std::runtime_error(fmt::format("{} frames of {}x{} are over 400 MB", count, header.columns, header.rows));
    const auto wanted = count * header.frame_bytes();
    const auto stored = file.subspan(header.length);
    if (header.compressed)
        image.pixels = inflated(stored, wanted);
    else
        image.pixels.assign(stored.begin(),
                            stored.begin() + static_cast<std::ptrdiff_t>(std::min(stored.size(), wanted)));
    if (image.pixels.size() < wanted)
        throw std::runtime_error(fmt::format("it holds {} bytes of pixels, {} frames of {}x{} are {}",
                                             image.pixels.size(), count, header.columns, header.rows, wanted));
    return image;
}

MetaImage read_meta_image(const std::string& path) {
    try {
        const auto size = std::filesystem::file_size(path);
        if (size > most_pixel_bytes) throw std::runtime_error("it is over 400 MB");
        std::vector<std::uint8_t> bytes(size);
        std::ifstream file{path, std::ios::binary};
        file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        if (static_cast<std::size_t>(file.gcount()) != bytes.size()) throw std::runtime_error("it cannot be read");
        return read_meta_image(bytes);
    } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("cannot play '{}': {}", path, error.what()));
    }
}

std::vector<MetaPosition> meta_positions(const MetaHeader& header) {
    const auto seen = [&](std::string_view name) {
        return std::ranges::any_of(header.frames, [&](const auto& f) { return seen_transform(f, name) != nullptr; });
    };
    const std::string direct = "ProbeToReference", probe = "ProbeToTracker", reference = "ReferenceToTracker";
    const bool is_direct = seen(direct), is_referred = !is_direct && seen(reference);
    std::vector<MetaPosition> positions;
    for (const auto& frame : header.frames) {
        const auto* moving = seen_transform(frame, is_direct ? direct : probe);
        const auto* fixed = is_referred ? seen_transform(frame, reference) : nullptr;
        if (!frame.seconds || moving == nullptr || (is_referred && fixed == nullptr)) continue;
        auto at = rigid(*moving).translation;
        if (fixed != nullptr) at = inverse(rigid(*fixed))(at);
        positions.push_back({*frame.seconds, {at.x, at.y, at.z}});
    }
    return positions;
}

}  // namespace devices
