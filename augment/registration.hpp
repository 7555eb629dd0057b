// Finds the probe's head in X-ray pictures and follows it.
//
//   SEARCHING   nothing is known
//   REGISTERED  found in the last exposure, at most `ageing_after` ago
//   AGEING      not found in the last exposures, or none came
//   LOST        missed too often, or too old: found anew by the next search that succeeds
#pragma once

#include "augment/registration_search.hpp"
#include "transport/clock.hpp"
#include "transport/stamp.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace augment {

struct RegistrarSettings {
    SearchSettings search;
    double least_similarity = 0.5;        ///< gradient correlation below this is not the head
    double least_similarity_found = 0.6;  ///< of a search
    double ahead_of_next = 0.06;          ///< by so much a search's best must beat the next best with another pose
    double largest_error_mm = 2.7;        ///< 95 %: what is less sure than this counts as not found
    int lost_after_misses = 5;
    transport::Microseconds ageing_after = std::chrono::seconds{1};
    transport::Microseconds lost_after = std::chrono::seconds{30};
    /// Two views of this much or more apart are taken together, as long as the probe seems to lie still.
    double views_apart_degrees = 20;
    transport::Microseconds views_kept = std::chrono::seconds{60};
    /// σ of what a probe that lies still may have moved by, mm, whenever two views are taken together.
    double still_mm = 0.1;
    double drift_mm_per_s = 1;  ///< σ of what a probe that is not seen moves by
};

/// What is known of the head.
struct ProbePose {
    transport::Registration state = transport::Registration::searching;
    Rigid world_from_head;  ///< meaningless while searching
    /// Of a step (translation mm, rotation rad) about the source, in frame C of the last exposure: MarkerDoubt's.
    Mat6 covariance{};
    Step per_second{};                         ///< its motion of late, axes of W
    std::optional<transport::Timestamp> seen;  ///< exposure in which it was last found, or placed by hand
    double error_mm = 0;     ///< 95 % of what the picture shows of it, `target_mm` in front of the array
    double similarity = 0;   ///< in the last exposure in which it was found: 1 is a perfect picture of it
    bool two_views = false;  ///< its depth comes from two angles
    bool held = false;       ///< placed by hand, and stays there
    [[nodiscard]] bool usable() const {
        return state == transport::Registration::registered || state == transport::Registration::ageing;
    }
};

/// World is the frame of the cameras; the probe should rest in it, so the table's is best. One thread at a time.
class Registrar {
public:
    explicit Registrar(std::vector<Solid> head, RegistrarSettings settings = {});

    /// One exposure, grey or the luma of 4:2:0. Exposures come in their order; one with the beam off is none. Following
    /// takes some 15 ms of one core, searching half a second.
    ProbePose observe(const transport::Pixels& xray, const XrayCamera& camera, transport::Timestamp exposed);
    /// What is known now, without a new exposure.
    [[nodiscard]] ProbePose at(transport::Timestamp now) const;

    /// By hand or by a tracker. `refine`: exposures go on from there, and may lose it; `hold`: it stays.
    enum class Placement : std::uint8_t { refine, hold };
    /// A pose that is no number is not taken.
    void place(const Rigid& world_from_head, transport::Timestamp now, Placement placement);
    /// Forgets all of it: the next exposure is searched.
    void search();

private:
    /// Steps about the head's origin, axes of W.
    struct View {
        Rigid world_from_head;
        Mat6 information;
        Vec3 beam;
        transport::Timestamp time;
    };
    struct Track {
        Rigid world_from_head;
        Mat6 covariance{};
        transport::Timestamp seen;
        transport::Timestamp last;  ///< exposure, found in it or not
        Step per_second{};
        double similarity = 0;
        double usual_similarity = 0;  ///< over time
        double usual_strength = 0;
        int misses = 0;
        bool two_views = false;
        bool held = false;
        bool young = true;  ///< its speed is not known
    };

    [[nodiscard]] std::optional<HeadFit> follow(const transport::Pixels& xray, const XrayCamera& camera,
                                                transport::Timestamp exposed) const;
    [[nodiscard]] std::optional<HeadFit> find(const transport::Pixels& xray, const XrayCamera& camera) const;
    [[nodiscard]] bool good(const HeadFit& fit) const;
    [[nodiscard]] bool like_before(const HeadFit& fit) const;
    void accept(const HeadFit& fit, const XrayCamera& camera, transport::Timestamp exposed);
    /// The views of other angles taken together with this one.
    [[nodiscard]] bool with_other_views(View& view) const;
    void keep(const View& view);
    [[nodiscard]] Rigid predicted(transport::Timestamp time) const;

    Refiner refiner_;
    RegistrarSettings settings_;
    std::optional<Track> track_;
    std::vector<View> views_;
    bool was_lost_ = false;
    std::optional<XrayCamera> camera_;
};

}  // namespace augment
