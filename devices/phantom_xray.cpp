#include "devices/phantom_xray.hpp"

#include "devices/in_parallel.hpp"
#include "transport/pool.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace devices {

namespace {

/// grey(), by reading; fine where readings are small.
class GreyTable {
public:
    GreyTable() {
        for (std::size_t i = 0; i < table_.size(); ++i) {
            const double root = static_cast<double>(i) / (size - 1);
            table_[i] = static_cast<float>(PhantomFluoroscope::grey(root * root) + 0.5);
        }
    }
    [[nodiscard]] std::uint8_t operator()(float reading) const {
        const float place = std::sqrt(std::clamp(reading, 0.0F, 1.0F)) * (size - 1);
        const auto i = std::min(static_cast<std::size_t>(place), table_.size() - 2);
        const float share = place - static_cast<float>(i);
        return static_cast<std::uint8_t>(table_[i] + share * (table_[i + 1] - table_[i]));
    }

private:
    static constexpr int size = 2048;
    std::array<float, size> table_{};  ///< and a half, so that cutting rounds
};

/// Frames that enter the recursive filter together: drawn in any order, filtered in the right one.
constexpr int exposures_at_once = 8;

/// After so many frames the filter has forgotten what it began with.
int frames_to_settle(double lag) {
    constexpr double forgotten = 1.0 / 1024;
    return lag > 0 ? static_cast<int>(std::ceil(std::log(forgotten) / std::log(lag))) : 0;
}

}  // namespace

PhantomFilm draw_phantom_xray(const Fluoroscopy& wishes, int count) {
    const PhantomFluoroscope fluoroscope{wishes};
    const GreyTable shown_as;
    transport::PixelPool pool;
    PhantomFilm film;
    std::vector<PhantomTruth> truths;
    for (int frame = 0; frame < count; ++frame) {
        truths.push_back(phantom_truth(phantom_frame_time(frame, count), wishes.scene));
        film.frames.push_back(pool.get(transport::PixelFormat::gray8, wishes.width, wishes.height));
        transport::ImageGeometry geometry;
        geometry.spacing = phantom_detector_spacing(wishes.width, wishes.height);
        geometry.c_arm = truths.back().c_arm;
        geometry.table_mm = {truths.back().table_mm.x, truths.back().table_mm.y, truths.back().table_mm.z};
        film.geometries.push_back(geometry);
    }

    const auto keeps = static_cast<float>(wishes.lag);
    Texture shown{wishes.width, wishes.height};
    std::vector<Texture> exposures(exposures_at_once, Texture{0, 0});
    const int settling = frames_to_settle(wishes.lag);
    for (int first = -settling; first < count; first += exposures_at_once) {
        const int together = std::min(exposures_at_once, count - first);
        const auto frame_of = [&](int i) { return ((first + i) % count + count) % count; };
        in_parallel(together, [&](int i) {
            const int frame = frame_of(i);
            exposures[static_cast<std::size_t>(i)] =
                fluoroscope.expose(truths[static_cast<std::size_t>(frame)], static_cast<std::uint32_t>(frame));
        });
        in_parallel(wishes.height, [&](int y) {
            for (int i = 0; i < together; ++i) {
                const auto& exposure = exposures[static_cast<std::size_t>(i)];
                const float share = first + i == -settling ? 1.0F : 1 - keeps;
                for (int x = 0; x < wishes.width; ++x) shown.at(x, y) += share * (exposure.at(x, y) - shown.at(x, y));
                const int frame = first + i;
                if (frame < 0) continue;
                auto* row = film.frames[static_cast<std::size_t>(frame)]->row(0, y);
                for (int x = 0; x < wishes.width; ++x) row[x] = shown_as(shown.at(x, y));
            }
        });
    }
    return film;
}

}  // namespace devices
