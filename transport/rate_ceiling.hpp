// How coarse the next picture must be: one quantiser as long as the bits allow it.
#pragma once

#include <cstddef>

namespace transport {

/// A constant quantiser below a ceiling of bits over three pictures. Decides from the sizes of the pictures before: an
/// encoder that looks at each picture twice to guess its size pays for it in every picture (a fifth of x264's time).
class RateCeiling {
public:
    /// `quantiser`: H.264's, 1 finest to 51; never finer than that.
    RateCeiling(int quantiser, int max_kbit_per_s, double frames_per_second);
    /// How many pictures share a second from now on.
    void pace(double frames_per_second);
    /// For the next picture.
    [[nodiscard]] int quantiser() const { return next_; }
    /// The picture that was made with it.
    void made(std::size_t bytes);

private:
    int finest_;
    double bytes_per_s_;
    double share_ = 0;  ///< bytes of one picture at the ceiling
    double debt_ = 0;   ///< bytes above it that are still to be paid back
    int next_;
};

}  // namespace transport
