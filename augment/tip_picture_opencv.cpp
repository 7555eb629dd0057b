#include "augment/tip_picture.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

constexpr int tip_side = 2 * tip_reach + 1;
constexpr double weight_sigma = 8;    // cells
constexpr double grain_sigma = 0.9;   // quantum noise
constexpr int background_box = 15;    // cells; twice that is broader than any catheter
constexpr float least_spread = 0.6F;  // grey levels: less is no structure but rounding
constexpr double rival_apart = 6;     // cells

cv::Mat tip_mat(const Field& field) {
    // cv::Mat knows no const memory; what comes in as const is only read.
    return {field.height, field.width, CV_32F, const_cast<float*>(field.values.data())};
}

const cv::Mat& tip_weights() {
    static const cv::Mat weights = [] {
        cv::Mat out(tip_side, tip_side, CV_32F);
        for (int y = 0; y < tip_side; ++y)
            for (int x = 0; x < tip_side; ++x) {
                const double far = std::hypot(x - tip_reach, y - tip_reach) / weight_sigma;
                out.at<float>(y, x) = static_cast<float>(std::exp(-far * far / 2));
            }
        out /= cv::sum(out)[0];
        return out;
    }();
    return weights;
}

}  // namespace

int tip_step(int width) {
    constexpr double cells = 512;
    return std::max(1, static_cast<int>(std::lround(width / cells)));
}

TipCells cells_around(const transport::Pixels& xray, int width, int height, Vec2 middle, int reach) {
    TipCells out;
    out.step = tip_step(width);
    const int columns = width / out.step, rows = height / out.step;
    out.left = static_cast<int>(std::lround((middle.x + 0.5) / out.step - 0.5)) - reach;
    out.top = static_cast<int>(std::lround((middle.y + 0.5) / out.step - 0.5)) - reach;
    out.dark = Field{2 * reach + 1, 2 * reach + 1};
    const float share = 1.0F / static_cast<float>(out.step * out.step);
    for (int y = 0; y < out.dark.height; ++y) {
        const int row = std::clamp(out.top + y, 0, rows - 1) * out.step;
        for (int x = 0; x < out.dark.width; ++x) {
            const int column = std::clamp(out.left + x, 0, columns - 1) * out.step;
            int sum = 0;
            for (int line = 0; line < out.step; ++line) {
                const auto* from = xray.row(0, row + line) + column;
                for (int i = 0; i < out.step; ++i) sum += from[i];
            }
            out.dark.row(y)[x] = static_cast<float>(sum) * share;
        }
    }
    const cv::Mat grey = tip_mat(out.dark);
    cv::Mat smooth, background;
    cv::GaussianBlur(grey, smooth, {5, 5}, grain_sigma, grain_sigma, cv::BORDER_REPLICATE);
    cv::blur(grey, background, {background_box, background_box}, {-1, -1}, cv::BORDER_REPLICATE);
    cv::blur(background, background, {background_box, background_box}, {-1, -1}, cv::BORDER_REPLICATE);
    cv::subtract(background, smooth, grey);
    return out;
}

float sampled(const Field& field, Vec2 at) {
    const double x = std::clamp(at.x, 0.0, field.width - 1.001), y = std::clamp(at.y, 0.0, field.height - 1.001);
    const int column = static_cast<int>(x), row = static_cast<int>(y);
    const auto right = static_cast<float>(x - column), down = static_cast<float>(y - row);
    const float* above = field.row(row) + column;
    const float* below = field.row(row + 1) + column;
    const float top = above[0] + right * (above[1] - above[0]);
    return top + down * (below[0] + right * (below[1] - below[0]) - top);
}

Field tip_look(const Field& dark, Vec2 at) {
    constexpr int reach = tip_reach + tip_margin;
    Field out{2 * reach + 1, 2 * reach + 1};
    for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x) out.row(y)[x] = sampled(dark, {at.x + x - reach, at.y + y - reach});
    return out;
}

