#include "augment/motion.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

constexpr int scan_lines = 64;
constexpr int least_points = 8;   // on the line, or there is no reflector
constexpr int least_bright = 24;  // grey levels
constexpr double near_rows = 6;   // of a point to the line it belongs to
constexpr double of_peak = 0.5;   // rows this bright belong to the echo

struct PeakEcho {
    double column = 0;
    double row = 0;
};

/// Where one column is brightest: the centre of gravity of its peak.
std::optional<PeakEcho> echo_of(const transport::Pixels& picture, int column) {
    int peak = 0;
    for (int y = 1; y < picture.height; ++y)
        if (picture.row(0, y)[column] > picture.row(0, peak)[column]) peak = y;
    const int bright = picture.row(0, peak)[column];
    if (bright < least_bright) return std::nullopt;
    const auto belongs = [&](int y) {
        return y >= 0 && y < picture.height && picture.row(0, y)[column] > of_peak * bright;
    };
    int from = peak, to = peak;
    while (belongs(from - 1)) --from;
    while (belongs(to + 1)) ++to;
    double weight = 0, moment = 0;
    for (int y = from; y <= to; ++y) {
        weight += picture.row(0, y)[column];
        moment += y * static_cast<double>(picture.row(0, y)[column]);
    }
    return PeakEcho{static_cast<double>(column), moment / weight};
}

struct StraightLine {
    double slope = 0;
    double row_at_0 = 0;
    [[nodiscard]] double row(double column) const { return row_at_0 + slope * column; }
};

StraightLine through(const std::vector<PeakEcho>& echoes) {
    double x = 0, y = 0, xx = 0, xy = 0;
    const auto n = static_cast<double>(echoes.size());
    for (const auto& e : echoes) x += e.column / n, y += e.row / n;
    for (const auto& e : echoes) {
        xx += (e.column - x) * (e.column - x);
        xy += (e.column - x) * (e.row - y);
    }
    const double slope = xx > 0 ? xy / xx : 0;
    return {slope, y - slope * x};
}

std::vector<PeakEcho> agreeing(const std::vector<PeakEcho>& echoes, const StraightLine& line) {
    std::vector<PeakEcho> out;
    std::ranges::copy_if(echoes, std::back_inserter(out),
                         [&](const PeakEcho& e) { return std::abs(e.row - line.row(e.column)) < near_rows; });
    return out;
}

}  // namespace

std::optional<double> reflector_row(const transport::Pixels& picture) {
    std::vector<PeakEcho> echoes;
    for (int i = 0; i < scan_lines; ++i)
        if (const auto echo = echo_of(picture, (2 * i + 1) * picture.width / (2 * scan_lines))) echoes.push_back(*echo);
    // The line through the two echoes that most of the others agree with.
    std::vector<PeakEcho> best;
    for (std::size_t i = 0; i < echoes.size(); ++i)
        for (std::size_t k = i + 4; k < echoes.size(); ++k) {
            auto agree = agreeing(echoes, through({echoes[i], echoes[k]}));
            if (agree.size() > best.size()) best = std::move(agree);
        }
    if (best.size() < least_points || 2 * best.size() < echoes.size()) return std::nullopt;
    return through(best).row(picture.width / 2.0);
}

}  // namespace augment
