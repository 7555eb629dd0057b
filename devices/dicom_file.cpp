#include "devices/dicom_file.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>

#include <fmt/format.h>

#include <mutex>
#include <stdexcept>

namespace devices {

namespace {

/// DCMTK's registries are process wide: once, and its log off, for it would print patients' names.
void prepare_dcmtk() {
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        DcmRLEDecoderRegistration::registerCodecs();
        DJDecoderRegistration::registerCodecs();
        DJLSDecoderRegistration::registerCodecs();
    });
}

std::unique_ptr<DcmFileFormat> load(const std::string& path, bool ignore_errors, OFCondition& status) {
    static std::mutex one_at_a_time;  // the switch is process wide, too
    const std::scoped_lock lock{one_at_a_time};
    dcmIgnoreParsingErrors.set(ignore_errors);
    auto file = std::make_unique<DcmFileFormat>();
    status = file->loadFile(path.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_autoDetect);
    dcmIgnoreParsingErrors.set(false);
    return file;
}

}  // namespace

DicomFile::DicomFile(const std::string& path) : path_{path} {
    prepare_dcmtk();
    OFCondition status;
    file_ = load(path, false, status);
    if (status.bad()) {
        defect_ = status.text();
        truncated_ = status == EC_StreamNotifyClient || status == EC_EndOfStream || status == EC_InvalidStream;
        header_is_sound_ = file_->getDataset()->tagExists(DCM_BitsAllocated);
        file_ = load(path, true, status);
    }
    dataset_ = file_->getDataset();
    if (!dataset_->tagExists(DCM_PixelData)) {
        if (status.bad() || !defect_.empty())
            throw std::runtime_error(fmt::format("cannot play '{}': truncated or damaged DICOM ({})", path, defect_));
        throw std::runtime_error(fmt::format("cannot play '{}': DICOM without pictures", path));
    }
    const auto syntax = dataset_->getOriginalXfer();
    if (DcmXfer{syntax}.isEncapsulated() && !DcmCodecList::canChangeCoding(syntax, EXS_LittleEndianExplicit))
        throw std::runtime_error(fmt::format("cannot play '{}': {} is not supported", path, transfer_syntax()));
}

DicomFile::~DicomFile() = default;

std::string DicomFile::transfer_syntax() const {
    return DcmXfer{dataset_->getOriginalXfer()}.getXferName();
}

namespace {

bool find(DcmItem& item, DicomTag tag, DcmElement*& element) {
    const DcmTagKey key{tag.group, tag.element};
    if (item.findAndGetElement(key, element).good() && element != nullptr && element->getLength() > 0) return true;
    for (const auto& groups : {DCM_SharedFunctionalGroupsSequence, DCM_PerFrameFunctionalGroupsSequence}) {
        DcmItem* first = nullptr;
        if (item.findAndGetSequenceItem(groups, first, 0).bad() || first == nullptr) continue;
        if (first->findAndGetElement(key, element, true).good() && element != nullptr) return true;
    }
    return false;
}

std::optional<double> value_of(DcmElement& element, unsigned long index) {
    OFString text;
    if (element.getOFString(text, index).bad()) return std::nullopt;
    OFBool good = OFFalse;
    const double value = OFStandard::atof(text.c_str(), &good);
    if (!good || !(value > -1e12 && value < 1e12)) return std::nullopt;
    return value;
}

}  // namespace

std::optional<double> dicom_number(DcmItem& item, DicomTag tag, unsigned long index) {
    DcmElement* element = nullptr;
    return find(item, tag, element) ? value_of(*element, index) : std::nullopt;
}

std::optional<double> dicom_number_of_frame(DcmItem& item, unsigned long frame, DicomTag tag) {
    DcmItem* groups = nullptr;
    DcmElement* element = nullptr;
    const DcmTagKey key{tag.group, tag.element};
    if (item.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, static_cast<long>(frame)).bad() ||
        groups == nullptr || groups->findAndGetElement(key, element, true).bad() || element == nullptr)
        return std::nullopt;
    return value_of(*element, 0);
}

std::string dicom_text(DcmItem& item, DicomTag tag) {
    DcmElement* element = nullptr;
    OFString text;
    if (!find(item, tag, element) || element->getOFString(text, 0).bad()) return {};
    return text.c_str();  // NOLINT(readability-redundant-string-cstr): it ends at a zero; devices pad with them
}

unsigned long dicom_count(DcmItem& item, DicomTag tag) {
    DcmElement* element = nullptr;
    return find(item, tag, element) ? element->getVM() : 0;
}

}  // namespace devices
