#include "bench/camera_scene.hpp"

#include "transport/pool.hpp"
#include "transport/timecode.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr double camera_gamma = 2.2;
// A screen's own pixels; the strips stand below the image, as the product has them.
constexpr int panel_width = 560;
constexpr int panel_height = 360;
constexpr int spare_grains = 128;

Rect strip_on_panel(std::size_t stream) {
    return {static_cast<int>(stream % 2) * 290 + 6, stream < 2 ? 310 : 262, timecode_width, timecode_height};
}

Quad panel_quad(double left, double top, double right, double bottom, double bend) {
    return {{{{left + bend, top}, {right, top + bend / 2}, {right - bend / 3, bottom - bend}, {left, bottom}}}};
}

std::vector<cv::Point2f> points(const Quad& quad) {
    std::vector<cv::Point2f> out;
    for (const auto& corner : quad.corners)
        out.emplace_back(static_cast<float>(corner.x), static_cast<float>(corner.y));
    return out;
}

/// What one strip shows, and from when on.
struct SceneState {
    double from_us = 0;
    Timecode code;
};

/// One strip in the camera's picture.
struct SceneStrip {
    Quad where;
    cv::Rect box;
    std::vector<SceneState> states;          // by time
    std::map<std::size_t, cv::Mat> patches;  // linear light, CV_32F, by state
    [[nodiscard]] std::size_t state_at(double us) const {
        const auto after = std::ranges::upper_bound(states, us, {}, &SceneState::from_us);
        return static_cast<std::size_t>(after - states.begin());  // 0: before the first
    }
};

cv::Mat drawn_strip(const Timecode& code) {
    static PixelPool pool;
    auto picture = pool.get(PixelFormat::gray8, timecode_width, timecode_height);
    write_timecode(*picture, 0, 0, code);
    return cv::Mat{timecode_height, timecode_width, CV_8UC1, picture->row(0, 0),
                   static_cast<std::size_t>(picture->planes[0].stride)}
        .clone();
}

cv::Mat linear(const cv::Mat& grey) {
    cv::Mat out;
    grey.convertTo(out, CV_32F, 1.0 / 255);
    cv::pow(out, camera_gamma, out);
    return out;
}

}  // namespace

struct CameraScene::Impl {
    CameraSceneSettings settings;
    std::vector<SceneFrame> frames;
    std::vector<StreamId> streams;
    std::vector<SceneStrip> strips;  // of each stream the source's, then the display's
    cv::Mat room;                    // without codes, 8 bit, blurred
    double begin_us = 0;
    double end_us = 0;
    cv::RNG noise;
    cv::Mat grains;  // larger than a picture: each takes another part of it
    PixelPool pool;

    Impl(const CameraSceneSettings& wanted, std::vector<SceneFrame> given);
    void place_strips(const Quad& source, const Quad& display);
    const cv::Mat& patch(SceneStrip& strip, std::size_t state);
    void expose(SceneStrip& strip, double picture_us, cv::Mat& into);
    [[nodiscard]] const SceneStrip& strip_of(StreamId stream, bool display) const;
};

CameraScene::Impl::Impl(const CameraSceneSettings& wanted, std::vector<SceneFrame> given)
    : settings{wanted}, frames{std::move(given)}, noise{wanted.seed} {
    if (frames.empty()) throw std::invalid_argument("a scene needs frames");
    for (const auto& frame : frames)
        if (std::ranges::find(streams, frame.stream) == streams.end()) streams.push_back(frame.stream);
    std::ranges::sort(streams);
    if (streams.size() > 4) throw std::invalid_argument("a scene has room for 4 streams");
    const double w = settings.width;
    const double h = settings.height;
    const double bend = settings.perspective * w;
    // The display hangs higher than the source's screen: a rolling shutter sees it earlier.
    const auto source = panel_quad(0.02 * w, 0.36 * h, 0.485 * w, 0.96 * h, bend);
    const auto display = panel_quad(0.515 * w, 0.04 * h, 0.98 * w, 0.64 * h, -bend / 2);
    cv::Mat sharp(settings.height, settings.width, CV_8UC1, cv::Scalar{46});
    for (const auto& panel : {source, display}) {
        std::vector<cv::Point> outline;
        for (const auto& corner : panel.corners)
            outline.emplace_back(static_cast<int>(corner.x), static_cast<int>(corner.y));
        cv::fillConvexPoly(sharp, outline, cv::Scalar{18}, cv::LINE_AA);
        // Something like an image above the codes.
        for (int i = 0; i < 12; ++i) {
            const auto at = panel.at(0.1 + 0.07 * i, 0.35 + 0.2 * ((i * 7) % 5) / 5.0);
            cv::circle(sharp, {static_cast<int>(at.x), static_cast<int>(at.y)}, 6 + 3 * (i % 4),
                       cv::Scalar{60.0 + 14 * i}, cv::FILLED, cv::LINE_AA);
        }
    }
    place_strips(source, display);
    if (settings.blur_pixels > 0) cv::GaussianBlur(sharp, room, {}, settings.blur_pixels);
    if (room.empty()) room = sharp;
    grains.create(settings.height + spare_grains, settings.width + spare_grains, CV_16SC1);
    noise.fill(grains, cv::RNG::NORMAL, 0, settings.noise);
    begin_us = 1e300;
    for (const auto& frame : frames) {
        begin_us = std::min(begin_us, static_cast<double>(frame.captured_us));
        end_us = std::max(end_us, static_cast<double>(frame.presented_us));
    }
    std::mt19937_64 phase{settings.seed};
    begin_us -= static_cast<double>(phase() % 10'000) / 10'000 * 1e6 / settings.frames_per_second;
}

void CameraScene::Impl::place_strips(const Quad& source, const Quad& display) {
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const auto on_panel = strip_on_panel(i);
        for (const bool is_display : {false, true}) {
            const auto& panel = is_display ? display : source;
            const auto corner = [&](int x, int y) {
                return panel.at(static_cast<double>(x) / panel_width, static_cast<double>(y) / panel_height);
            };
            const int right = on_panel.x + on_panel.width;
            const int bottom = on_panel.y + on_panel.height;
            SceneStrip strip;
            strip.where = {{corner(on_panel.x, on_panel.y), corner(right, on_panel.y), corner(right, bottom),
                            corner(on_panel.x, bottom)}};
            strip.box = cv::boundingRect(points(strip.where));
            strip.box =
                (strip.box + cv::Point{-6, -6} + cv::Size{12, 12}) & cv::Rect{0, 0, settings.width, settings.height};
            for (const auto& frame : frames)
                if (frame.stream == streams[i])
                    strip.states.push_back({static_cast<double>(is_display ? frame.presented_us : frame.captured_us),
                                            {frame.stream, frame.sequence, frame.captured_us}});
            std::ranges::stable_sort(strip.states, {}, &SceneState::from_us);
            strips.push_back(std::move(strip));
        }
    }
}

