#include "augment/layout.hpp"

#include "transport/timecode.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace augment {

using transport::Layout;
using transport::Modality;
using transport::Rect;

namespace {

constexpr int code_spacing = transport::timecode_width + 16;  // codes start at macroblock borders and do not touch
constexpr double narrowest_pane = 0.25;                       // of the canvas: room for the words of a title bar
constexpr double banner_margin = 0.2;                         // of the canvas: a margin that wide takes the banner
constexpr double widest_camera = 0.2;                         // of the canvas
constexpr double least_camera_width = 0.1;                    // of the canvas: smaller is no picture

int even(double value) {
    return static_cast<int>(std::lround(value / 2)) * 2;
}
int even_down(double value) {
    return static_cast<int>(std::floor(value / 2)) * 2;
}
int right(const Rect& rect) {
    return rect.x + rect.width;
}
int bottom(const Rect& rect) {
    return rect.y + rect.height;
}

/// Largest even size of that aspect inside the box, off by at most a pixel; at least 2x2.
Rect fitted(SourceSize source, int box_width, int box_height) {
    const int width = std::max(2, even_down(box_width));
    const int height = std::max(2, even_down(box_height));
    const double aspect = static_cast<double>(source.width) / source.height;
    if (width < height * aspect) return {0, 0, width, std::clamp(even(width / aspect), 2, height)};
    return {0, 0, std::clamp(even(height * aspect), 2, width), height};
}

struct Planner {
    Plan out;
    const std::array<SourceSize, 3>& sources;
    int w, h, title, gap, banner;

    Planner(int width, int height, const std::array<SourceSize, 3>& sources_)
        : sources{sources_},
          w{std::max(2, even_down(width))},
          h{std::max(2, even_down(height))},
          title{title_height(h)},
          gap{std::max(4, even(h / 90.0))},
          banner{std::max(16, even(h / 26.0))} {
        out.width = w;
        out.height = h;
        out.canvas = {0, 0, w, h};
    }

    [[nodiscard]] bool there(Modality modality) const {
        const auto& size = sources[index(modality)];
        return size.width > 0 && size.height > 0;
    }
    /// What is not there keeps its room: the usual shape of its kind.
    [[nodiscard]] SourceSize shape(Modality modality) const {
        if (there(modality)) return sources[index(modality)];
        return modality == Modality::xray ? SourceSize{1, 1} : SourceSize{4, 3};
    }
    Place& place(Modality modality) { return out.places[index(modality)]; }
    [[nodiscard]] int strip() const { return banner + gap; }

    /// Title bar and image at the top of the box, in its middle. Returns what they take, also when nothing is there.
    Rect stand(Modality modality, Rect box) {
        auto image = fitted(shape(modality), box.width, box.height - title);
        const int pane_width = std::min(even_down(box.width), std::max(image.width, even(w * narrowest_pane)));
        const Rect pane{box.x + even_down((box.width - pane_width) / 2.0), box.y, pane_width, title + image.height};
        image.x = pane.x + even_down((pane_width - image.width) / 2.0);
        image.y = box.y + title;
        if (there(modality)) {
            place(modality).pane = pane;
            place(modality).image = image;
        }
        return pane;
    }

    void put_banner(int from_x) { out.banner = {from_x, h - banner - gap / 2, w - gap - from_x, banner}; }

    /// The largest camera that covers nothing, in one of these rooms; else over the lower left corner.
    void put_camera(std::initializer_list<Rect> rooms, Rect base) {
        if (!there(Modality::camera)) return;
        const auto source = shape(Modality::camera);
        Rect best;
        for (const auto& room : rooms) {
            if (room.width < 2 || room.height < title + 2) continue;
            auto image = fitted(source, std::min(room.width, even(w * widest_camera)), room.height - title);
            image.x = even_down(right(room) - image.width);
            image.y = even_down(bottom(room) - image.height);
            if (image.width > best.width) best = image;
        }
        if (best.width < w * least_camera_width) {
            best = fitted(source, even(w * widest_camera), std::max(2, base.height - 2 * title));
            best.x = base.x;
            best.y = bottom(base) - best.height;
        }
        place(Modality::camera) = {{best.x, best.y - title, best.width, best.height + title}, best, {}};
    }

