#include "augment/annotations.hpp"

#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace augment {

using transport::Annotation;
using transport::Timestamp;

namespace {

constexpr std::size_t most_of_an_owner = 100;
constexpr std::size_t most_owned = 200;  // the room's shell has its places beside these
constexpr std::size_t most_pointers = 16;
constexpr std::size_t longest_author = 200;  // bytes
constexpr auto pointer_lasts = std::chrono::milliseconds{1500};
// What is drawn costs every picture its pixels: so much line, as multiples of the picture's side.
constexpr double most_ink_of_one = 8;
constexpr double most_ink_of_an_owner = 60;
constexpr double most_ink_owned = 120;
constexpr double ink_of_a_letter = 0.03;

bool is_share(double value) {
    return value >= 0 && value <= 1;
}  // NaN is none

double ink_of(const Annotation& annotation) {
    double ink = ink_of_a_letter * static_cast<double>(annotation.text.size());
    if (annotation.kind == "arrow") ink += std::hypot(annotation.x1 - annotation.x0, annotation.y1 - annotation.y0);
    const auto& points = annotation.points;
    for (std::size_t i = 1; i < points.size(); ++i)
        ink += std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
    return ink;
}

std::optional<std::string> stroke_refusal(const Annotation& annotation) {
    const auto& points = annotation.points;
    if (annotation.kind != "stroke") {
        if (points.empty()) return std::nullopt;
        return fmt::format("annotation: {} points; allowed: none, only a stroke has them", points.size());
    }
    if (points.size() < 2 || points.size() > transport::most_stroke_points)
        return fmt::format("annotation: a stroke of {} points; allowed: 2 to {}", points.size(),
                           transport::most_stroke_points);
    for (const auto& point : points)
        for (const double value : {point.x, point.y})
            if (!is_share(value)) return fmt::format("annotation: coordinate {} is not within 0..1", value);
    return std::nullopt;
}

std::optional<std::string> words_refusal(const Annotation& annotation) {
    if (annotation.text.size() > transport::most_annotation_bytes)
        return fmt::format("annotation: the text has {} bytes; allowed: at most {}", annotation.text.size(),
                           transport::most_annotation_bytes);
    if (annotation.author.size() > longest_author || !transport::is_plain_text(annotation.author))
        return "annotation: the author is not plain UTF-8 of at most 200 bytes";
    if (annotation.owner.size() > transport::most_owner_bytes || !transport::is_plain_text(annotation.owner))
        return "annotation: the owner is not plain UTF-8 of at most 64 bytes";
    if (!transport::is_plain_text(annotation.text)) return "annotation: the text is not plain UTF-8";
    if ((annotation.kind == "text" || annotation.kind == "banner") && annotation.text.empty())
        return fmt::format("annotation: a {} needs words", annotation.kind);
    return std::nullopt;
}

std::optional<std::string> refusal(const Annotation& annotation) {
    if (annotation.modality > transport::Modality::camera) return "annotation: unknown modality";
    for (const double value : {annotation.x0, annotation.y0, annotation.x1, annotation.y1})
        if (!is_share(value)) return fmt::format("annotation: coordinate {} is not within 0..1", value);
    if (annotation.color && *annotation.color >= transport::palette_colors)
        return fmt::format("annotation: color {} is not within 0..{}", *annotation.color,
                           transport::palette_colors - 1);
    if (auto reason = words_refusal(annotation)) return reason;
    if (auto reason = stroke_refusal(annotation)) return reason;
    if (annotation.kind == "arrow" && annotation.x0 == annotation.x1 && annotation.y0 == annotation.y1)
        return "annotation: an arrow needs a length";
    if (ink_of(annotation) > most_ink_of_one)
        return fmt::format("annotation: a {} longer than {} pictures", annotation.kind, most_ink_of_one);
    return std::nullopt;
}

bool replaces(const Annotation& next, const Annotation& old) {
    return (next.kind == "banner" && old.kind == "banner") || (next.id != 0 && next.id == old.id);
}

}  // namespace

