#include "augment/fusion_blend.hpp"
#include "augment/fusion_math.hpp"
#include "augment/fusion_steps.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>

namespace augment {

using namespace transport;

namespace {

using Planes = std::array<cv::Mat, 3>;

void fill_plane(Pixels& canvas, int plane, const Rect& where, int value) {
    const int part = plane == 0 ? 1 : 2;
    for (int y = where.y / part; y < (where.y + where.height) / part; ++y)
        std::memset(canvas.row(plane, y) + where.x / part, value, static_cast<std::size_t>(where.width / part));
}

void fill_black(Pixels& canvas, const Rect& where) {
    for (int plane = 0; plane < 3; ++plane) fill_plane(canvas, plane, where, plane == 0 ? 0 : 128);
}

/// The canvas' plane inside that rectangle, to be written.
cv::Mat window(Pixels& canvas, int plane, const Rect& where) {
    const int part = plane == 0 ? 1 : 2;
    return {where.height / part, where.width / part, CV_8UC1, canvas.row(plane, where.y / part) + where.x / part,
            static_cast<std::size_t>(canvas.planes[static_cast<std::size_t>(plane)].stride)};
}

/// One plane of a source, without its padding, to be read.
cv::Mat plane_of(const Pixels& pixels, int plane, int width, int height) {
    const int part = plane == 0 ? 1 : 2;
    const int w = std::min((width + part - 1) / part, pixels.plane_width(plane));
    const int h = std::min((height + part - 1) / part, pixels.plane_height(plane));
    // cv::Mat knows no const memory; nothing here writes to a source.
    return {h, w, CV_8UC1, const_cast<std::uint8_t*>(pixels.row(plane, 0)),
            static_cast<std::size_t>(pixels.planes[static_cast<std::size_t>(plane)].stride)};
}

cv::Mat halve(cv::Mat image, int count) {
    for (int i = 0; i < count; ++i) {
        const cv::Mat even = image(cv::Rect(0, 0, image.cols & ~1, image.rows & ~1));
        cv::Mat half;
        cv::resize(even, half, {even.cols / 2, even.rows / 2}, 0, 0, cv::INTER_AREA);
        image = half;
    }
    return image;
}

/// A source's image at its size on the canvas. Kept until the source's next frame: the slower modality's picture
/// appears in several of ours.
class ScaledImage {
public:
    const Planes& get(const DrawImage& step) {
        const auto& pixels = step.frame->pixels;
        if (pixels_.lock() == pixels && size_ == cv::Size(step.to.width, step.to.height) &&
            image_ == cv::Size(step.width, step.height))
            return planes_;
        pixels_ = pixels;
        size_ = {step.to.width, step.to.height};
        image_ = {step.width, step.height};
        for (int plane = 0; plane < pixels->plane_count(); ++plane) {
            const auto source = halve(plane_of(*pixels, plane, step.width, step.height), step.halvings);
            const auto to = plane == 0 ? size_ : cv::Size{size_.width / 2, size_.height / 2};
            auto& scaled = planes_[static_cast<std::size_t>(plane)];
            if (source.size() == to)
                source.copyTo(scaled);
            else
                cv::resize(source, scaled, to, 0, 0, cv::INTER_LINEAR);
        }
        return planes_;
    }

private:
    std::weak_ptr<const Pixels> pixels_;
    cv::Size size_;
    cv::Size image_;
    Planes planes_;
};

/// The echo as it lies over the canvas. Its maps live as long as the plan, its pixels as long as the echo's frame.
class Warp {
public:
    WarpedEcho get(const DrawBlend& step) {
        const auto& pixels = step.frame->pixels;
        const bool same_map = mapped_ && canvas_to_echo_ == step.canvas_to_echo && to_ == step.to &&
                              image_ == cv::Size(step.width, step.height) && halvings_ == step.halvings;
        if (!same_map) build_maps(step);
        if (!same_map || pixels_.lock() != pixels) warp(step);
        WarpedEcho out;
        out.grey = pixels->format == PixelFormat::gray8;
        for (std::size_t plane = 0; plane < static_cast<std::size_t>(pixels->plane_count()); ++plane) {
            out.planes[plane] = planes_[plane].data;
            out.strides[plane] = static_cast<int>(planes_[plane].step);
        }
        return out;
    }

private:
    /// The echo is neither turned nor cut: scaling it is the same, at a quarter of the time.
    static bool fills(const DrawBlend& step) {
        const auto& map = step.canvas_to_echo;
        const auto& to = step.to;
        const auto near = [](double a, double b) { return std::abs(a - b) < 0.01; };
        return near(map.x(to.x - 0.5, to.y - 0.5), -0.5) && near(map.y(to.x - 0.5, to.y - 0.5), -0.5) &&
               near(map.x(to.x + to.width - 0.5, to.y - 0.5), step.width - 0.5) &&
               near(map.y(to.x - 0.5, to.y + to.height - 0.5), step.height - 0.5) && near(map.b, 0) && near(map.d, 0);
    }

