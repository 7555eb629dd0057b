// Where the C-arm and the table stood when each frame was taken.
#include "devices/devices.hpp"
#include "devices/dicom_maker.hpp"
#include "fakes/stepped_clock.hpp"

#include <gmock/gmock.h>

namespace {

using fakes::DicomMaker;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Recording {
    fakes::SteppedClock clock;
    fakes::TemporaryFile file;
    std::unique_ptr<capture::Source> source;

    explicit Recording(const DicomMaker& maker) {
        maker.write(file.path());
        source = devices::open_source(file.path(), transport::Modality::xray, {}, clock);
    }
    transport::ImageGeometry next() {
        transport::Frame frame;
        EXPECT_EQ(source->next(frame, {}), capture::Reading::ready);
        return frame.header.geometry;
    }
    std::vector<double> angles(int frames, double transport::CArmGeometry::*angle) {
        std::vector<double> out;
        for (int i = 0; i < frames; ++i) {
            const auto c_arm = next().c_arm;
            out.push_back(c_arm ? (*c_arm).*angle : -999);
        }
        return out;
    }
};

DicomMaker turning(const char* primary, const char* secondary) {
    DicomMaker maker;
    maker.more = [=](DcmDataset& data) {
        data.putAndInsertString(DCM_PositionerPrimaryAngle, "30");
        data.putAndInsertString(DCM_PositionerSecondaryAngle, "-5");
        data.putAndInsertString(DCM_PositionerMotion, "DYNAMIC");
        data.putAndInsertString(DCM_FrameTime, "40");
        if (primary != nullptr) data.putAndInsertString(DCM_PositionerPrimaryAngleIncrement, primary);
        if (secondary != nullptr) data.putAndInsertString(DCM_PositionerSecondaryAngleIncrement, secondary);
    };
    return maker;
}

TEST(DicomCArm, one_increment_is_the_step_from_frame_to_frame) {
    Recording recording{turning("2", "0")};
    EXPECT_THAT(recording.angles(4, &transport::CArmGeometry::primary_angle_degrees), ElementsAre(30, 32, 34, 30));
    EXPECT_THAT(recording.source->info().warnings, IsEmpty());
}

TEST(DicomCArm, an_increment_for_each_frame_is_its_distance_from_the_first_angle) {
    Recording recording{turning("0\\1.5\\5", "0\\-1\\-1")};
    EXPECT_THAT(recording.angles(3, &transport::CArmGeometry::primary_angle_degrees), ElementsAre(30, 31.5, 35));
    Recording again{turning("0\\1.5\\5", "0\\-1\\-1")};
    EXPECT_THAT(again.angles(3, &transport::CArmGeometry::secondary_angle_degrees), ElementsAre(-5, -6, -6));
}

TEST(DicomCArm, a_moving_c_arm_that_does_not_tell_its_angles_gives_none) {
    for (const auto& [primary, secondary] :
         {std::pair<const char*, const char*>{nullptr, nullptr}, {"1", nullptr}, {"1\\2", "0"}, {"90", "0"}}) {
        Recording recording{turning(primary, secondary)};
        EXPECT_FALSE(recording.next().c_arm.has_value()) << (primary == nullptr ? "" : primary);
        EXPECT_THAT(recording.source->info().warnings, ElementsAre(HasSubstr("C-arm moves")));
    }
}

TEST(DicomCArm, enhanced_xa_tells_it_frame_by_frame) {
    DicomMaker maker;
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_FrameTime, "40");
        DcmItem* shared = nullptr;
        DcmItem* geometry = nullptr;
        data.findOrCreateSequenceItem(DCM_SharedFunctionalGroupsSequence, shared, 0);
        shared->findOrCreateSequenceItem(DCM_XRayGeometrySequence, geometry, 0);
        geometry->putAndInsertString(DCM_DistanceSourceToDetector, "1200");
        geometry->putAndInsertFloat32(DCM_DistanceSourceToIsocenter, 765);
        for (int frame = 0; frame < 3; ++frame) {
            DcmItem* groups = nullptr;
            DcmItem* isocentre = nullptr;
            data.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, -2);
            groups->findOrCreateSequenceItem(DCM_IsocenterReferenceSystemSequence, isocentre, 0);
            isocentre->putAndInsertFloat32(DCM_PositionerIsocenterPrimaryAngle, static_cast<Float32>(10 * frame));
            isocentre->putAndInsertFloat32(DCM_PositionerIsocenterSecondaryAngle, -20);
            isocentre->putAndInsertFloat32(DCM_PositionerIsocenterDetectorRotationAngle, 1.5F);
            isocentre->putAndInsertFloat32(DCM_TableXPositionToIsocenter, 5);
            isocentre->putAndInsertFloat32(DCM_TableYPositionToIsocenter, -150);
            isocentre->putAndInsertFloat32(DCM_TableZPositionToIsocenter, static_cast<Float32>(frame));
        }
    };
    Recording recording{maker};
    for (int frame = 0; frame < 3; ++frame) {
        const auto geometry = recording.next();
        EXPECT_EQ(geometry.c_arm, (transport::CArmGeometry{10.0 * frame, -20, 1200, 765, 1.5})) << frame;
        EXPECT_EQ(geometry.table_mm, (std::array<double, 3>{5, -150, static_cast<double>(frame)})) << frame;
    }
}

TEST(DicomCArm, a_frame_with_impossible_angles_has_none) {
    DicomMaker maker;
    maker.more = [](DcmDataset& data) {
        data.putAndInsertString(DCM_FrameTime, "40");
        for (int frame = 0; frame < 3; ++frame) {
            DcmItem* groups = nullptr;
            DcmItem* isocentre = nullptr;
            data.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, -2);
            groups->findOrCreateSequenceItem(DCM_IsocenterReferenceSystemSequence, isocentre, 0);
            isocentre->putAndInsertFloat32(DCM_PositionerIsocenterPrimaryAngle, frame == 1 ? 400.0F : 10.0F);
            isocentre->putAndInsertFloat32(DCM_PositionerIsocenterSecondaryAngle, 0);
        }
    };
    Recording recording{maker};
    EXPECT_TRUE(recording.next().c_arm.has_value());
    EXPECT_FALSE(recording.next().c_arm.has_value());
    EXPECT_TRUE(recording.next().c_arm.has_value());
}

}  // namespace
