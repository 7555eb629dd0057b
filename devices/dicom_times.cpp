#include "devices/dicom_times.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cmath>
#include <optional>

namespace devices {

namespace {

using transport::Microseconds;

constexpr DicomTag frame_time{0x0018, 0x1063}, frame_time_vector{0x0018, 0x1065};

std::optional<Microseconds> sensible(double ms) {
    if (!(ms >= 0.1 && ms <= 3'600'000)) return std::nullopt;
    return Microseconds{std::llround(ms * 1000)};
}

std::optional<DicomTimes> from_vector(DcmDataset& dataset, unsigned long frames) {
    if (frames < 2 || dicom_count(dataset, frame_time_vector) < frames) return std::nullopt;
    DicomTimes times;
    times.starts.emplace_back(0);
    double sum_ms = 0;  // summed before rounding, so that 65 thirds stay 65 thirds
    for (unsigned long frame = 1; frame < frames; ++frame) {
        const auto increment = dicom_number(dataset, frame_time_vector, frame);
        if (!increment || !sensible(*increment)) return std::nullopt;
        sum_ms += *increment;
        times.starts.emplace_back(std::llround(sum_ms * 1000));
    }
    // The first increment is the time before the first frame: 0 by the standard; some scanners tell the real one.
    const auto first = sensible(dicom_number(dataset, frame_time_vector, 0).value_or(0));
    times.length = times.starts.back() + first.value_or(times.starts.back() / static_cast<std::int64_t>(frames - 1));
    return times;
}

std::optional<double> period_ms(DcmDataset& dataset) {
    if (const auto ms = dicom_number(dataset, frame_time); ms && sensible(*ms)) return ms;
    for (const DicomTag rate : {DicomTag{0x0018, 0x0040}, DicomTag{0x0008, 0x2144}})  // Cine, Recommended Display
        if (const auto per_second = dicom_number(dataset, rate); per_second && *per_second > 0)
            if (sensible(1000 / *per_second)) return 1000 / *per_second;
    if (const auto ms = dicom_number(dataset, {0x0018, 0x1242}); ms && sensible(*ms))
        return ms;  // Actual Frame Duration
    return std::nullopt;
}

}  // namespace

DicomTimes dicom_times(const DicomFile& file, unsigned long frames, std::vector<std::string>& warnings) {
    auto& dataset = file.dataset();
    // Without a pointer, the vector is the more exact one.
    DcmElement* pointer = nullptr;
    DcmTagKey pointed = DCM_FrameTimeVector;
    if (dataset.findAndGetElement(DCM_FrameIncrementPointer, pointer).good() && pointer->ident() == EVR_AT)
        static_cast<DcmAttributeTag*>(pointer)->getTagVal(pointed, 0);
    if (pointed == DCM_FrameTimeVector || !dicom_number(dataset, frame_time))
        if (auto times = from_vector(dataset, frames)) return *times;

    auto ms = period_ms(dataset);
    if (!ms) {
        ms = 40;  // as a scanner's video output goes on with a frozen picture
        if (frames > 1) warnings.emplace_back("no frame rate is stored: played at 25 frames/s");
    }
    DicomTimes times;
    for (unsigned long frame = 0; frame < frames; ++frame)
        times.starts.emplace_back(std::llround(static_cast<double>(frame) * *ms * 1000));
    times.length = Microseconds{std::llround(static_cast<double>(frames) * *ms * 1000)};
    return times;
}

}  // namespace devices
