// What the pixels mean in the room: rectangles, physical units, C-arm and probe. Plain structs, no formulas.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace transport {

/// Pixels, origin top left.
struct Rect {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    [[nodiscard]] bool empty() const { return width <= 0 || height <= 0; }
    bool operator==(const Rect&) const = default;
};

/// Size of one pixel in the object, mm. DICOM: (0018,602C/602E) for ultrasound, (0018,1164) for X-ray.
struct PixelSpacing {
    double x_mm_per_pixel = 0;
    double y_mm_per_pixel = 0;
    bool operator==(const PixelSpacing&) const = default;
};

/// One item of the Sequence of Ultrasound Regions (0018,6011). Units as DICOM codes: 3 cm, 4 s, 7 cm/s …
struct UltrasoundRegion {
    Rect bounds;
    std::uint16_t spatial_format = 0;  ///< (0018,6012): 1 2-D, 2 M-mode, 3 spectral …
    std::uint16_t data_type = 0;       ///< (0018,6014): 1 tissue, 2 colour flow, 3 PW …
    std::uint16_t unit_x = 0;
    std::uint16_t unit_y = 0;
    double delta_x = 0;  ///< units per pixel
    double delta_y = 0;
    bool operator==(const UltrasoundRegion&) const = default;
};

/// The C-arm while this frame was taken. Angles as DICOM has them: +primary is LAO, +secondary is cranial.
struct CArmGeometry {
    double primary_angle_degrees = 0;      ///< (0018,1510)
    double secondary_angle_degrees = 0;    ///< (0018,1511)
    double source_detector_mm = 0;         ///< (0018,1110) SID
    double source_isocentre_mm = 0;        ///< (0018,1111) SOD
    double detector_rotation_degrees = 0;  ///< (0018,9465), in the detector's plane
    bool operator==(const CArmGeometry&) const = default;
};

/// Rotation as a unit quaternion (w, x, y, z), then translation, mm: a point of one frame in, of another out.
struct Pose {
    std::array<double, 4> rotation{1, 0, 0, 0};
    std::array<double, 3> mm{};
    bool operator==(const Pose&) const = default;
};

/// The sector of an echo picture, in the ultrasound array's frame: x lateral, y elevation, z depth.
struct EchoSector {
    double apex_column = 0;  ///< pixel of the array's origin; may lie outside the picture
    double apex_row = 0;
    double from_mm = 0;  ///< depths of its near and far end
    double to_mm = 0;
    double half_angle_degrees = 0;  ///< to both sides of the depth axis, 0 < … < 90
    double multiplane_degrees = 0;  ///< the plane's turn about the depth axis
    std::optional<Pose> tracked;    ///< isocentre frame from the array at multiplane 0, where a tracker tells it
    bool operator==(const EchoSector&) const = default;
};

/// What one image is in millimetres. Everything unknown stays empty.
struct ImageGeometry {
    std::optional<PixelSpacing> spacing;  ///< X-ray: at the detector, not corrected for magnification
    std::vector<UltrasoundRegion> regions;
    std::optional<CArmGeometry> c_arm;
    std::optional<std::array<double, 3>>
        table_mm;  ///< (0018,9466 to 9468): the table's reference point, isocentre frame
    std::optional<EchoSector> sector;
    bool operator==(const ImageGeometry&) const = default;
};

}  // namespace transport
