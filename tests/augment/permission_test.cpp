#include "augment/permission.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using augment::not_allowed;
using transport::Annotation;
using transport::Control;
using transport::Layout;
using transport::Role;

Control drawing(std::string kind, std::string owner) {
    return {.annotate = Annotation{.kind = std::move(kind), .owner = std::move(owner)}};
}

/// What changes the room beyond what is drawn in it.
const std::vector<Control> changes{{.layout = Layout::xray},
                                   {.opacity = 0.5},
                                   {.overlay = transport::Similarity{}},
                                   {.freeze = false},
                                   {.display = "wall"},
                                   {.doppler_only = true},
                                   {.echo_hue = transport::EchoHue::grey},
                                   {.probe = transport::Pose{}},
                                   {.search_probe = true},
                                   {.forget_tip = true}};

TEST(Permission, who_has_control_may_wish_anything) {
    for (const auto& change : changes) EXPECT_FALSE(not_allowed(Role::control, "shell", change));
    EXPECT_FALSE(not_allowed(Role::control, "shell", drawing("banner", "")));
}

TEST(Permission, an_annotator_draws_for_its_owners_and_changes_nothing_else) {
    const auto says = [](const Control& control) {
        return not_allowed(Role::annotator, "share", control).value_or("");
    };
    for (const auto* kind : {"text", "arrow", "stroke", "cross", "pointer"}) EXPECT_EQ(says(drawing(kind, "1")), "");
    for (const auto& good : std::vector<Control>{{.undo = "1"},
                                                 {.clear_owner = "1"},
                                                 {.pointer_off = "1"},
                                                 {.clear_annotations = true},
                                                 {.want_status = true}})
        EXPECT_EQ(says(good), "");
    for (const auto& change : changes)
        EXPECT_EQ(says(change), "an annotator may draw, point, undo, clear and ask for the status, and nothing else");
    for (const std::string kind : {"banner", "marker", "sight", "caliper", "tip"})
        EXPECT_EQ(says(drawing(kind, "1")),
                  "an annotator may not draw a " + kind + "; allowed: text, arrow, stroke, cross, pointer");
    for (const auto& nobodys :
         std::vector<Control>{drawing("text", ""), {.undo = ""}, {.clear_owner = ""}, {.pointer_off = ""}})
        EXPECT_EQ(says(nobodys), "an annotator speaks for an owner; here is none named");
}

TEST(Permission, a_display_chooses_its_own_layout_and_a_capture_node_nothing) {
    const Control own{.layout = Layout::xray, .display = "wall"};
    EXPECT_FALSE(not_allowed(Role::display, "wall", own));
    EXPECT_TRUE(not_allowed(Role::display, "other", own));
    EXPECT_TRUE(not_allowed(Role::display, "wall", {.layout = Layout::xray}));
    EXPECT_TRUE(not_allowed(Role::display, "wall", {.freeze = true, .display = "wall"}));
    EXPECT_TRUE(not_allowed(Role::display, "wall", drawing("text", "1")));
    EXPECT_EQ(not_allowed(Role::capture, "echo", own), "'echo' is here to send pictures, and may wish for nothing");
}

}  // namespace
