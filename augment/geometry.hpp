// Where a point of the patient lies in the X-ray picture and in the echo, and how sure that is. Pure formulas: DICOM's
// words in, pixels out.
//
//   W  isocentre, mm; head first supine it is the patient: x left, y posterior, z head (DICOM LPS)
//   C  X-ray camera, mm: x image right, y image up, z from the source to the detector; right-handed
//   A  ultrasound array, mm: x lateral, y elevation, z depth
//   pixels (column, row), rows downwards, (0, 0) is the centre of the first
#pragma once

#include "augment/linear.hpp"
#include "transport/geometry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace augment {

/// A stored X-ray picture on its detector: pixel = centre + per_slope · (x / z, y / z) of frame C. What is done to the
/// picture after exposure is done to this; collimation is not among it.
struct DetectorImage {
    int columns = 0;
    int rows = 0;
    Mat2 per_slope{};  ///< pixels; a plain detector has diag(f, -f), f = SID / pixel pitch
    Vec2 centre{};     ///< where the beam through the isocentre meets it

    /// Whole, its middle in the beam. `spacing`: of the stored picture, at the detector.
    [[nodiscard]] static DetectorImage centred(int columns, int rows, const transport::PixelSpacing& spacing,
                                               double source_detector_mm);
    /// Scaled by `factor`, as picture resizing does it: outer edges stay.
    [[nodiscard]] DetectorImage resized(double factor) const;
    [[nodiscard]] DetectorImage cropped(const transport::Rect& kept) const;
    /// Clockwise as seen, by so many quarters. (0018,7032) Field of View Rotation.
    [[nodiscard]] DetectorImage turned(int quarters) const;
    /// Left for right. (0018,7034) Field of View Horizontal Flip.
    [[nodiscard]] DetectorImage flipped() const;
};

/// A line of sight: origin + t · direction, mm in W; the direction has length 1.
struct Ray {
    Vec3 origin;
    Vec3 direction;
};

/// What is wrong with a C-arm's attributes, naming the one; nothing when fusion may use them. `magnification`:
/// (0018,1114) where there is one.
[[nodiscard]] std::optional<std::string> defect_of(const transport::CArmGeometry& c_arm,
                                                   const std::optional<transport::PixelSpacing>& spacing,
                                                   std::optional<double> magnification = {});

/// One exposure. Positions in W, or in the frame of a table (`on_table`).
class XrayCamera {
public:
    XrayCamera(const transport::CArmGeometry& c_arm, const DetectorImage& image);
    /// The same exposure; from now on positions are the table's.
    [[nodiscard]] XrayCamera on_table(const Rigid& world_from_table) const;

    /// Nothing for what is not in front of the source.
    [[nodiscard]] std::optional<Vec2> project(Vec3 point) const;
    [[nodiscard]] Ray ray_through(Vec2 pixel) const;
    [[nodiscard]] Vec3 in_camera(Vec3 point) const { return rotation_ * point + isocentre_; }
    /// d(column, row) / d(point).
    [[nodiscard]] Matrix<2, 3> jacobian(Vec3 point) const;
    /// Camera frame from W or table: rows are image right, image up, along the beam.
    [[nodiscard]] const Mat3& rotation() const { return rotation_; }
    [[nodiscard]] Vec3 source() const { return transposed(rotation_) * (-1.0 * isocentre_); }
    /// SID over the point's distance along the beam.
    [[nodiscard]] double magnification(Vec3 point) const { return source_detector_mm_ / in_camera(point).z; }
    [[nodiscard]] const DetectorImage& image() const { return image_; }
    /// Homogeneous: pixel ~ intrinsics · point of C.
    [[nodiscard]] Mat3 intrinsics() const;

private:
    Mat3 rotation_;
    Vec3 isocentre_;  ///< origin of W or table, in C
    double source_detector_mm_;
    DetectorImage image_;
};

/// The table: what lies on it moves with it. X_W = turned back X_T + moved (0018,9466 to 9468).
[[nodiscard]] Rigid world_from_table(const Mat3& table_rotation, Vec3 table_mm);
/// The table of that picture; W itself where none is told.
[[nodiscard]] Rigid world_from_table(const transport::ImageGeometry& geometry);

/// The camera of an X-ray picture of that size, on its table. Nothing when fusion may not use its geometry (defect_of).
[[nodiscard]] std::optional<XrayCamera> camera_of(const transport::ImageGeometry& geometry, int columns, int rows);

/// The rotation is made one when the quaternion is not quite of length 1; all zero counts as none.
[[nodiscard]] Rigid rigid_of(const transport::Pose& pose);
[[nodiscard]] transport::Pose pose_of(const Rigid& rigid);

