// From what may be sent to what an encoder does: coarser first, then fewer pictures, then smaller ones.
#pragma once

#include "transport/clock.hpp"

#include <cstddef>
#include <optional>

namespace transport {

struct LadderSettings {
    double frames_per_second = 30;  ///< of the source
    int least_kbit_per_s = 300;     ///< below that the stream is degraded, whatever is done
    int most_kbit_per_s = 40'000;   ///< the encoder's own ceiling
    int coarsest_quantiser = 40;    ///< H.264's: a coarser picture is worth less than fewer or smaller ones
    int most_skipping = 3;          ///< every third picture at the least
    bool may_shrink = true;
};

/// What the encoder is told. A change of `kbit_per_s` or `every` costs no keyframe; a change of size is another
/// sequence parameter set, so it costs an IDR: it comes last, lasts 5 s at least, and is taken back no sooner than
/// after 10 s.
struct LadderStep {
    int kbit_per_s = 0;     ///< Encoder::limit
    int every = 1;          ///< send one picture of so many; Encoder::pace takes the source's rate divided by it
    int size_quarters = 4;  ///< of width and height: 4, 3 or 2
    bool degraded = false;  ///< less than the floor, or even the lowest step needs more than there is: say so

    bool operator==(const LadderStep&) const = default;
};

/// Not thread safe.
class RateLadder {
public:
    explicit RateLadder(const LadderSettings& settings);
    /// A picture left the encoder. `quantiser`: the one it was made with, 0 where the encoder does not tell; then only
    /// a picture that is larger than it may be shows that the encoder is at its end.
    void made(std::size_t bytes, int quantiser);
    /// Before each picture of the source, encoded or not. `target`: what may be sent of pictures: the estimator's, less
    /// repairs.
    const LadderStep& decide(int target_kbit_per_s, Timestamp now);
    /// Is this one of the pictures to be encoded? Once for each picture of the source.
    [[nodiscard]] bool takes();
    [[nodiscard]] const LadderStep& step() const { return step_; }

private:
    [[nodiscard]] std::size_t rung_for(double kbit_per_s) const;
    void climb(int target, Timestamp now);
    void set_rate(int target, Timestamp now);

    LadderSettings settings_;
    LadderStep step_;
    std::size_t rung_ = 0;
    double need_ = 0;
    int skipped_ = 0;
    Timestamp rate_changed_{};
    Timestamp size_changed_{};
    std::optional<Timestamp> too_much_since_;
    std::optional<Timestamp> room_since_;
};

}  // namespace transport
