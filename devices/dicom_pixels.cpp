#include "devices/dicom_pixels.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmimage/diregist.h>  // makes DicomImage understand colour
#include <dcmtk/dcmimgle/dcmimage.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace devices {

namespace {

using transport::PixelFormat;
using transport::Pixels;

constexpr unsigned long frame_by_frame = CIF_UsePartialAccessToPixelData;
constexpr int fraction_bits = 16;
constexpr int one_half = 1 << (fraction_bits - 1);
constexpr int fixed(double value) {
    return static_cast<int>(value * (1 << fraction_bits) + (value < 0 ? -0.5 : 0.5));
}

std::uint8_t luma(const std::uint8_t* rgb) {
    return static_cast<std::uint8_t>(
        (fixed(0.299) * rgb[0] + fixed(0.587) * rgb[1] + fixed(0.114) * rgb[2] + one_half) >> fraction_bits);
}

std::uint8_t chroma(int weighted) {
    return static_cast<std::uint8_t>(
        std::clamp((weighted + 4 * one_half + (512 << fraction_bits)) >> (fraction_bits + 2), 0, 255));
}

/// `rgb` is interleaved, `columns` wide.
void to_i420(const std::uint8_t* rgb, int columns, Pixels& picture) {
    for (int y = 0; y < picture.height; y += 2) {
        const auto* upper = rgb + std::ptrdiff_t{3} * columns * y;
        const auto* lower = upper + std::ptrdiff_t{3} * columns;
        auto *first = picture.row(0, y), *second = picture.row(0, y + 1);
        auto *u = picture.row(1, y / 2), *v = picture.row(2, y / 2);
        for (int x = 0; x < picture.width; x += 2, upper += 6, lower += 6) {
            first[x] = luma(upper);
            first[x + 1] = luma(upper + 3);
            second[x] = luma(lower);
            second[x + 1] = luma(lower + 3);
            const int r = upper[0] + upper[3] + lower[0] + lower[3];
            const int g = upper[1] + upper[4] + lower[1] + lower[4];
            const int b = upper[2] + upper[5] + lower[2] + lower[5];
            u[x / 2] = chroma(fixed(-0.168736) * r + fixed(-0.331264) * g + fixed(0.5) * b);
            v[x / 2] = chroma(fixed(0.5) * r + fixed(-0.418688) * g + fixed(-0.081312) * b);
        }
    }
}

std::shared_ptr<Pixels> new_picture(PixelFormat format, int width, int height) {
    // Own memory instead of a pool: a loop lives as long as its source.
    auto picture = std::make_shared<Pixels>();
    picture->format = format;
    picture->width = width;
    picture->height = height;
    const auto luma_size = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const std::shared_ptr<std::uint8_t[]> memory{
        new std::uint8_t[format == PixelFormat::i420 ? luma_size * 3 / 2 : luma_size]};
    picture->owner = memory;
    picture->planes[0] = {memory.get(), width};
    if (format == PixelFormat::i420) {
        picture->planes[1] = {memory.get() + luma_size, width / 2};
        picture->planes[2] = {memory.get() + luma_size + luma_size / 4, width / 2};
    }
    return picture;
}

}  // namespace

DicomPixels::DicomPixels(const DicomFile& file) : file_{file} {
    auto& dataset = file.dataset();
    const auto columns = dicom_number(dataset, {0x0028, 0x0011}).value_or(0);
    const auto rows = dicom_number(dataset, {0x0028, 0x0010}).value_or(0);
    const auto frames = dicom_number(dataset, {0x0028, 0x0008}).value_or(1);
    if (columns < 2 || rows < 2 || columns > 65535 || rows > 65535)
        throw std::runtime_error(fmt::format("cannot play '{}': pictures of {}x{} pixels", file.path(), columns, rows));
    if (frames < 1) throw std::runtime_error(fmt::format("cannot play '{}': it holds no frames", file.path()));
    width_ = static_cast<int>(columns) / 2 * 2;
    height_ = static_cast<int>(rows) / 2 * 2;
    frame_count_ = static_cast<unsigned long>(frames);
    grey_ = dicom_text(dataset, {0x0028, 0x0004}).starts_with("MONOCHROME");
    if (!grey_) return;
    stored_lookup_ = dataset.tagExistsWithValue(DCM_VOILUTSequence);
    const auto center = dicom_number(dataset, {0x0028, 0x1050}), width = dicom_number(dataset, {0x0028, 0x1051});
    if (center && width && *width >= 1) window_ = GreyWindow{*center, *width};
}

std::size_t DicomPixels::bytes_per_frame() const {
    const auto area = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
    return grey_ ? area : area * 3 / 2;
}

bool DicomPixels::measure(unsigned long frame) {
    DicomImage image{&file_.dataset(), file_.dataset().getOriginalXfer(), frame_by_frame, frame, 1};
    double darkest = 0, brightest = 0;
    if (image.getStatus() != EIS_Normal || image.getMinMaxValues(darkest, brightest) == 0) return false;
    darkest_ = std::min(darkest, darkest_.value_or(darkest));
    brightest_ = std::max(brightest, brightest_.value_or(brightest));
    return true;
}

std::shared_ptr<Pixels> DicomPixels::decode(unsigned long frame, std::string& why) {
    DicomImage image{&file_.dataset(), file_.dataset().getOriginalXfer(), frame_by_frame, frame, 1};
    if (image.getStatus() != EIS_Normal) {
        why = DicomImage::getString(image.getStatus());
        return nullptr;
    }
    if (needs_measuring() && darkest_) {
        // DICOM's linear window of width w maps w - 1 steps onto black to white.
        const auto width = *brightest_ - *darkest_ + 1;
        window_ = GreyWindow{*darkest_ + width / 2, std::max(width, 2.0)};
    }
    if (grey_ && stored_lookup_) image.setVoiLut(0);
    if (grey_ && !stored_lookup_ && window_) image.setWindow(window_->center, window_->width);

    const auto* source = static_cast<const std::uint8_t*>(image.getOutputData(8));
    const auto columns = static_cast<int>(image.getWidth()), rows = static_cast<int>(image.getHeight());
    if (source == nullptr || columns / 2 * 2 != width_ || rows / 2 * 2 != height_ || image.isMonochrome() != grey_) {
        why = "no pixels came out";
        return nullptr;
    }
    auto picture = new_picture(grey_ ? PixelFormat::gray8 : PixelFormat::i420, width_, height_);
    if (!grey_) {
        to_i420(source, columns, *picture);
    } else {
        for (int y = 0; y < height_; ++y)
            std::memcpy(picture->row(0, y), source + std::ptrdiff_t{columns} * y, static_cast<std::size_t>(width_));
    }
    return picture;
}

}  // namespace devices
