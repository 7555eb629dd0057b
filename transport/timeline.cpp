#include "transport/timeline.hpp"

namespace transport {

std::string_view name(Stage stage) {
    static constexpr std::array<std::string_view, stage_count> names{
        "acquired",        "captured",  "encoded",  "sent",      "first_packet",     "received",
        "decoded",         "paired",    "fused",    "annotated", "encoded_for_view", "published",
        "delivered_first", "delivered", "unpacked", "presented"};
    return names.at(static_cast<std::size_t>(stage));
}

std::optional<Microseconds> Timeline::between(Stage from, Stage to) const {
    const auto start = at(from);
    const auto end = at(to);
    if (!start || !end) return std::nullopt;
    return *end - *start;
}

}  // namespace transport
