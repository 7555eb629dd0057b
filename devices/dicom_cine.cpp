#include "devices/dicom_cine.hpp"

#include "devices/dicom_c_arm.hpp"
#include "devices/dicom_file.hpp"
#include "devices/dicom_geometry.hpp"
#include "devices/dicom_pixels.hpp"
#include "devices/dicom_times.hpp"
#include "devices/playback.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace devices {

namespace {

constexpr double memory_limit_bytes = 2e9;

/// A line a second on the terminal while a long loop is being read.
class Progress {
public:
    Progress(std::string what, unsigned long total) : what_{std::move(what)}, total_{total} {}
    void at(unsigned long done) {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < std::chrono::seconds{1}) return;
        last_ = now;
        fmt::print(stderr, "{}: {} of {} frames read\n", what_, done, total_);
    }

private:
    std::string what_;
    unsigned long total_;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Mask make_mask(const transport::ImageGeometry& geometry, const DicomPixels& pixels, transport::Modality wanted,
               const DicomPlay& play, std::vector<std::string>& warnings) {
    Mask mask{{}, play.black};
    if (!play.mask_outside_regions || wanted != transport::Modality::ultrasound) return mask;
    for (const auto& region : geometry.regions) mask.keep.push_back(region.bounds);
    // Regions that would leave nothing to see are a mistake in the file, not the wish to show nothing.
    const auto image = std::int64_t{pixels.width()} * pixels.height();
    if (covered_area(mask.keep, pixels.width(), pixels.height()) * 20 < image) mask.keep.clear();
    if (mask.keep.empty() && mask.black.empty())
        warnings.emplace_back(
            "no usable ultrasound regions: text that the scanner burned in stays visible (see masks)");
    return mask;
}

}  // namespace

bool is_dicom(const std::string& path) {
    std::array<char, 132> head{};
    std::ifstream file{path, std::ios::binary};
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    if (file.gcount() == static_cast<std::streamsize>(head.size()) && std::string_view{head.data() + 128, 4} == "DICM")
        return true;
    // A bare data set begins with an element of group 0002 or 0008, little endian, with a low element number.
    return file.gcount() >= 8 && (head[0] == 2 || head[0] == 8) && head[1] == 0 && head[3] == 0;
}

std::unique_ptr<capture::Source> open_dicom_cine(const std::string& path, transport::Modality wanted,
                                                 const DicomPlay& play, transport::Clock& clock) {
    const DicomFile file{path};
    DicomPixels pixels{file};
    const auto count = pixels.frame_count();
    if (const auto bytes = static_cast<double>(pixels.bytes_per_frame()) * static_cast<double>(count);
        bytes > memory_limit_bytes)
        throw std::runtime_error(
            fmt::format("cannot play '{}': {} frames of {}x{} need {:.1f} GB decoded, the limit is 2 GB", path, count,
                        pixels.width(), pixels.height(), bytes / 1e9));
    Loop loop;
    auto& warnings = loop.info.warnings;
    loop.geometry = dicom_geometry(file, warnings);
    loop.geometry_of = dicom_motion(file.dataset(), count, loop.geometry, warnings);
    const auto times = dicom_times(file, count, warnings);
    const auto mask = make_mask(loop.geometry, pixels, wanted, play, warnings);

    if (pixels.needs_measuring())
        for (unsigned long frame = 0; frame < count; ++frame)
            if (!pixels.measure(frame)) break;

    Progress progress{path, count};
    std::vector<transport::Microseconds> starts;
    std::string why;
    for (unsigned long frame = 0; frame < count; ++frame) {
        progress.at(frame);
        auto picture = pixels.decode(frame, why);
        if (!picture) break;  // what follows a damaged frame is not trusted to be where it should
        mask.apply(*picture);
        loop.frames.push_back(std::move(picture));
        starts.push_back(times.starts[frame]);
    }
    // A decoder may fill the missing part of a cut picture with grey.
    if (file.truncated() && loop.frames.size() == count) {
        loop.frames.pop_back();
        starts.pop_back();
        why = "the file is truncated";
    }
    if (loop.frames.empty()) throw std::runtime_error(fmt::format("cannot play '{}': {}", path, why));

    const bool cut = loop.frames.size() < count;
    if (cut)
        warnings.push_back(fmt::format("only {} of {} frames can be decoded", loop.frames.size(), count));
    else if (!file.defect().empty())
        warnings.push_back(fmt::format("malformed DICOM ({}): all {} frames are played", file.defect(), count));
    const auto length = cut ? times.starts[loop.frames.size()] : times.length;
    loop.schedule = play.frames_per_second > 0 ? Schedule::even(play.frames_per_second)
                                               : Schedule::listed(std::move(starts), length);
    loop.info.description =
        fmt::format("DICOM {}, {} frames of {}x{}, {:.1f}/s, {}", pixels.grey() ? "grey" : "colour", loop.frames.size(),
                    pixels.width(), pixels.height(), 1e6 / static_cast<double>(loop.schedule.period().count()),
                    file.transfer_syntax());
    return std::make_unique<LoopSource>(std::move(loop), clock);
}

}  // namespace devices
