#include "augment/overlay.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace augment {

using transport::Annotation;

namespace {

constexpr std::size_t most_annotations = 64;
constexpr std::size_t longest_text = 200;    // bytes
constexpr std::size_t longest_author = 200;  // bytes

bool is_share(double value) {
    return value >= 0 && value <= 1;
}  // NaN is none

std::optional<std::string> refusal(const Annotation& annotation) {
    if (annotation.kind != "text" && annotation.kind != "arrow" && annotation.kind != "banner")
        return fmt::format("annotation: unknown kind '{}'; allowed: text, arrow, banner",
                           transport::plain_text(annotation.kind, 32));
    if (annotation.modality > transport::Modality::camera) return "annotation: unknown modality";
    for (const double value : {annotation.x0, annotation.y0, annotation.x1, annotation.y1})
        if (!is_share(value)) return fmt::format("annotation: coordinate {} is not within 0..1", value);
    if (annotation.text.size() > longest_text)
        return fmt::format("annotation: the text has {} bytes; allowed: at most {}", annotation.text.size(),
                           longest_text);
    if (annotation.author.size() > longest_author || !transport::is_plain_text(annotation.author))
        return "annotation: the author is not plain UTF-8 of at most 200 bytes";
    if (!transport::is_plain_text(annotation.text)) return "annotation: the text is not plain UTF-8";
    if (annotation.kind != "arrow" && annotation.text.empty())
        return fmt::format("annotation: a {} needs words", annotation.kind);
    if (annotation.kind == "arrow" && annotation.x0 == annotation.x1 && annotation.y0 == annotation.y1)
        return "annotation: an arrow needs a length";
    return std::nullopt;
}

bool replaces(const Annotation& next, const Annotation& old) {
    return (next.kind == "banner" && old.kind == "banner") || (next.id != 0 && next.id == old.id);
}

}  // namespace

std::optional<std::string> Annotations::add(Annotation annotation) {
    if (auto reason = refusal(annotation)) return reason;
    const auto replaced = [&](const Annotation& old) { return replaces(annotation, old); };
    const auto kept = all_.size() - static_cast<std::size_t>(std::ranges::count_if(all_, replaced));
    if (kept >= most_annotations)
        return fmt::format("annotation: there are {} already; clear some first", most_annotations);
    std::erase_if(all_, replaced);
    if (annotation.id == 0) annotation.id = next_id_;
    next_id_ = std::max(next_id_, annotation.id + 1);
    all_.push_back(std::move(annotation));
    ++revision_;
    return std::nullopt;
}

void Annotations::clear() {
    if (std::erase_if(all_, [](const Annotation& old) { return old.kind != "banner"; }) > 0) ++revision_;
}

}  // namespace augment
