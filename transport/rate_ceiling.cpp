#include "transport/rate_ceiling.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace transport {

namespace {
constexpr int coarsest = 51;
constexpr double steps_per_halving = 6;  // H.264: six steps double the quantiser, and about halve the bits
constexpr double most_finer = 5;         // steps a picture
constexpr double overshoot = 1.3;        // shares
constexpr int wary_pictures = 15;
constexpr int pictures_between_trials = 3;
constexpr double pictures = 3;  // one would starve a refresh column, thirty would fill a radio's queue
}  // namespace

RateCeiling::RateCeiling(int quantiser, int max_kbit_per_s, double frames_per_second, double keyframe_bytes)
    : finest_{std::clamp(quantiser, 1, coarsest)},
      bytes_per_s_{max_kbit_per_s * 125.0},
      last_quantiser_{finest_},
      keyframe_{keyframe_bytes},
      next_{finest_} {
    pace(frames_per_second);
}

void RateCeiling::pace(double frames_per_second) {
    pictures_per_s_ = std::max(1.0, frames_per_second);
    share_ = bytes_per_s_ / pictures_per_s_;
}

void RateCeiling::limit(int max_kbit_per_s) {
    const double before = bytes_per_s_;
    bytes_per_s_ = std::max(1, max_kbit_per_s) * 125.0;
    pace(pictures_per_s_);
    too_fine_ -= steps_per_halving * std::log2(bytes_per_s_ / before);
    debt_ = std::min(debt_, pictures * share_);
    if (last_ > 0) aim();
}

int RateCeiling::keyframe_quantiser() const {
    if (keyframe_ <= pictures * share_) return next_;
    const double steps = steps_per_halving * std::log2(keyframe_ / (pictures * share_));
    return std::clamp(finest_ + static_cast<int>(std::ceil(steps)), next_, coarsest);
}

void RateCeiling::made(std::size_t bytes) {
    last_ = std::max(1.0, static_cast<double>(bytes));
    last_quantiser_ = next_;
    if (last_ > overshoot * share_) {
        too_fine_ = last_quantiser_;
        wary_ = wary_pictures;
        trial_ = 1;
    } else if (wary_ > 0 && --wary_ == 0) {
        too_fine_ -= std::exchange(trial_, 2 * trial_);
        wary_ = too_fine_ >= finest_ ? pictures_between_trials : 0;
    }
    owe(last_);
    aim();
}

void RateCeiling::made_keyframe(std::size_t bytes, int quantiser) {
    const auto size = std::max(1.0, static_cast<double>(bytes));
    keyframe_ = size * std::exp2((quantiser - finest_) / steps_per_halving);
    if (last_ == 0) {  // nothing else tells how heavy the content is
        last_ = size;
        last_quantiser_ = quantiser;
    }
    owe(size);
    aim();
}

void RateCeiling::owe(double bytes) {
    debt_ = std::clamp(debt_ + bytes - share_, 0.0, pictures * share_);
}

void RateCeiling::aim() {
    // What is owed is paid back over the next pictures, not by the next one alone: it would be blurred visibly.
    const double allowed = std::max(share_ - debt_ / pictures, share_ / 8);
    const double steps = std::ceil(steps_per_halving * std::log2(last_ / allowed));
    // Coarser at once, finer by halves: grain that a coarse quantiser wipes out comes back all at once, not by sixes.
    // What it was too much with is tried again later, and step by step.
    double next = last_quantiser_ + (steps < 0 ? std::max(-most_finer, std::floor(steps / 2)) : steps);
    if (wary_ > 0 && steps < 0) next = std::max(next, std::min<double>(last_quantiser_, std::floor(too_fine_) + 1));
    next_ = std::clamp(static_cast<int>(next), finest_, coarsest);
}

}  // namespace transport
