#include "bench/camera_quads.hpp"
#include "bench/code_search.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bench {

using namespace transport;

namespace {

constexpr std::array search_angles{0.0, -6.0, 6.0, -12.0, 12.0};  // degrees: a row of pixels stays in a row of blocks
constexpr std::size_t most_tries = 150;  // in one picture: noise looks like a code now and then
constexpr int binary_middle = 127;

/// Brighter or darker than its surroundings, turned by that much about the middle.
struct Turned {
    cv::Mat binary;
    cv::Mat back;  // 2x3, from turned to given coordinates

    Turned(const cv::Mat& given, double degrees) {
        cv::Mat turned;  // never the given picture's own memory, unless it is only read
        const auto forth = cv::getRotationMatrix2D(
            {static_cast<float>(given.cols) / 2, static_cast<float>(given.rows) / 2}, degrees, 1);
        if (degrees != 0) cv::warpAffine(given, turned, forth, given.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
        cv::invertAffineTransform(forth, back);
        if (degrees == 0) turned = given;
        cv::Mat smooth;
        cv::GaussianBlur(turned, smooth, {3, 3}, 0);
        const int window = std::max(31, given.cols / 24) | 1;
        cv::adaptiveThreshold(smooth, binary, 255, cv::ADAPTIVE_THRESH_MEAN_C, cv::THRESH_BINARY, window, 0);
    }
    [[nodiscard]] CameraPoint given(double x, double y) const {
        const auto* m = back.ptr<double>();
        return {m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]};
    }
};

/// Rows above and below that look the same where the magic stands: the height of the first row of blocks.
struct QuadRows {
    int top = 0;
    int bottom = 0;
};
QuadRows same_rows(const cv::Mat& binary, int y, const MagicRun& run) {
    const auto same = [&](int row) {
        if (row < 0 || row >= binary.rows) return false;
        int differ = 0;
        for (int i = 0; i < 8; ++i) {
            const int x = static_cast<int>(run.left + (i + 0.5) * run.block);
            if (x < 0 || x >= binary.cols) return false;
            differ += binary.at<std::uint8_t>(row, x) != binary.at<std::uint8_t>(y, x) ? 1 : 0;
        }
        return differ == 0;
    };
    QuadRows out{y, y + 1};
    while (same(out.top - 1)) --out.top;
    while (same(out.bottom)) ++out.bottom;
    return out;
}

/// Noise looks like the magic too where it is told from nothing but its surroundings; a code's blocks differ by more.
bool has_contrast(const Pixels& picture, const Turned& turned, const MagicRun& run, const QuadRows& rows) {
    constexpr int least = 40;
    int darkest = 255;
    int brightest = 0;
    for (int i = 0; i < 8; ++i) {
        const auto at = turned.given(run.left + (i + 0.5) * run.block, (rows.top + rows.bottom) / 2.0);
        const int x = static_cast<int>(at.x);
        const int y = static_cast<int>(at.y);
        if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return false;
        darkest = std::min<int>(darkest, picture.row(0, y)[x]);
        brightest = std::max<int>(brightest, picture.row(0, y)[x]);
    }
    return brightest - darkest >= least;
}

/// A strip that begins there may run a little up or down, be a little longer or higher: the first that can be read.
std::optional<SeenQuad> quad_near(const Pixels& picture, const Turned& turned, const MagicRun& run,
                                  const QuadRows& rows) {
    constexpr double magic_middle = 4;  // blocks from the left; there the rows' middle is the first row's
    const double middle_x = run.left + magic_middle * run.block;
    const double middle_y = (rows.top + rows.bottom) / 2.0;
    for (const double higher : {1.0, 0.9, 1.1, 0.8, 1.25})
        for (const double longer : {0.0, 0.01, -0.01, 0.02, -0.02, 0.03, -0.03, 0.045, -0.045})
            for (int step = 0; step < 33; ++step) {
                const int tilt = (step % 2 == 0 ? 1 : -1) * (step + 1) / 2;  // 0, -1, 1, -2 ...
                const double slope = tilt * 0.4 * std::numbers::pi / 180;
                const double block = run.block * (1 + longer);
                const double block_height = run.block * higher;
                const auto corner = [&](double across, double down) {
                    const double x = (across - magic_middle) * block;
                    const double y = (down - 0.5) * block_height;
                    return turned.given(middle_x + x - y * std::tan(slope) / 2, middle_y + y + x * std::tan(slope));
                };
                Quad quad{{corner(0, 0), corner(timecode_columns, 0), corner(timecode_columns, timecode_rows),
                           corner(0, timecode_rows)}};
                if (!glance_at_quad(picture, quad)) continue;
                quad = fitted_quad(picture, quad);
                if (const auto code = read_quad(picture, quad)) return SeenQuad{quad, *code};
            }
    return std::nullopt;
}

bool quad_holds(const Quad& quad, const CameraPoint& point) {
    const auto across = [&](std::size_t i) {
        const auto& a = quad.corners[i];
        const auto& b = quad.corners[(i + 1) % 4];
        return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x);
    };
    constexpr double margin = -400;  // a few pixels beyond the edge belong to it
    return across(0) > margin && across(1) > margin && across(2) > margin && across(3) > margin;
}

}  // namespace

std::vector<SeenQuad> find_quads(const Pixels& picture) {
    std::vector<SeenQuad> out;
    if (picture.width < 16 || picture.height < 8) return out;
    const cv::Mat given{picture.height, picture.width, CV_8UC1, picture.planes[0].data,
                        static_cast<std::size_t>(picture.planes[0].stride)};
    std::size_t tries = 0;
    std::vector<MagicRun> runs;
    for (const double angle : search_angles) {
        const Turned turned{given, angle};
        std::vector<cv::Rect2d> tried;
        for (int y = 0; y < turned.binary.rows; ++y) {
            runs.clear();
            find_magic(turned.binary.ptr(y), turned.binary.cols, binary_middle, runs);
            for (const auto& run : runs) {
                if (run.block < 3) continue;
                const auto middle = turned.given(run.left + 4 * run.block, y);
                const cv::Point2d here{run.left + 2, static_cast<double>(y)};
                const bool known =
                    std::ranges::any_of(out, [&](const auto& one) { return quad_holds(one.where, middle); }) ||
                    std::ranges::any_of(tried, [&](const auto& one) { return one.contains(here); });
                if (known || tries >= most_tries) continue;
                const auto rows = same_rows(turned.binary, y, run);
                if (rows.bottom - rows.top < 2 || !has_contrast(picture, turned, run, rows)) continue;
                ++tries;
                tried.emplace_back(run.left, rows.top, 4.0, rows.bottom - rows.top);
                if (const auto quad = quad_near(picture, turned, run, rows)) out.push_back(*quad);
            }
        }
    }
    return out;
}

}  // namespace bench
