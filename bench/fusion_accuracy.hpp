// How well the probe is found in X-ray pictures whose truth is known: goals A3, A4, A5, A7 of fusion.
#pragma once

#include "bench/registration_scene.hpp"
#include "bench/rows.hpp"

#include <cstdint>
#include <vector>

namespace bench {

struct AccuracySettings {
    std::uint64_t seed = 1;
    int sequences = 24;  ///< followed, of each kind of scene
    int exposures = 30;  ///< of each, 15 a second
    int pairs = 40;      ///< of views 40 degrees apart
    int searches = 24;   ///< with nothing known, of each kind of scene
};

/// What following sequences has shown, an entry for each exposure in which the probe was called found.
struct Followed {
    std::vector<double> projected_mm;
    std::vector<double> space_mm;
    std::vector<double> milliseconds;  ///< of one exposure; wall clock
    int exposures = 0;
    int registered = 0;
    int unflagged = 0;  ///< called found, and more than 5 mm off
    int in_ellipse = 0;
};
/// Breathing, slow turns, and in every third sequence a C-arm that sweeps; begun near the truth.
[[nodiscard]] Followed follow_sequences(std::uint64_t seed, int sequences, int exposures,
                                        const SceneSettings& settings);
/// Probes that jump, are withdrawn and come back: whoever is called found must be there.
[[nodiscard]] Followed follow_vandals(std::uint64_t seed, int sequences, const SceneSettings& settings);

struct Pairs {
    std::vector<double> one_view_mm;  ///< in space
    std::vector<double> two_views_mm;
};
[[nodiscard]] Pairs take_pairs(std::uint64_t seed, int count, const SceneSettings& settings);

struct Searches {
    int count = 0;
    int found = 0;   ///< within 5 mm
    int wrong = 0;   ///< called found, further off
    int ghosts = 0;  ///< of as many pictures without a probe
    std::vector<double> milliseconds;
};
[[nodiscard]] Searches search_pictures(std::uint64_t seed, int count, const SceneSettings& settings);

/// All of it, as rows. Takes minutes; one thread.
[[nodiscard]] std::vector<Row> accuracy_rows(const AccuracySettings& settings);

}  // namespace bench
