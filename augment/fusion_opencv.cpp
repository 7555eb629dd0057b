#include "augment/fusion_blend.hpp"
#include "augment/fusion_scale.hpp"
#include "augment/fusion_steps.hpp"
#include "transport/crew.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
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

PlaneView view_of(const cv::Mat& plane) {
    return {plane.data, static_cast<int>(plane.step), plane.cols, plane.rows};
}

/// A source's image on its way to its size on the canvas. What is drawn a second time is kept: the slower modality's
/// picture appears in several of ours.
class ScaledImage {
public:
    void begin(const DrawImage& step) {
        const auto& pixels = step.frame->pixels;
        const cv::Size image{step.width, step.height};
        if (pixels_.lock() == pixels && to_ == step.to && image_ == image) {
            times_ = std::min(times_ + 1, 3);
            if (times_ == 2) keep_memory();
            return;
        }
        pixels_ = pixels;
        image_ = image;
        to_ = step.to;
        times_ = 1;
        count_ = static_cast<std::size_t>(pixels->plane_count());
        for (std::size_t i = 0; i < count_; ++i) {
            halves_[i] = halve(plane_of(*pixels, static_cast<int>(i), step.width, step.height), step.halvings);
            const int part = i == 0 ? 1 : 2;
            auto& scaler = scalers_[i == 0 ? 0 : 1];
            if (!scaler.fits(halves_[i].cols, halves_[i].rows, to_.width / part, to_.height / part))
                scaler = {halves_[i].cols, halves_[i].rows, to_.width / part, to_.height / part};
        }
    }

    /// Two rows of luma, one of each chroma plane; neutral where the source is grey. `y` from the top of the image.
    void rows(Pixels& canvas, int y) {
        row(canvas, 0, y);
        row(canvas, 0, y + 1);
        row(canvas, 1, y / 2);
        row(canvas, 2, y / 2);
    }

private:
    void keep_memory() {
        for (std::size_t i = 0; i < count_; ++i)
            kept_[i].create(to_.height / (i == 0 ? 1 : 2), to_.width / (i == 0 ? 1 : 2), CV_8UC1);
    }

    void row(Pixels& canvas, std::size_t plane, int y) {
        const int part = plane == 0 ? 1 : 2;
        const auto width = static_cast<std::size_t>(to_.width / part);
        auto* const out = canvas.row(static_cast<int>(plane), to_.y / part + y) + to_.x / part;
        if (plane >= count_) {
            std::memset(out, 128, width);
        } else if (times_ > 2) {
            std::memcpy(out, kept_[plane].ptr(y), width);
        } else {
            scalers_[plane == 0 ? 0 : 1].row(out, view_of(halves_[plane]), y);
            if (times_ == 2) std::memcpy(kept_[plane].ptr(y), out, width);
        }
    }

    std::weak_ptr<const Pixels> pixels_;
    cv::Size image_;
    Rect to_;
    int times_ = 0;  ///< that these pixels have been drawn, this time included; no more than 3
    std::size_t count_ = 0;
    Planes halves_;  ///< of the frame that is being drawn: the source's own memory where nothing is halved
    std::array<RowScaler, 2> scalers_;
    Planes kept_;
};

/// The echo's pixels as the blend wants them, halved; kept until its next frame.
class LaidEcho {
public:
    const EchoTexture& get(const DrawBlend& step) {
        const auto& pixels = step.frame->pixels;
        const cv::Size image{step.width, step.height};
        if (pixels_.lock() == pixels && image_ == image && halvings_ == step.halvings) return texture_;
        pixels_ = pixels;
        image_ = image;
        halvings_ = step.halvings;
        std::array<PlaneView, 3> views{};
        Planes halves;
        for (int plane = 0; plane < pixels->plane_count(); ++plane) {
            const auto i = static_cast<std::size_t>(plane);
            halves[i] = halve(plane_of(*pixels, plane, step.width, step.height), step.halvings);
            views[i] = view_of(halves[i]);
        }
        texture_.set_luma(views[0]);
        texture_.set_chroma(views[1], views[2]);
        return texture_;
    }

private:
    std::weak_ptr<const Pixels> pixels_;
    cv::Size image_;
    int halvings_ = 0;
    EchoTexture texture_;
};

class CpuFusion final : public Fusion {
public:
    explicit CpuFusion(int threads) : crew_{threads} {
        // The threads are ours.
        static std::once_flag once;
        std::call_once(once, [] { cv::setNumThreads(1); });
    }

    void draw(Pixels& canvas, const Scene& scene) override {
        const auto steps = steps_for(canvas, scene);
        for (const auto& where : steps.black) fill_black(canvas, where);
        bool base = true;
        for (const auto& image : steps.images) {
            draw_image(canvas, image, base && steps.blend ? &*steps.blend : nullptr);
            base = false;
        }
        for (const auto& code : steps.codes) draw_code(canvas, code);
    }

    [[nodiscard]] std::string name() const override { return blend_avx2() != nullptr ? "CPU (AVX2)" : "CPU"; }

private:
    static constexpr int strip = 16;  ///< rows: a few dozen strips an image, each some ten microseconds

    /// Two rows at a time, so that the blend finds them in the nearest cache.
    void draw_image(Pixels& canvas, const DrawImage& step, const DrawBlend* over) {
        auto& image = scaled_[index(step.frame->header.modality)];
        image.begin(step);
        const auto* echo = over != nullptr ? &echo_.get(*over) : nullptr;
        const auto border = over != nullptr ? std::optional<EchoBorder>{*over} : std::nullopt;
        crew_.share((step.to.height + strip - 1) / strip, [&](int i) {
            for (int y = i * strip; y < std::min((i + 1) * strip, step.to.height); y += 2) {
                image.rows(canvas, y);
                if (over == nullptr) continue;
                const auto rows = row_pair(*border, *over, step.to.y + y);
                if (!rows.columns.empty()) blend_(canvas, rows, *echo, over->mixing);
            }
        });
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
    LaidEcho echo_;
    BlendRows blend_ = best_blend();
    Crew crew_;
};

}  // namespace

std::unique_ptr<Fusion> make_fusion_cpu(int threads) {
    return std::make_unique<CpuFusion>(threads);
}

}  // namespace augment
