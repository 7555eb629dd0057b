#include "augment/permission.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace augment {

using namespace transport;

namespace {

std::optional<std::string> beyond_an_annotator(const Control& control) {
    constexpr std::array<std::string_view, 5> kinds{"text", "arrow", "stroke", "cross", "pointer"};
    auto rest = control;
    rest.annotate.reset();
    rest.undo.reset();
    rest.clear_owner.reset();
    rest.pointer_off.reset();
    rest.clear_annotations = false;
    rest.want_status = false;
    if (rest != Control{}) return "an annotator may draw, point, undo, clear and ask for the status, and nothing else";
    if (control.annotate && std::ranges::find(kinds, control.annotate->kind) == kinds.end())
        return fmt::format("an annotator may not draw a {}; allowed: {}", control.annotate->kind,
                           fmt::join(kinds, ", "));
    const auto nameless = [](const auto& owner) { return owner && owner->empty(); };
    if ((control.annotate && control.annotate->owner.empty()) || nameless(control.undo) ||
        nameless(control.clear_owner) || nameless(control.pointer_off))
        return "an annotator speaks for an owner; here is none named";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> not_allowed(Role role, const std::string& peer, const Control& control) {
    switch (role) {
        case Role::control: return std::nullopt;
        case Role::annotator: return beyond_an_annotator(control);
        case Role::display:
            if (control == Control{.layout = control.layout, .display = peer}) return std::nullopt;
            return "a display may wish for its own layout, and nothing else";
        case Role::capture: break;
    }
    return fmt::format("'{}' is here to send pictures, and may wish for nothing", peer);
}

}  // namespace augment