bool Annotations::Pointer::shown(Timestamp now) const {
    return now - came <= pointer_lasts;
}

std::optional<std::string> Annotations::no_room_for(const Drawn& next) const {
    struct Used {
        std::size_t drawings = 0;
        double ink = 0;
        void add(const Drawn& drawn) { ++drawings, ink += drawn.ink; }
    };
    Used own;
    Used owned;
    for (const auto& old : all_) {
        if (replaces(next, *old)) {
            if (old->owner != next.owner) return fmt::format("annotation: number {} is somebody else's", next.id);
            continue;
        }
        if (old->kind == "banner") continue;
        if (old->owner == next.owner) own.add(*old);
        if (!old->owner.empty()) owned.add(*old);
    }
    if (next.kind == "banner") return std::nullopt;
    if (own.drawings >= most_of_an_owner)
        return fmt::format("annotation: there are {} of yours already; undo or clear some first", most_of_an_owner);
    if (!next.owner.empty() && owned.drawings >= most_owned)
        return fmt::format("annotation: there are {} already; clear some first", most_owned);
    if (own.ink + next.ink > most_ink_of_an_owner)
        return "annotation: the picture is full of yours; undo or clear some first";
    if (!next.owner.empty() && owned.ink + next.ink > most_ink_owned)
        return "annotation: the picture is full of drawings; clear some first";
    return std::nullopt;
}

std::optional<std::string> Annotations::add(Annotation annotation) {
    constexpr std::array<std::string_view, 5> kinds{"text", "arrow", "stroke", "cross", "banner"};
    if (std::ranges::find(kinds, annotation.kind) == kinds.end())
        return fmt::format("annotation: unknown kind '{}'; allowed: {}", transport::plain_text(annotation.kind, 32),
                           fmt::join(kinds, ", "));
    if (auto reason = refusal(annotation)) return reason;
    Drawn drawn{std::move(annotation), 0};
    drawn.ink = ink_of(drawn);
    if (auto reason = no_room_for(drawn)) return reason;
    std::erase_if(all_, [&](const Drawing& old) { return replaces(drawn, *old); });
    if (drawn.id == 0) drawn.id = next_id_;
    next_id_ = std::max(next_id_, drawn.id + 1);
    all_.push_back(std::make_shared<const Drawn>(std::move(drawn)));
    ++revision_;
    return std::nullopt;
}

std::optional<std::string> Annotations::point(Annotation pointer, Timestamp now) {
    if (auto reason = refusal(pointer)) return reason;
    std::erase_if(pointers_, [&](const Pointer& old) { return old.where.owner == pointer.owner || !old.shown(now); });
    if (pointers_.size() >= most_pointers) return fmt::format("annotation: {} point already", most_pointers);
    pointers_.push_back({std::move(pointer), now});
    ++revision_;
    return std::nullopt;
}

void Annotations::take_pointer_away(const std::string& owner) {
    if (std::erase_if(pointers_, [&](const Pointer& old) { return old.where.owner == owner; }) > 0) ++revision_;
}

/// `goes` is asked of each drawing, but of the banner.
template <typename Goes>
bool Annotations::remove(Goes goes) {
    const auto gone = std::erase_if(all_, [&](const Drawing& old) { return old->kind != "banner" && goes(old); });
    if (gone > 0) ++revision_;
    return gone > 0;
}

bool Annotations::undo(const std::string& owner) {
    const auto is_his = [&](const Drawing& old) { return old->owner == owner && old->kind != "banner"; };
    const auto newest = std::find_if(all_.rbegin(), all_.rend(), is_his);
    return newest != all_.rend() && remove([drawing = *newest](const Drawing& old) { return old == drawing; });
}

void Annotations::clear(const std::string& owner) {
    take_pointer_away(owner);
    remove([&](const Drawing& old) { return old->owner == owner; });
}

void Annotations::clear() {
    if (!pointers_.empty()) ++revision_;
    pointers_.clear();
    remove([](const Drawing&) { return true; });
}

}  // namespace augment
