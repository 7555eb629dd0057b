// Tiny DICOM files for tests, written by DCMTK where and when they are needed.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpeg/djrploss.h>
#include <dcmtk/dcmjpls/djencode.h>

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace fakes {

/// A file in the tests' temporary folder, gone with the object.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& extension = "dcm") {
        static int count = 0;
        path_ = ::testing::TempDir() + "scialytic_" + std::to_string(::getpid()) + "_" + std::to_string(count++) + "." +
                extension;
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] std::string bytes() const {
        std::ifstream file{path_, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    void write(const std::string& bytes) const { std::ofstream{path_, std::ios::binary} << bytes; }

private:
    std::string path_;
};

struct DicomMaker {
    std::uint16_t columns = 16, rows = 12;
    int frames = 3;
    std::uint16_t samples = 1;  ///< 3: interleaved
    std::uint16_t bits = 8;     ///< stored; allocated is 8 or 16
    std::string photometric = "MONOCHROME2";
    E_TransferSyntax syntax = EXS_LittleEndianExplicit;
    E_EncodingType lengths = EET_ExplicitLength;
    /// Value of a sample.
    std::function<int(int frame, int x, int y, int sample)> pixel = [](int, int, int, int) { return 0; };
    /// More attributes.
    std::function<void(DcmDataset&)> more = [](DcmDataset&) {};

    void write(const std::string& path) const {
        static const bool registered = [] {
            DcmRLEEncoderRegistration::registerCodecs();
            DJEncoderRegistration::registerCodecs();
            DJLSEncoderRegistration::registerCodecs();
            return true;
        }();
        ASSERT_TRUE(registered);
        DcmFileFormat file;
        auto& data = *file.getDataset();
        const std::uint16_t allocated = bits > 8 ? 16 : 8;
        data.putAndInsertString(DCM_SOPClassUID, UID_UltrasoundMultiframeImageStorage);
        data.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.4");
        data.putAndInsertString(DCM_PatientName, "Secret^Patient");
        data.putAndInsertString(DCM_PatientID, "Secret-4711");
        data.putAndInsertUint16(DCM_Rows, rows);
        data.putAndInsertUint16(DCM_Columns, columns);
        data.putAndInsertString(DCM_NumberOfFrames, std::to_string(frames).c_str());
        data.putAndInsertUint16(DCM_SamplesPerPixel, samples);
        data.putAndInsertUint16(DCM_BitsAllocated, allocated);
        data.putAndInsertUint16(DCM_BitsStored, bits);
        data.putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(bits - 1));
        data.putAndInsertUint16(DCM_PixelRepresentation, 0);
        data.putAndInsertString(DCM_PhotometricInterpretation, photometric.c_str());
        if (samples == 3) data.putAndInsertUint16(DCM_PlanarConfiguration, 0);
        more(data);

        std::vector<Uint16> values;
        for (int frame = 0; frame < frames; ++frame)
            for (int y = 0; y < rows; ++y)
                for (int x = 0; x < columns; ++x)
                    for (int sample = 0; sample < samples; ++sample)
                        values.push_back(static_cast<Uint16>(pixel(frame, x, y, sample)));
        const std::vector<Uint8> bytes{values.begin(), values.end()};
        if (frames > 0 && allocated == 16)
            data.putAndInsertUint16Array(DCM_PixelData, values.data(), values.size());
        else if (frames > 0)
            data.putAndInsertUint8Array(DCM_PixelData, bytes.data(), bytes.size());

        const DJ_RPLossy lossy{95};
        const DcmRepresentationParameter* how = syntax == EXS_JPEGProcess1 ? &lossy : nullptr;
        ASSERT_TRUE(data.chooseRepresentation(syntax, how).good());
        ASSERT_TRUE(file.saveFile(path.c_str(), syntax, lengths).good());
    }
};

inline void add_region(DcmDataset& data, Uint32 x0, Uint32 y0, Uint32 x1, Uint32 y1, double delta) {
    DcmItem* item = nullptr;
    data.findOrCreateSequenceItem(DCM_SequenceOfUltrasoundRegions, item, -2);
    item->putAndInsertUint16(DCM_RegionSpatialFormat, 1);
    item->putAndInsertUint16(DCM_RegionDataType, 1);
    item->putAndInsertUint32(DCM_RegionFlags, 0);
    item->putAndInsertUint32(DCM_RegionLocationMinX0, x0);
    item->putAndInsertUint32(DCM_RegionLocationMinY0, y0);
    item->putAndInsertUint32(DCM_RegionLocationMaxX1, x1);
    item->putAndInsertUint32(DCM_RegionLocationMaxY1, y1);
    item->putAndInsertUint16(DCM_PhysicalUnitsXDirection, 3);
    item->putAndInsertUint16(DCM_PhysicalUnitsYDirection, 3);
    item->putAndInsertFloat64(DCM_PhysicalDeltaX, delta);
    item->putAndInsertFloat64(DCM_PhysicalDeltaY, delta);
}

}  // namespace fakes
