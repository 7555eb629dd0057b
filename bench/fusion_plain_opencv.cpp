#include "bench/fusion_plain.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cstring>

namespace bench {

using namespace transport;

namespace {

/// OpenCV wants the three planes below each other.
void gather_planes(const Pixels& pixels, cv::Mat& out) {
    out.create(pixels.height * 3 / 2, pixels.width, CV_8UC1);
    auto* to = out.data;
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < pixels.plane_height(plane); ++y) {
            const auto width = static_cast<std::size_t>(pixels.plane_width(plane));
            std::memcpy(to, pixels.row(plane, y), width);
            to += width;
        }
}

void scatter_planes(const cv::Mat& from, Pixels& pixels) {
    const auto* at = from.data;
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < pixels.plane_height(plane); ++y) {
            const auto width = static_cast<std::size_t>(pixels.plane_width(plane));
            std::memcpy(pixels.row(plane, y), at, width);
            at += width;
        }
}

cv::Rect rect_of(const Rect& rect) {
    return {rect.x, rect.y, rect.width, rect.height};
}

}  // namespace

struct PlainFusion::Pictures {
    cv::Mat planes, xray, echo, grey, coloured, warped, canvas, out;
};

PlainFusion::PlainFusion() : pictures_{std::make_unique<Pictures>()} {}
PlainFusion::~PlainFusion() = default;

void PlainFusion::draw(Pixels& canvas, const augment::Scene& scene, int threads) {
    auto& p = *pictures_;
    cv::setNumThreads(threads);
    const auto& base = scene.plan.place(Modality::xray).image;
    const auto& pane = scene.plan.place(Modality::ultrasound).image;
    p.canvas.create(canvas.height, canvas.width, CV_8UC3);
    p.canvas.setTo(cv::Scalar::all(0));
    gather_planes(*scene.frames.xray->pixels, p.planes);
    cv::cvtColor(p.planes, p.xray, cv::COLOR_YUV2BGR_I420);
    cv::Mat under = p.canvas(rect_of(base));
    cv::resize(p.xray, under, under.size(), 0, 0, cv::INTER_LINEAR);
    gather_planes(*scene.frames.ultrasound->pixels, p.planes);
    cv::cvtColor(p.planes, p.echo, cv::COLOR_YUV2BGR_I420);
    cv::Mat beside = p.canvas(rect_of(pane));
    cv::resize(p.echo, beside, beside.size(), 0, 0, cv::INTER_LINEAR);
    if (scene.overlay) {
        cv::cvtColor(p.echo, p.grey, cv::COLOR_BGR2GRAY);
        cv::applyColorMap(p.grey, p.coloured, cv::COLORMAP_HOT);
        const auto& map = scene.overlay->canvas_from_echo;
        cv::Matx33d inside{};  // of the X-ray's image, not of the canvas
        for (int column = 0; column < 3; ++column) {
            const auto c = static_cast<std::size_t>(column);
            inside(0, column) = map[0][c] - base.x * map[2][c];
            inside(1, column) = map[1][c] - base.y * map[2][c];
            inside(2, column) = map[2][c];
        }
        cv::warpPerspective(p.coloured, p.warped, inside, under.size(), cv::INTER_LINEAR);
        cv::addWeighted(under, 1, p.warped, scene.opacity, 0, under);
    }
    cv::cvtColor(p.canvas, p.out, cv::COLOR_BGR2YUV_I420);
    scatter_planes(p.out, canvas);
    cv::setNumThreads(1);
}

}  // namespace bench
