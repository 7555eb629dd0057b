// A heart that beats and breathes, watched by two devices of which one is late: what a lag is to be found in.
#pragma once

#include "augment/motion.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace bench {

struct LagScene {
    std::uint32_t seed = 1;
    double lag_s = 0;
    double seconds = 15;
    double heart_hz = 1.25;
    double breath_hz = 0.25;
    double heart_mm = 10;
    double breath_mm = 15;
    double wander = 0.05;     ///< of the heart's rate, up and down in 9 s
    double noise_mm = 0.5;    ///< of each sample
    double jitter_s = 0.001;  ///< of each sample's time
    double least_hz = 10;     ///< each device draws its rate between these; each interval is off by up to 30 %
    double most_hz = 50;
    double unshared = 0;  ///< share of the breath that the second device alone shows
};

class LagScenery {
public:
    explicit LagScenery(const LagScene& scene) : scene_{scene}, random_{scene.seed} {
        for (auto& phase : phases_) phase = between(0, 2 * std::numbers::pi);
    }

    /// What the reference shows, and the second, which is late by `lag_s`, by another clock's sign and unit.
    [[nodiscard]] augment::Motion reference() { return watched(0, 1, 0); }
    [[nodiscard]] augment::Motion second() {
        const double gain = between(0.2, 5) * (between(0, 1) < 0.5 ? -1 : 1);
        return watched(scene_.lag_s, gain, scene_.unshared);
    }

private:
    double between(double from, double to) { return std::uniform_real_distribution{from, to}(random_); }
    double chance(double sigma) { return sigma > 0 ? std::normal_distribution{0.0, sigma}(random_) : 0; }

    [[nodiscard]] double breath(double t) const {
        return scene_.breath_mm * std::cos(2 * std::numbers::pi * scene_.breath_hz * t + phases_[0]);
    }
    [[nodiscard]] double heart(double t) const {
        constexpr double slow_hz = 0.11;
        const double beat =
            2 * std::numbers::pi * scene_.heart_hz * t + phases_[1] +
            scene_.wander * scene_.heart_hz / slow_hz * std::sin(2 * std::numbers::pi * slow_hz * t + phases_[2]);
        return scene_.heart_mm * (std::cos(beat) + 0.35 * std::cos(2 * beat + 0.7) + 0.12 * std::cos(3 * beat + 1.9)) /
               2;
    }
    augment::Motion watched(double lag_s, double gain, double unshared) {
        const double rate = between(scene_.least_hz, scene_.most_hz), drift = between(-1, 1);
        augment::Motion out;
        for (double t = between(0, 0.05); t < scene_.seconds; t += between(0.7, 1.3) / rate) {
            const double stamp = t + chance(scene_.jitter_s);
            if (!out.seconds.empty() && stamp <= out.seconds.back()) continue;
            const double at = t - lag_s;
            out.seconds.push_back(stamp);
            out.values.push_back(gain *
                                 (heart(at) + (1 + unshared) * breath(at) + drift * t + chance(scene_.noise_mm)));
        }
        return out;
    }

    LagScene scene_;
    std::mt19937 random_;
    double phases_[3]{};
};

}  // namespace bench