Field turned_look(const Field& look, double angle) {
    const double c = std::cos(angle), s = std::sin(angle), middle = tip_reach + tip_margin;
    Field out{tip_side, tip_side};
    for (int y = 0; y < tip_side; ++y)
        for (int x = 0; x < tip_side; ++x) {
            const double dx = x - tip_reach, dy = y - tip_reach;
            out.row(y)[x] = sampled(look, {middle + c * dx + s * dy, middle - s * dx + c * dy});
        }
    return out;
}

double likeness(const Field& look, const Field& other) {
    TipScores scores{look};
    scores.compare(other, 0, true);
    const auto best = scores.best({tip_reach, tip_reach}, 0);
    return best ? best->score : 0;
}

TipScores::TipScores(const Field& dark) : dark_{dark}, side_{dark.width - tip_side + 1} {
    mean_ = spread_ = scores_ = Field{side_, side_};
    spots_.resize(scores_.values.size());
    const cv::Mat part = tip_mat(dark);
    cv::Mat mean = tip_mat(mean_), spread = tip_mat(spread_), squares;
    cv::matchTemplate(part, tip_weights(), mean, cv::TM_CCORR);
    cv::multiply(part, part, squares);
    cv::matchTemplate(squares, tip_weights(), spread, cv::TM_CCORR);
    for (std::size_t i = 0; i < spread_.values.size(); ++i)
        spread_.values[i] =
            std::max(least_spread, std::sqrt(std::max(0.0F, spread_.values[i] - mean_.values[i] * mean_.values[i])));
}

void TipScores::compare(const Field& look, double angle, bool kept) {
    const cv::Mat picture = tip_mat(look);
    const auto& weights = tip_weights();
    const cv::Mat level = picture - cv::Scalar::all(picture.dot(weights));
    const cv::Mat weighted = level.mul(weights);  // its sum is 0: the part's own level falls out
    const auto spread = std::max(least_spread, static_cast<float>(std::sqrt(weighted.dot(level))));
    cv::Mat result = tip_mat(scores_);
    cv::matchTemplate(tip_mat(dark_), weighted, result, cv::TM_CCORR);
    for (std::size_t i = 0; i < spots_.size(); ++i) {
        const float score = scores_.values[i] / (spread * spread_.values[i]);
        auto& spot = spots_[i];
        if (kept) spot.known = std::max(spot.known, score);
        if (score <= spot.score) continue;
        spot.score = score;
        spot.angle = static_cast<float>(angle);
    }
}

const TipScores::Spot& TipScores::spot(int x, int y) const {
    const auto row = static_cast<std::size_t>(std::clamp(y, 0, side_ - 1));
    return spots_[row * static_cast<std::size_t>(side_) + static_cast<std::size_t>(std::clamp(x, 0, side_ - 1))];
}

std::optional<TipScores::Best> TipScores::best(Vec2 expected, double cost) const {
    const double half = std::max(1.0, side_ / 2.0);
    const auto worth = [&](int x, int y) {
        const double far = length(Vec2{1.0 * x + tip_reach, 1.0 * y + tip_reach} - expected) / half;
        return static_cast<double>(spot(x, y).score) - cost * far * far;
    };
    double most = 0;
    int column = -1, row = -1;
    for (int y = 0; y < side_; ++y)
        for (int x = 0; x < side_; ++x)
            if (const double here = worth(x, y); here > most) {
                most = here;
                column = x;
                row = y;
            }
    if (column < 0) return std::nullopt;
    // Between the cells: the parabola through three scores.
    const auto fine = [](float before, float here, float after) {
        const float bend = before - 2 * here + after;
        return bend < -1e-6F ? std::clamp(0.5 * static_cast<double>((before - after) / bend), -0.5, 0.5) : 0.0;
    };
    const auto& here = spot(column, row);
    Best out;
    out.at = {column + tip_reach + fine(spot(column - 1, row).score, here.score, spot(column + 1, row).score),
              row + tip_reach + fine(spot(column, row - 1).score, here.score, spot(column, row + 1).score)};
    out.angle = static_cast<double>(here.angle);
    out.score = static_cast<double>(here.score);
    out.known = static_cast<double>(here.known);
    for (int y = 0; y < side_; ++y)
        for (int x = 0; x < side_; ++x)
            if (std::hypot(x - column, y - row) > rival_apart) out.rival = std::max(out.rival, worth(x, y));
    return out;
}

}  // namespace augment
