#include "augment/overlay.hpp"

#include "transport/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace augment {

using namespace transport;

namespace {

constexpr std::size_t most_annotations = 64;
constexpr std::size_t longest_text = 200;

bool is_share(double value) { return std::isfinite(value) && value >= 0 && value <= 1; }

/// Length of the UTF-8 sequence that begins with this byte; 0 when none can.
std::size_t sequence_length(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

bool is_plain_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const auto length = sequence_length(first);
        if (length == 0 || i + length > text.size() || first < 0x20 || first == 0x7F) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return false;
        i += length;
    }
    return true;
}

std::optional<std::string> refusal(const Annotation& annotation) {
    const bool known = annotation.kind == "text" || annotation.kind == "arrow" || annotation.kind == "banner";
    if (!known) return fmt::format("annotation: unknown kind '{}'; allowed: text, arrow, banner", annotation.kind);
    for (const double value : {annotation.x0, annotation.y0, annotation.x1, annotation.y1})
        if (!is_share(value)) return fmt::format("annotation: coordinate {} is not within 0 … 1", value);
    if (annotation.text.size() > longest_text)
        return fmt::format("annotation: text of {} bytes; at most {}", annotation.text.size(), longest_text);
    if (!is_plain_utf8(annotation.text)) return "annotation: text is not plain UTF-8";
    if (annotation.kind != "arrow" && annotation.text.empty()) return "annotation: text is empty";
    return std::nullopt;
}

struct Point {
    double x = 0;
    double y = 0;
};

Point on_canvas(const Rect& image, double x, double y) {
    return {image.x + x * (image.width - 1), image.y + y * (image.height - 1)};
}

TextStyle style(const Plan& plan) {
    TextStyle out;
    out.height = std::max(14, plan.canvas.height / 26);
    out.color = rgb(255, 214, 90);
    return out;
}

/// The words stay inside the image, however near its edge they were put.
void write(Pixels& canvas, const Rect& image, Point at, const std::string& words, const TextStyle& style) {
    const int right = std::max(image.x, image.x + image.width - text_width(words, style) - 2);
    const int bottom = std::max(image.y, image.y + image.height - style.height - 2);
    text(canvas, std::clamp(static_cast<int>(at.x), image.x, right), std::clamp(static_cast<int>(at.y), image.y, bottom),
         words, style);
}

void draw_banner(Pixels& canvas, const Plan& plan, const Annotation& banner) {
    const auto& where = plan.banner;
    if (where.empty()) return;
    auto words = banner.text;
    auto quiet = style(plan);
    quiet.height = std::min(where.height, std::max(12, plan.canvas.height / 36));
    quiet.color = rgb(150, 160, 170);
    quiet.weight = Weight::regular;
    const auto width = std::min(where.width, text_width(words, quiet));
    text(canvas, where.x + where.width - width, where.y + (where.height - quiet.height) / 2, words, quiet);
}

}  // namespace

std::optional<std::string> Annotations::add(Annotation annotation) {
    if (auto refused = refusal(annotation)) return refused;
    // There is one banner: a new one takes the old one's place.
    if (annotation.kind == "banner") std::erase_if(all_, [](const Annotation& old) { return old.kind == "banner"; });
    if (all_.size() >= most_annotations)
        return fmt::format("annotation: {} are there already; clear some first", most_annotations);
    if (annotation.id == 0) annotation.id = next_id_++;
    all_.push_back(std::move(annotation));
    ++revision_;
    return std::nullopt;
}

void Annotations::clear() {
    // The banner names the session; it is not a drawing.
    std::erase_if(all_, [](const Annotation& old) { return old.kind != "banner"; });
    ++revision_;
}

void draw_annotations(Pixels& canvas, const Plan& plan, const Annotations& annotations) {
    for (const auto& annotation : annotations.all()) {
        if (annotation.kind == "banner") {
            draw_banner(canvas, plan, annotation);
            continue;
        }
        const auto& image = plan.place(annotation.modality).image;
        if (image.empty()) continue;
        const auto look = style(plan);
        const auto from = on_canvas(image, annotation.x0, annotation.y0);
        if (annotation.kind == "arrow") {
            const auto to = on_canvas(image, annotation.x1, annotation.y1);
            arrow(canvas, from.x, from.y, to.x, to.y, look.color, std::max(2.0, plan.canvas.height / 240.0));
        }
        if (!annotation.text.empty()) write(canvas, image, from, annotation.text, look);
    }
}

}  // namespace augment