    void fused() {
        const auto size = fitted(shape(Modality::xray), even_down(w * 0.6), h - title);
        const auto xray = stand(Modality::xray, {0, 0, std::max(size.width, even(w * narrowest_pane)), h});
        const int x = right(xray) + gap;
        const int words = even(h * (there(Modality::camera) ? 0.28 : 0.15));
        const auto echo = stand(Modality::ultrasound, {x, 0, w - x, h - words});
        put_banner(x);
        const int top = bottom(echo) + gap;
        put_camera({{x, top, w - gap - x, out.banner.y - gap - top}}, xray);
    }

    void side_by_side() {
        const int half = even_down((w - gap) / 2.0);
        const int x = half + gap;
        const auto xray = stand(Modality::xray, {0, 0, half, h});
        const int below = there(Modality::camera) ? even(h * 0.28) : strip();
        const auto echo = stand(Modality::ultrasound, {x, 0, w - x, h - below});
        put_banner(x);
        const int top = bottom(echo) + gap;
        put_camera({{x, top, w - gap - x, out.banner.y - gap - top}}, xray);
    }

    void picture_in_picture() {
        const int inset_width = even(w * 0.3);
        const int side = w - fitted(shape(Modality::xray), w, h - title).width;
        const bool beside = side >= w * banner_margin;
        const int shift = beside ? std::max(0, even_down((side - inset_width - gap) / 2.0)) : 0;
        const auto xray =
            beside ? stand(Modality::xray, {shift, 0, w - side, h}) : stand(Modality::xray, {0, 0, w, h - strip()});
        put_banner(beside ? right(xray) + gap : gap);
        const auto inset = fitted(shape(Modality::ultrasound), inset_width, even_down(h * 0.4));
        const int pane_width = std::max(inset.width, std::min(inset_width, even(w * narrowest_pane)));
        const int floor = beside ? h - strip() : bottom(xray) - gap;
        const auto echo = stand(Modality::ultrasound, {w - gap - pane_width, even_down(floor - inset.height - title),
                                                       pane_width, inset.height + title});
        const int x = right(xray) + gap;
        put_camera({{x, 0, w - gap - x, echo.y - gap}}, xray);
    }

    void alone(Modality modality) {
        const int margin = (w - fitted(shape(modality), w, h - title).width) / 2;
        const bool beside = margin >= w * banner_margin;
        const auto pane = stand(modality, {0, 0, w, beside ? h : h - strip()});
        put_banner(beside ? right(pane) + gap : gap);
        const int x = right(pane) + gap;
        put_camera({{x, 0, w - gap - x, h - strip() - gap}}, pane);
    }

    void put_overlay(const transport::Similarity& echo) {
        const auto& base = place(Modality::xray).image;
        const auto& source = sources[static_cast<std::size_t>(Modality::ultrasound)];
        const double scale = echo.scale * base.width / std::max(1, source.width);
        const double angle = echo.rotation_degrees * std::numbers::pi / 180;
        const double x = base.x + echo.center_x * base.width - 0.5;
        const double y = base.y + echo.center_y * base.height - 0.5;
        if (base.empty() || !there(Modality::ultrasound) || !(scale > 1e-3) || !std::isfinite(scale + angle + x + y))
            return;
        Affine map{scale * std::cos(angle), -scale * std::sin(angle), 0,
                   scale * std::sin(angle), scale * std::cos(angle),  0};
        const double middle_x = (source.width - 1) / 2.0;
        const double middle_y = (source.height - 1) / 2.0;
        map.c = x - map.x(middle_x, middle_y);
        map.f = y - map.y(middle_x, middle_y);
        if (angle == 0) map = on_even_borders(map, source);
        out.echo_to_canvas = map;
        out.overlay = covered(map, source, base);
    }

