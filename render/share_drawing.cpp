// What people far away draw goes to the augmentation server, which draws it for everybody.
#include "render/share.hpp"

#include <fmt/format.h>

namespace render {

using transport::Annotation;
using transport::Control;

namespace {

constexpr transport::Microseconds pointer_spacing{25'000};
constexpr std::size_t most_waiting = 500;

Annotation annotation_of(const Participant& who) {
    Annotation out;
    out.author = who.name;
    out.owner = who.id;
    out.color = static_cast<std::uint8_t>(who.colour);
    return out;
}

Annotation drawing(const Participant& who, const Draw& draw) {
    auto out = annotation_of(who);
    out.kind = std::string{name(draw.kind)};
    out.modality = draw.modality;
    out.sequence = draw.sequence;
    out.text = draw.text;
    out.x0 = draw.points.front().x;
    out.y0 = draw.points.front().y;
    out.x1 = draw.points.back().x;
    out.y1 = draw.points.back().y;
    if (draw.kind == DrawingKind::stroke)
        for (const auto& point : draw.points) out.points.push_back({point.x, point.y});
    return out;
}

}  // namespace

void Share::draw(Seat& seat, const FromPage& message) {
    Control control;
    std::optional<std::uint32_t> ref;
    if (const auto* at = std::get_if<PointAt>(&message)) {
        const auto now = clock_.now();
        const auto before = pointed_.find(seat.id);
        if (before != pointed_.end() && now - before->second < pointer_spacing) return;  // the next one tells
        pointed_[seat.id] = now;
        control.annotate = annotation_of(seat.who);
        control.annotate->kind = "pointer";
        control.annotate->modality = at->modality;
        control.annotate->sequence = at->sequence;
        control.annotate->x0 = control.annotate->x1 = at->at.x;
        control.annotate->y0 = control.annotate->y1 = at->at.y;
    } else if (const auto* one = std::get_if<Draw>(&message)) {
        ref = one->ref;
        control.annotate = drawing(seat.who, *one);
    } else if (const auto* clear = std::get_if<ClearDrawings>(&message)) {
        if (clear->everybodys)
            control.clear_annotations = true;
        else
            control.clear_owner = seat.who.id;
    } else if (std::holds_alternative<UndoDrawing>(message)) {
        control.undo = seat.who.id;
    } else if (std::holds_alternative<PointerOff>(message)) {
        control.pointer_off = seat.who.id;
    }
    ask(seat.id, ref, control);
}

/// The server answers in the order in which it was asked.
void Share::ask(PersonId person, std::optional<std::uint32_t> ref, const Control& control) {
    if (!reached_ || waiting_for_.size() >= most_waiting) {
        const auto* const seat = people_.at(person);
        if (ref && seat != nullptr) say(*seat, NotDrawn{*ref, "the augmentation server is not reached"});
        return;
    }
    waiting_for_.push_back({person, ref});
    bus_->send(control);
}

void Share::on_bus(const transport::Message& message) {
    if (std::holds_alternative<transport::Welcome>(message)) {  // a new server, or it forgot us: old questions are lost
        for (const auto& one : waiting_for_)
            if (const auto* seat = people_.at(one.person); seat != nullptr && one.ref)
                say(*seat, NotDrawn{*one.ref, "the augmentation server was started again"});
        waiting_for_.clear();
        reached_ = true;
        for (const auto& [id, seat] : people_.all()) say(seat, ServerReached{true});
        return;
    }
    const auto* const reply = std::get_if<transport::Reply>(&message);
    if (reply == nullptr) return latency_.heard(message, clock_.now());
    if (waiting_for_.empty()) {
        if (!reply->accepted) fmt::print(stderr, "share: the server refuses us: {}\n", reply->text);
        return;
    }
    const auto one = waiting_for_.front();
    waiting_for_.pop_front();
    const auto* const seat = people_.at(one.person);
    if (seat == nullptr) return;
    if (one.ref && reply->accepted) say(*seat, Drawn{*one.ref, reply->revision});
    if (one.ref && !reply->accepted) say(*seat, NotDrawn{*one.ref, reply->text});
    if (!one.ref && !reply->accepted) say(*seat, NotTaken{reply->text});
}

}  // namespace render