    void build_maps(const DrawBlend& step) {
        mapped_ = true;
        upright_ = fills(step);
        canvas_to_echo_ = step.canvas_to_echo;
        to_ = step.to;
        image_ = {step.width, step.height};
        halvings_ = step.halvings;
        if (upright_) return;
        for (int part = 1; part <= 2; ++part) {
            cv::Mat_<float> xs(to_.height / part, to_.width / part);
            cv::Mat_<float> ys(xs.size());
            for (int y = 0; y < xs.rows; ++y)
                for (int x = 0; x < xs.cols; ++x) {
                    // A chroma sample stands in the middle of its four luma pixels, here as in the echo.
                    const double at_x = to_.x + (part == 1 ? x : 2 * x + 0.5);
                    const double at_y = to_.y + (part == 1 ? y : 2 * y + 0.5);
                    const int count = halvings_ + part - 1;
                    xs(y, x) = static_cast<float>(halved(canvas_to_echo_.x(at_x, at_y), count));
                    ys(y, x) = static_cast<float>(halved(canvas_to_echo_.y(at_x, at_y), count));
                }
            auto& maps = maps_[static_cast<std::size_t>(part - 1)];
            cv::convertMaps(xs, ys, maps[0], maps[1], CV_16SC2);
        }
    }

    void warp(const DrawBlend& step) {
        const auto& pixels = step.frame->pixels;
        pixels_ = pixels;
        for (int plane = 0; plane < pixels->plane_count(); ++plane) {
            const auto source = halve(plane_of(*pixels, plane, step.width, step.height), step.halvings);
            const auto& maps = maps_[plane == 0 ? 0 : 1];
            auto& warped = planes_[static_cast<std::size_t>(plane)];
            const int part = plane == 0 ? 1 : 2;
            if (upright_)
                cv::resize(source, warped, {to_.width / part, to_.height / part}, 0, 0, cv::INTER_LINEAR);
            else
                cv::remap(source, warped, maps[0], maps[1], cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                          cv::Scalar(plane == 0 ? 0 : 128));
        }
    }

    bool mapped_ = false;
    bool upright_ = false;  ///< no maps needed
    Affine canvas_to_echo_;
    Rect to_;
    cv::Size image_;
    int halvings_ = 0;
    std::array<std::array<cv::Mat, 2>, 2> maps_;  ///< luma, chroma
    std::weak_ptr<const Pixels> pixels_;
    Planes planes_;
};

class CpuFusion final : public Fusion {
public:
    CpuFusion() {
        // One view is one thread; the cores belong to the encoders.
        static std::once_flag once;
        std::call_once(once, [] { cv::setNumThreads(1); });
    }

    void draw(Pixels& canvas, const Scene& scene) override {
        const auto steps = steps_for(canvas, scene);
        for (const auto& where : steps.black) fill_black(canvas, where);
        bool blended = false;
        for (const auto& image : steps.images) {
            draw_image(canvas, image);
            if (steps.blend && !blended) blend(canvas, steps.blend->to, warp_.get(*steps.blend), steps.blend->opacity);
            blended = true;
        }
        for (const auto& code : steps.codes) draw_code(canvas, code);
    }

    [[nodiscard]] std::string name() const override { return "CPU (OpenCV)"; }

private:
    void draw_image(Pixels& canvas, const DrawImage& step) {
        const auto& planes = scaled_[index(step.frame->header.modality)].get(step);
        for (int plane = 0; plane < 3; ++plane) {
            if (plane < step.frame->pixels->plane_count())
                planes[static_cast<std::size_t>(plane)].copyTo(window(canvas, plane, step.to));
            else
                fill_plane(canvas, plane, step.to, 128);
        }
    }

    static void draw_code(Pixels& canvas, const DrawCode& step) {
        const auto& pixels = *step.frame->pixels;
        for (int plane = 0; plane < 3; ++plane) {
            if (plane >= pixels.plane_count()) {
                fill_plane(canvas, plane, step.to, 128);
                continue;
            }
            const int part = plane == 0 ? 1 : 2;
            for (int y = 0; y < step.to.height / part; ++y)
                std::memcpy(canvas.row(plane, step.to.y / part + y) + step.to.x / part,
                            pixels.row(plane, step.from.y / part + y) + step.from.x / part,
                            static_cast<std::size_t>(step.to.width / part));
        }
    }

    std::array<ScaledImage, 3> scaled_;  ///< by Modality
    Warp warp_;
};

}  // namespace

std::unique_ptr<Fusion> make_fusion_cpu() {
    return std::make_unique<CpuFusion>();
}

}  // namespace augment