const cv::Mat& CameraScene::Impl::patch(SceneStrip& strip, std::size_t state) {
    if (const auto known = strip.patches.find(state); known != strip.patches.end()) return known->second;
    while (strip.patches.size() > 8) strip.patches.erase(strip.patches.begin());
    cv::Mat grey = room(strip.box).clone();
    if (state > 0) {
        const std::vector<cv::Point2f> corners{
            {0, 0}, {timecode_width, 0}, {timecode_width, timecode_height}, {0, timecode_height}};
        auto there = points(strip.where);
        // Both in pixels whose middle is at a whole number, as OpenCV warps.
        for (auto& point : there)
            point -= cv::Point2f{static_cast<float>(strip.box.x), static_cast<float>(strip.box.y)};
        auto shifted = corners;
        for (auto* list : {&there, &shifted})
            for (auto& point : *list) point -= cv::Point2f{0.5F, 0.5F};
        cv::warpPerspective(drawn_strip(strip.states[state - 1].code), grey,
                            cv::getPerspectiveTransform(shifted, there), grey.size(), cv::INTER_LINEAR,
                            cv::BORDER_TRANSPARENT);
        if (settings.blur_pixels > 0) cv::GaussianBlur(grey, grey, {}, settings.blur_pixels);
    }
    return strip.patches.emplace(state, linear(grey)).first->second;
}

void CameraScene::Impl::expose(SceneStrip& strip, double picture_us, cv::Mat& into) {
    const double row_us = settings.readout_ms * 1000 / settings.height;
    const double exposure_us = std::max(1.0, settings.exposure_ms * 1000);
    cv::Mat light(strip.box.size(), CV_32F);
    for (int row = 0; row < strip.box.height; ++row) {
        const double from = picture_us + (strip.box.y + row) * row_us;
        const double until = from + exposure_us;
        cv::Mat line = light.row(row);
        line.setTo(0);
        for (auto state = strip.state_at(from); state <= strip.states.size(); ++state) {
            const double begins = state == 0 ? from : std::max(from, strip.states[state - 1].from_us);
            const double ends = state < strip.states.size() ? std::min(until, strip.states[state].from_us) : until;
            if (begins >= until) break;
            if (ends > begins) cv::scaleAdd(patch(strip, state).row(row), (ends - begins) / exposure_us, line, line);
        }
    }
    cv::pow(light, 1 / camera_gamma, light);
    light.convertTo(into(strip.box), CV_8U, 255);
}

const SceneStrip& CameraScene::Impl::strip_of(StreamId stream, bool display) const {
    const auto found = std::ranges::find(streams, stream);
    if (found == streams.end()) throw std::invalid_argument("the scene has no such stream");
    return strips[static_cast<std::size_t>(found - streams.begin()) * 2 + (display ? 1 : 0)];
}

CameraScene::CameraScene(const CameraSceneSettings& settings, std::vector<SceneFrame> frames)
    : impl_{std::make_unique<Impl>(settings, std::move(frames))} {}
CameraScene::~CameraScene() = default;

std::size_t CameraScene::pictures() const {
    return static_cast<std::size_t>((impl_->end_us - impl_->begin_us) / 1e6 * impl_->settings.frames_per_second) + 1;
}

Microseconds CameraScene::at(std::size_t number) const {
    return Microseconds{std::llround(static_cast<double>(number) * 1e6 / impl_->settings.frames_per_second)};
}

SharedPixels CameraScene::picture(std::size_t number) {
    auto& scene = *impl_;
    cv::Mat view = scene.room.clone();
    const double now_us = scene.begin_us + static_cast<double>(number) * 1e6 / scene.settings.frames_per_second;
    for (auto& strip : scene.strips) scene.expose(strip, now_us, view);
    if (scene.settings.noise > 0) {
        const int right = scene.noise.uniform(0, spare_grains);
        const int down = scene.noise.uniform(0, spare_grains);
        cv::add(view, scene.grains(cv::Rect{right, down, view.cols, view.rows}), view, cv::noArray(), CV_8U);
    }
    auto out = scene.pool.get(PixelFormat::gray8, view.cols, view.rows);
    view.copyTo(
        cv::Mat{view.rows, view.cols, CV_8UC1, out->row(0, 0), static_cast<std::size_t>(out->planes[0].stride)});
    return out;
}

Quad CameraScene::source(StreamId stream) const {
    return impl_->strip_of(stream, false).where;
}
Quad CameraScene::display(StreamId stream) const {
    return impl_->strip_of(stream, true).where;
}

}  // namespace bench