    /// The upright echo, moved by less than 2 pixels onto borders where scaling replaces the costlier warp.
    [[nodiscard]] static Affine on_even_borders(const Affine& map, SourceSize source) {
        const int x0 = even(map.x(-0.5, 0) + 0.5);
        const int y0 = even(map.y(0, -0.5) + 0.5);
        const double across = std::max(2, even(map.a * source.width)) / static_cast<double>(source.width);
        const double down = std::max(2, even(map.e * source.height)) / static_cast<double>(source.height);
        return {across, 0, x0 - 0.5 + across / 2, 0, down, y0 - 0.5 + down / 2};
    }

    /// Every canvas pixel that the echo's own pixels reach, on even borders, inside the X-ray's image.
    [[nodiscard]] static Rect covered(const Affine& map, SourceSize source, const Rect& base) {
        double x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
        for (const double y : {-0.5, source.height - 0.5})
            for (const double x : {-0.5, source.width - 0.5}) {
                x0 = std::min(x0, map.x(x, y));
                x1 = std::max(x1, map.x(x, y));
                y0 = std::min(y0, map.y(x, y));
                y1 = std::max(y1, map.y(x, y));
            }
        const auto inside_x = [&](double x) { return std::clamp<double>(x, base.x, right(base)); };
        const auto inside_y = [&](double y) { return std::clamp<double>(y, base.y, bottom(base)); };
        // Pixel borders lie at -0.5; an even border exactly there must not round up to the next.
        constexpr double most_of_two = 0.5 + 2 - 1e-6;
        Rect box{even_down(inside_x(x0 + 0.5 + 1e-6)), even_down(inside_y(y0 + 0.5 + 1e-6)), 0, 0};
        box.width = even_down(inside_x(x1 + most_of_two)) - box.x;
        box.height = even_down(inside_y(y1 + most_of_two)) - box.y;
        return box.empty() ? Rect{} : box;
    }

    /// As many rows of codes as a narrow canvas needs; each modality's place depends on the width alone.
    void put_codes() {
        if (w < transport::timecode_width) return;
        const int per_row = std::min(3, (w - transport::timecode_width) / code_spacing + 1);
        const int rows = (3 + per_row - 1) / per_row;
        out.height = h + rows * transport::timecode_height;
        for (int i = 0; i < 3; ++i) {
            auto& where = out.places[static_cast<std::size_t>(i)];
            if (where.image.empty()) continue;
            where.code = {i % per_row * code_spacing, h + i / per_row * transport::timecode_height,
                          transport::timecode_width, transport::timecode_height};
        }
    }
};

}  // namespace

Affine Affine::inverse() const {
    const double determinant = a * e - b * d;
    if (!(std::abs(determinant) > 1e-12)) throw std::runtime_error{"layout: this affine map cannot be inverted"};
    Affine out{e / determinant, -b / determinant, 0, -d / determinant, a / determinant, 0};
    out.c = -out.x(c, f);
    out.f = -(out.d * c + out.e * f);
    return out;
}

int title_height(int canvas_height) {
    return std::max(16, even(canvas_height / 15.0));
}

Plan plan(Layout layout, int canvas_width, int canvas_height, const std::array<SourceSize, 3>& sources,
          const transport::Similarity& overlay, bool timecode) {
    Planner planner{canvas_width, canvas_height, sources};
    switch (layout) {
        case Layout::fused:
            planner.fused();
            planner.put_overlay(overlay);
            break;
        case Layout::side_by_side: planner.side_by_side(); break;
        case Layout::picture_in_picture: planner.picture_in_picture(); break;
        case Layout::xray: planner.alone(Modality::xray); break;
        case Layout::ultrasound: planner.alone(Modality::ultrasound); break;
    }
    if (timecode) planner.put_codes();
    return planner.out;
}

}  // namespace augment