/// An echo picture as a plane of frame A. DICOM: deltas of the region under it, its reference pixel.
struct EchoPlane {
    transport::PixelSpacing spacing;
    Vec2 apex;                    ///< pixel of the array's origin
    double multiplane_angle = 0;  ///< about the depth axis, radians

    [[nodiscard]] Vec3 in_array(Vec2 pixel) const;
};
/// The plane of an echo picture that tells its sector and its pixels' size; else nothing.
[[nodiscard]] std::optional<EchoPlane> plane_of(const transport::ImageGeometry& geometry);
/// The sector's edge in echo pixels, closed: the last point is the first.
[[nodiscard]] std::vector<Vec2> outline_of(const transport::EchoSector& sector, const transport::PixelSpacing& spacing);

/// An echo plane seen by an X-ray camera.
class EchoInXray {
public:
    /// Nearer than 20° to the beam a plane is drawn as outline and markers only: it has no texture to show.
    static constexpr double least_facing = 0.34;

    EchoInXray(const XrayCamera& camera, const Rigid& world_from_array, const EchoPlane& plane);

    /// X-ray pixel ~ homography · (echo column, echo row, 1): exact.
    [[nodiscard]] const Mat3& homography() const { return homography_; }
    [[nodiscard]] std::optional<Vec2> to_xray(Vec2 echo) const;
    /// Cosine between the plane's normal and the beam there: 0 edge-on, below 0 seen from behind.
    [[nodiscard]] double facing(Vec2 echo) const;

    /// What a click in the X-ray picture means in the echo: all points that may lie under it.
    struct Answer {
        Vec2 from;  ///< echo pixels; the stretch that lies in the slice
        Vec2 to;
        std::optional<Vec2> point;  ///< where the line of sight pierces the plane; nothing when it is edge-on
    };
    /// `slice_mm`: thickness of the slice that the echo shows. Nothing when the line of sight does not come
    /// into the slice, where echo reaches.
    [[nodiscard]] std::optional<Answer> to_echo(Vec2 xray, double slice_mm) const;

private:
    [[nodiscard]] Vec2 pixel_of(Vec3 world) const;  ///< of its foot on the plane

    XrayCamera camera_;
    Vec3 array_;
    Vec3 origin_;  ///< pixel (0, 0), in W
    Vec3 column_;  ///< one pixel to the right
    Vec3 row_;     ///< one pixel deeper
    Vec3 normal_;
    Mat3 homography_;
};

/// The point nearest to two lines of sight, and how far they pass each other, mm. Nothing when they are parallel.
struct Sighting {
    Vec3 point;
    double residual_mm = 0;
};
[[nodiscard]] std::optional<Sighting> seen_by_both(const Ray& first, const Ray& second);

// ---- doubt ------------------------------------------------------------------------------------------------------

/// d(point) / d(step: translation, rotation) when the rotation goes about what `arm` leads away from.
[[nodiscard]] Matrix<3, 6> moved_by_step(Vec3 arm);

/// How far a marker's place in the X-ray picture may be from the truth.
struct MarkerDoubt {
    Matrix<6, 6> pose{};        ///< covariance of a step (translation mm, rotation rad) of what carries it, in frame C
    Mat3 marker{};              ///< its own, mm² in W: the click, the probe's calibration, the slice
    double calibration_px = 0;  ///< σ of the X-ray camera's
    double time_s = 0;          ///< σ: skew and both clocks' bounds
    double speed_mm_per_s = 200;  ///< of a heart's structures; 0 for bone
};
/// Half axes in pixels, 95 %; `angle` of the longer one from the columns' direction towards the rows', radians.
struct Ellipse {
    double longer_px = 0;
    double shorter_px = 0;
    double angle = 0;
    double along_beam_mm = 0;  ///< ±, 95 %: what the picture cannot show
};
/// Nothing for a point that is not in front of the source.
[[nodiscard]] std::optional<Ellipse> doubt_of(const XrayCamera& camera, Vec3 point, const MarkerDoubt& doubt);

/// 95 % of a point's place in the picture when its pose alone is in doubt, mm at the point's depth; 0 for a point that
/// is not in front of the source. `pose` as in MarkerDoubt.
[[nodiscard]] double projected_error_mm(const XrayCamera& camera, Vec3 point, const Matrix<6, 6>& pose);

/// So far in front of the array lies what one looks at: where a pose's error is told, mm.
inline constexpr double target_mm = 60;

}  // namespace augment
