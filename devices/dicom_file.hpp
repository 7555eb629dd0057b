// A DICOM file as DCMTK reads it, defects included.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

class DcmDataset;
class DcmFileFormat;
class DcmItem;

namespace devices {

/// Group and element, as DICOM writes them.
struct DicomTag {
    std::uint16_t group = 0;
    std::uint16_t element = 0;
};

class DicomFile {
public:
    /// Throws std::runtime_error when there is nothing to play in it.
    explicit DicomFile(const std::string& path);
    ~DicomFile();
    DicomFile(const DicomFile&) = delete;
    DicomFile& operator=(const DicomFile&) = delete;

    [[nodiscard]] DcmDataset& dataset() const { return *dataset_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// What is wrong with the file's structure; empty when nothing is.
    [[nodiscard]] const std::string& defect() const { return defect_; }
    /// The file ends early: its last picture may be cut.
    [[nodiscard]] bool truncated() const { return truncated_; }
    /// Everything before the pixels was read before the first defect.
    [[nodiscard]] bool header_is_sound() const { return header_is_sound_; }
    [[nodiscard]] std::string transfer_syntax() const;

private:
    std::string path_;
    std::unique_ptr<DcmFileFormat> file_;
    DcmDataset* dataset_ = nullptr;
    std::string defect_;
    bool truncated_ = false;
    bool header_is_sound_ = true;
};

/// The value in the item itself, else in the functional groups of enhanced multi-frame objects: the shared ones, then
/// those of the first frame.
[[nodiscard]] std::optional<double> dicom_number(DcmItem& item, DicomTag tag, unsigned long index = 0);
/// The value in that frame's own functional groups.
[[nodiscard]] std::optional<double> dicom_number_of_frame(DcmItem& item, unsigned long frame, DicomTag tag);
[[nodiscard]] std::string dicom_text(DcmItem& item, DicomTag tag);
/// Values of a multi-valued number; 0 when it is not there.
[[nodiscard]] unsigned long dicom_count(DcmItem& item, DicomTag tag);

}  // namespace devices
