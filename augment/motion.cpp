#include "augment/motion.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

constexpr int power_rounds = 60;

struct Strongest {
    std::vector<double> direction;
    std::vector<double> along;  ///< of each row
};

double power_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value * value;
    return sum;
}

/// The strongest direction of the rows' spread about their mean that is square to `but`, by power iteration.
template <typename Rows>
Strongest strongest(const Rows& rows, const std::vector<double>& but = {}) {
    Strongest out{{}, std::vector<double>(rows.size())};
    if (rows.empty()) return out;
    const auto width = rows.front().size();
    std::vector<double> middle(width);
    for (const auto& row : rows)
        for (std::size_t i = 0; i < width; ++i) middle[i] += row[i] / static_cast<double>(rows.size());
    const auto square_to_but = [&](std::vector<double>& direction) {
        double along = 0;
        for (std::size_t i = 0; i < but.size(); ++i) along += but[i] * direction[i];
        for (std::size_t i = 0; i < but.size(); ++i) direction[i] -= along * but[i];
    };
    // Begun from the row that lies furthest out, which cannot be square to all of the spread.
    for (const auto& row : rows) {
        std::vector<double> off(width);
        for (std::size_t i = 0; i < width; ++i) off[i] = row[i] - middle[i];
        square_to_but(off);
        if (out.direction.empty() || power_of(off) > power_of(out.direction)) out.direction = std::move(off);
    }
    for (int round = 0; round < power_rounds; ++round) {
        const double size = std::sqrt(power_of(out.direction));
        if (size == 0) return out;
        for (double& d : out.direction) d /= size;
        square_to_but(out.direction);  // what is left may be rounding alone
        std::vector<double> next(width);
        for (std::size_t k = 0; k < rows.size(); ++k) {
            double along = 0;
            for (std::size_t i = 0; i < width; ++i) along += (rows[k][i] - middle[i]) * out.direction[i];
            out.along[k] = along;
            for (std::size_t i = 0; i < width; ++i) next[i] += along * (rows[k][i] - middle[i]);
        }
        if (round + 1 == power_rounds) return out;
        square_to_but(next);
        out.direction = std::move(next);
    }
    return out;
}

}  // namespace

std::vector<double> principal_motion(const std::vector<Vec3>& positions) {
    std::vector<std::array<double, 3>> rows;
    for (const auto& at : positions) rows.push_back({at.x, at.y, at.z});
    return strongest(rows).along;
}

Vec3 brightness_centre(const transport::Pixels& picture) {
    double weight = 0, across = 0, down = 0;
    for (int y = 0; y < picture.height; ++y) {
        const auto* line = picture.row(0, y);
        std::int64_t sum = 0, moment = 0;
        for (int x = 0; x < picture.width; ++x) {
            sum += line[x];
            moment += std::int64_t{line[x]} * x;
        }
        weight += static_cast<double>(sum);
        across += static_cast<double>(moment);
        down += static_cast<double>(sum) * y;
    }
    return weight > 0 ? Vec3{across / weight, down / weight, 0} : Vec3{};
}

void PictureMotion::add(const transport::Pixels& picture) {
    auto* small = small_.emplace_back().data();
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column) {
            const int top = row * picture.height / side, bottom = std::max(top + 1, (row + 1) * picture.height / side);
            const int left = column * picture.width / side;
            const int right = std::max(left + 1, (column + 1) * picture.width / side);
            int sum = 0;
            for (int y = top; y < bottom; ++y) {
                const auto* line = picture.row(0, y);
                for (int x = left; x < right; ++x) sum += line[x];
            }
            *small++ = static_cast<float>(sum) / static_cast<float>((bottom - top) * (right - left));
        }
}

std::vector<double> PictureMotion::values() const {
    return strongest(small_).along;
}

double PictureMotion::rival() const {
    const auto first = strongest(small_);
    const double power = power_of(first.along);
    return power > 0 ? power_of(strongest(small_, first.direction).along) / power : 0;
}

}  // namespace augment
