#include "devices/meta_source.hpp"

#include "devices/mask.hpp"
#include "devices/playback.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace devices {

namespace {

using transport::Microseconds;

/// Empty when they do not ascend, or lie further apart than anybody waits.
std::vector<Microseconds> meta_starts(const std::vector<const MetaFrame*>& frames) {
    std::vector<Microseconds> starts;
    for (const auto* frame : frames) {
        if (!frame->seconds) return {};
        const auto at = Microseconds{std::llround((*frame->seconds - *frames.front()->seconds) * 1e6)};
        if (!starts.empty() && (at <= starts.back() || at - starts.back() > std::chrono::hours{1})) return {};
        starts.push_back(at);
    }
    return starts;
}

}  // namespace

std::shared_ptr<transport::Pixels> meta_picture(const MetaImage& image, std::size_t frame) {
    const auto& header = image.header;
    auto picture = std::make_shared<transport::Pixels>();
    picture->format = transport::PixelFormat::gray8;
    picture->width = header.columns / 2 * 2;
    picture->height = header.rows / 2 * 2;
    const auto memory = std::make_shared<std::vector<std::uint8_t>>(static_cast<std::size_t>(picture->width) *
                                                                    static_cast<std::size_t>(picture->height));
    picture->owner = memory;
    picture->planes[0] = {memory->data(), picture->width};
    const bool mirrored = header.orientation.starts_with('U');
    const bool upside_down = header.orientation.size() > 1 && header.orientation[1] == 'N';
    const auto* stored = image.pixels.data() + frame * header.frame_bytes();
    for (int y = 0; y < picture->height; ++y) {
        const auto* from = stored + std::ptrdiff_t{upside_down ? header.rows - 1 - y : y} * header.columns;
        if (mirrored)
            std::reverse_copy(from + header.columns - picture->width, from + header.columns, picture->row(0, y));
        else
            std::copy_n(from, picture->width, picture->row(0, y));
    }
    return picture;
}

std::unique_ptr<capture::Source> open_meta_sequence(const std::string& path, double frames_per_second,
                                                    const std::vector<transport::Rect>& black,
                                                    transport::Clock& clock) {
    const auto image = read_meta_image(path);
    const auto& header = image.header;
    if (header.columns < 2 || header.rows < 2)
        throw std::runtime_error(fmt::format("cannot play '{}': it holds poses and no pictures", path));
    Loop loop;
    const Mask mask{{}, black};
    std::vector<const MetaFrame*> played;
    for (std::size_t i = 0; i < header.frames.size(); ++i) {
        if (!header.frames[i].image_ok) continue;
        auto picture = meta_picture(image, i);
        mask.apply(*picture);
        loop.frames.push_back(std::move(picture));
        played.push_back(&header.frames[i]);
    }
    if (played.empty()) throw std::runtime_error(fmt::format("cannot play '{}': all its pictures are INVALID", path));
    auto& warnings = loop.info.warnings;
    if (played.size() < header.frames.size())
        warnings.push_back(fmt::format("{} of {} pictures are marked INVALID and left out",
                                       header.frames.size() - played.size(), header.frames.size()));
    const auto& way = header.orientation;
    if (way.size() < 2 || (way[0] != 'M' && way[0] != 'U') || (way[1] != 'F' && way[1] != 'N'))
        warnings.push_back(
            fmt::format("its orientation '{}' is not known: shown as stored", transport::plain_text(way, 8)));
    auto starts = meta_starts(played);
    if (starts.empty() && frames_per_second <= 0)
        warnings.emplace_back("its times are missing or do not ascend: played at 25 frames/s");
    if (frames_per_second > 0 || starts.size() < 2) {
        loop.schedule = Schedule::even(frames_per_second > 0 ? frames_per_second : 25);
    } else {
        const auto length = starts.back() + starts.back() / static_cast<std::int64_t>(starts.size() - 1);
        loop.schedule = Schedule::listed(std::move(starts), length);
    }
    loop.info.description =
        fmt::format("MetaImage, {} frames of {}x{}, {:.1f}/s", played.size(), loop.frames.front()->width,
                    loop.frames.front()->height, 1e6 / static_cast<double>(loop.schedule.period().count()));
    return std::make_unique<LoopSource>(std::move(loop), clock);
}

}  // namespace devices
