// Any bytes as a page's message: one plain line, or a message that keeps what its struct promises.
#include "render/share_message.hpp"
#include "transport/plain_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace render;

void check(bool holds) {
    if (!holds) std::abort();
}

bool inside(const ImagePoint& point) {
    return point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1;
}

struct Promises {
    void operator()(const Join& m) const {
        check(!m.token.empty() && m.token.size() <= most_ticket_bytes && person_name(m.name) == m.name);
    }
    void operator()(const ComeBack& m) const { check(!m.pass.empty() && m.pass.size() <= most_ticket_bytes); }
    void operator()(const Offer& m) const { check(!m.sdp.empty() && m.sdp.size() <= most_sdp_bytes); }
    void operator()(const Answer& m) const { check(!m.sdp.empty() && m.sdp.size() <= most_sdp_bytes); }
    void operator()(const Draw& m) const {
        check(!m.points.empty() && m.points.size() <= most_stroke_points);
        for (const auto& point : m.points) check(inside(point));
        check(m.text.size() <= most_drawing_text_bytes && is_visible_text(m.text));
        if (m.kind == DrawingKind::text) check(!m.text.empty());
    }
    void operator()(const PointAt& m) const { check(inside(m.at)); }
    void operator()(const auto&) const {}
};

void keeps_its_promises(const auto& message, const std::string& why) {
    check(message.has_value() == why.empty());
    check(transport::is_plain_text(why) && why.size() < 200);
    if (message) std::visit(Promises{}, *message);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    std::string why;
    keeps_its_promises(read_from_page(text, why), why);
    why.clear();
    keeps_its_promises(read_from_channel(text, why), why);
    // What share says of them can be said whatever it is.
    for (const auto& message :
         {ToPage{NotTaken{std::string{text}}}, ToPage{Answer{Connection::view, std::string{text}}}})
        check(!to_json(message).empty());
    return 0;
}
