// DICOM pixels into ours: grey stays grey, every colour becomes full-range BT.601 4:2:0.
#pragma once

#include "devices/dicom_file.hpp"
#include "transport/frame.hpp"

#include <optional>
#include <string>

namespace devices {

/// One window for the whole loop, so that its brightness does not pump.
struct GreyWindow {
    double center = 0;
    double width = 0;  ///< > 0
};

class DicomPixels {
public:
    /// Throws std::runtime_error when size or number of frames make no sense.
    explicit DicomPixels(const DicomFile& file);

    [[nodiscard]] int width() const { return width_; }  ///< even: an odd last column or row is cut off
    [[nodiscard]] int height() const { return height_; }
    [[nodiscard]] unsigned long frame_count() const { return frame_count_; }
    [[nodiscard]] bool grey() const { return grey_; }
    [[nodiscard]] std::size_t bytes_per_frame() const;

    /// Null when the frame cannot be decoded; `why` tells.
    [[nodiscard]] std::shared_ptr<transport::Pixels> decode(unsigned long frame, std::string& why);
    /// Grey without a window of its own needs the darkest and brightest value of all frames before the first decode.
    [[nodiscard]] bool needs_measuring() const { return grey_ && !window_ && !stored_lookup_; }
    /// False when the frame cannot be decoded.
    bool measure(unsigned long frame);

private:
    const DicomFile& file_;
    int width_ = 0;
    int height_ = 0;
    unsigned long frame_count_ = 0;
    bool grey_ = false;
    bool stored_lookup_ = false;  ///< a VOI LUT sequence
    std::optional<GreyWindow> window_;
    std::optional<double> darkest_, brightest_;
};

}  // namespace devices
