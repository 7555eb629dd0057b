// How coarse the next picture must be: one quantiser as long as the bits allow it.
#pragma once

#include <cstddef>

namespace transport {

/// A constant quantiser below a ceiling of bits over three pictures. Decides from the sizes of the pictures before: an
/// encoder that looks at each picture twice to guess its size pays for it in every picture (a fifth of x264's time).
class RateCeiling {
public:
    /// `quantiser`: H.264's, 1 finest to 51; never finer than that. `keyframe_bytes`: what the first one is thought to
    /// take with it; 0: no idea, it will be as fine as allowed.
    RateCeiling(int quantiser, int max_kbit_per_s, double frames_per_second, double keyframe_bytes = 0);
    /// How many pictures share a second from now on.
    void pace(double frames_per_second);
    /// Another ceiling: holds for the next picture already.
    void limit(int max_kbit_per_s);
    /// For the next picture.
    [[nodiscard]] int quantiser() const { return next_; }
    /// For a keyframe in its place: coarser where it would take more than three pictures' bits.
    [[nodiscard]] int keyframe_quantiser() const;
    /// The picture that was made with it.
    void made(std::size_t bytes);
    /// The keyframe that was made with that quantiser. It weighs more than what follows, and tells little about it.
    void made_keyframe(std::size_t bytes, int quantiser);

private:
    void owe(double bytes);
    void aim();

    int finest_;
    double bytes_per_s_;
    double pictures_per_s_ = 1;
    double share_ = 0;  ///< bytes of one picture at the ceiling
    double debt_ = 0;   ///< bytes above it that are still to be paid back
    double last_ = 0;   ///< bytes of the picture before; 0: none
    int last_quantiser_;
    double keyframe_;      ///< bytes that a keyframe takes with the finest quantiser; 0: no idea
    double too_fine_ = 0;  ///< quantiser of the last picture that was too large
    int wary_ = 0;         ///< pictures for which that is believed
    int trial_ = 1;        ///< steps finer, the next time
    int next_;
};

}  // namespace transport
