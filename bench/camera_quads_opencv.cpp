#include "bench/camera_fit.hpp"
#include "bench/camera_quads.hpp"
#include "bench/code_search.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bench {

using namespace transport;

namespace {

constexpr std::array search_angles{0.0, -6.0, 6.0, -12.0, 12.0};  // degrees: a row of pixels stays in a row of blocks
constexpr std::size_t most_tries = 150;  // in one picture: noise looks like a code now and then
constexpr int binary_middle = 127;
constexpr int least_contrast = 40;  // of 255, between a code's black and white

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
        // Between the darkest and the brightest nearby, not by the mean: among many black blocks that is darker than a
        // black one which blur has brightened. Where both are close it is noise.
        const int window = std::max(31, given.cols / 24) | 1;
        const auto nearby = cv::getStructuringElement(cv::MORPH_RECT, {window, (window / 8) | 1});
        cv::Mat brightest;
        cv::Mat darkest;
        cv::dilate(smooth, brightest, nearby);
        cv::erode(smooth, darkest, nearby);
        cv::Mat middle;
        cv::addWeighted(brightest, 0.5, darkest, 0.5, 0, middle);
        binary = (smooth > middle) & (brightest - darkest >= least_contrast);
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
    return brightest - darkest >= least_contrast;
}

/// A strip that begins there may be a little higher or lower than its blocks are wide: the first that can be read.
std::optional<SeenQuad> quad_near(const Pixels& picture, const Turned& turned, const MagicRun& run,
                                  const QuadRows& rows) {
    constexpr double magic_middle = 4;  // blocks from the left; there the rows' middle is the first row's
    const double middle_x = run.left + magic_middle * run.block;
    const double middle_y = (rows.top + rows.bottom) / 2.0;
    for (const double higher : {1.0, 0.85, 1.15, 1.3}) {
        const auto corner = [&](double across, double down) {
            return turned.given(middle_x + (across - magic_middle) * run.block,
                                middle_y + (down - 0.5) * run.block * higher);
        };
        const Quad quad{{corner(0, 0), corner(timecode_columns, 0), corner(timecode_columns, timecode_rows),
                         corner(0, timecode_rows)}};
        if (const auto found = grown_quad(picture, quad)) return found;
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
