// Numbers by chance that are the same on every machine: the standard library's distributions are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace transport {

/// splitmix64: one word of state, so that a seed is a state.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() {
        auto word = state_ += 0x9E3779B97F4A7C15U;
        word = (word ^ word >> 30U) * 0xBF58476D1CE4E5B9U;
        word = (word ^ word >> 27U) * 0x94D049BB133111EBU;
        return word ^ word >> 31U;
    }
    /// [0, 1)
    double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    double between(double least, double most) { return least + (most - least) * uniform(); }
    /// Always one draw, so that other draws keep their place.
    bool happens(double share) { return uniform() < share; }
    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }
    double exponential(double mean) { return -mean * std::log(1 - uniform()); }

private:
    std::uint64_t state_;
};

/// A seed of its own for each use of one seed.
[[nodiscard]] inline std::uint64_t seed_for(std::uint64_t seed, std::uint64_t use) {
    return Random{seed ^ (use + 1) * 0xD1B54A32D192ED03U}.next();
}

}  // namespace transport
