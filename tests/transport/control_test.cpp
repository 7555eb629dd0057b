#include "transport/bus_control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace transport {
namespace {

using testing::HasSubstr;
using Arguments = std::vector<std::string>;

std::string refusal(const Arguments& arguments) {
    try {
        (void)read_control(arguments);
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

TEST(Control, goes_to_the_server_that_is_named) {
    const auto command = read_control({"--server", "10.0.0.5", "status", "--bus-port", "6000"});
    EXPECT_EQ(command.server, "10.0.0.5");
    EXPECT_EQ(command.bus_port, 6000);
    EXPECT_EQ(command.control, (Control{.want_status = true}));
    EXPECT_EQ(read_control({"clear"}).server, "127.0.0.1");
    EXPECT_EQ(read_control({"clear"}).bus_port, 5570);
}

TEST(Control, shows_the_keys_that_are_named_unless_it_is_told_that_there_are_none) {
    const auto command = read_control({"--keys", "or3/shell", "--node", "shell", "status"});
    EXPECT_EQ(command.security.keys, "or3/shell");
    EXPECT_EQ(command.node, "shell");
    EXPECT_TRUE(command.security.secure);
    EXPECT_EQ(read_control({"status"}).node, "control");
    EXPECT_FALSE(read_control({"--secure", "false", "status"}).security.secure);
    EXPECT_EQ(read_control({"--secure", "false", "status"}).node, "");
    EXPECT_THAT(refusal({"--secure", "maybe", "status"}), HasSubstr("secure: 'maybe' is not allowed"));
}

TEST(Control, changes_layout_opacity_and_overlay) {
    EXPECT_EQ(read_control({"layout", "side-by-side"}).control, (Control{.layout = Layout::side_by_side}));
    EXPECT_EQ(read_control({"layout", "xray", "--display", "wall"}).control,
              (Control{.layout = Layout::xray, .display = "wall"}));
    EXPECT_EQ(read_control({"opacity", "0.7"}).control, (Control{.opacity = 0.7}));
    EXPECT_EQ(read_control({"overlay", "0.4", "0.6", "0.5", "-30"}).control,
              (Control{.overlay = Similarity{0.4, 0.6, 0.5, -30}}));
}

TEST(Control, draws_and_clears) {
    const auto text = read_control({"text", "ultrasound", "0.1", "0.2", "mitral", "valve"}).control.annotate;
    ASSERT_TRUE(text);
    EXPECT_EQ(
        *text,
        (Annotation{.kind = "text", .modality = Modality::ultrasound, .x0 = 0.1, .y0 = 0.2, .text = "mitral valve"}));
    const auto arrow = read_control({"arrow", "xray", "0", "0.2", "1", "0.4"}).control.annotate;
    ASSERT_TRUE(arrow);
    EXPECT_EQ(*arrow, (Annotation{.kind = "arrow", .x0 = 0, .y0 = 0.2, .x1 = 1, .y1 = 0.4}));
    EXPECT_EQ(read_control({"banner", "--", "--", "Session", "12"}).control.annotate->text, "-- Session 12");
    const auto stroke = read_control({"stroke", "xray", "0", "0.2", "0.5", "0.4", "1", "0"}).control.annotate;
    ASSERT_TRUE(stroke);
    EXPECT_EQ(*stroke, (Annotation{.kind = "stroke", .points = {{0, 0.2}, {0.5, 0.4}, {1, 0}}}));
    EXPECT_EQ(refusal({"stroke", "xray", "0", "0", "1", "1", "0.5"}),
              "control: stroke takes MODALITY X Y X Y [X Y...]");
    EXPECT_EQ(*read_control({"cross", "camera", "0.1", "0.2", "here"}).control.annotate,
              (Annotation{.kind = "cross", .modality = Modality::camera, .x0 = 0.1, .y0 = 0.2, .text = "here"}));
    EXPECT_TRUE(read_control({"clear"}).control.clear_annotations);
    EXPECT_EQ(read_control({"undo"}).control, (Control{.undo = ""}));
}

TEST(Control, points_at_what_geometry_knows) {
    EXPECT_EQ(
        *read_control({"marker", "0.1", "0.2", "left", "trigone"}).control.annotate,
        (Annotation{.kind = "marker", .modality = Modality::ultrasound, .x0 = 0.1, .y0 = 0.2, .text = "left trigone"}));
    EXPECT_EQ(*read_control({"sight", "0.1", "0.2"}).control.annotate,
              (Annotation{.kind = "sight", .modality = Modality::xray, .x0 = 0.1, .y0 = 0.2}));
    EXPECT_EQ(*read_control({"caliper", "xray", "0", "0.2", "1", "0.4"}).control.annotate,
              (Annotation{.kind = "caliper", .x0 = 0, .y0 = 0.2, .x1 = 1, .y1 = 0.4}));
    EXPECT_EQ(read_control({"doppler", "only"}).control, (Control{.doppler_only = true}));
    EXPECT_EQ(read_control({"doppler", "off"}).control, (Control{.doppler_only = false}));
    EXPECT_THAT(refusal({"doppler", "on"}), HasSubstr("only or off"));
    EXPECT_EQ(read_control({"hue", "gold"}).control, (Control{.echo_hue = EchoHue::gold}));
    EXPECT_THAT(refusal({"hue", "pink"}), HasSubstr("one of grey, gold, blue"));
}

TEST(Control, points_at_the_catheters_tip_or_has_it_forgotten) {
    EXPECT_EQ(*read_control({"tip", "0.1", "0.2"}).control.annotate,
              (Annotation{.kind = "tip", .modality = Modality::xray, .x0 = 0.1, .y0 = 0.2}));
    EXPECT_EQ(read_control({"tip", "off"}).control, (Control{.forget_tip = true}));
    EXPECT_EQ(refusal({"tip", "of"}), "control: tip takes off, or X Y");
    EXPECT_EQ(refusal({"tip", "0.5", "off"}),
              "control: Y: 'off' is not allowed: a number from 0 to 1, a share of the image");
    EXPECT_THAT(refusal({"tip", "nan", "0.5"}), HasSubstr("X: 'nan' is not allowed"));
}

TEST(Control, places_the_probe_by_hand_or_has_it_searched) {
    EXPECT_EQ(read_control({"probe", "search"}).control, (Control{.search_probe = true}));
    const auto usual = read_control({"probe", "1", "-2", "3.5"}).control.probe;
    ASSERT_TRUE(usual);
    EXPECT_EQ(usual->mm, (std::array<double, 3>{1, -2, 3.5}));
    // A turn of 90 degrees about the depth axis: half of it in the quaternion.
    const auto turned = read_control({"probe", "0", "0", "0", "0", "0", "90"}).control.probe;
    ASSERT_TRUE(turned);
    double both = 0;
    for (std::size_t i = 0; i < 4; ++i) both += usual->rotation[i] * turned->rotation[i];
    EXPECT_NEAR(both, std::sqrt(0.5), 1e-12);
    EXPECT_THAT(refusal({"probe", "1", "2"}), HasSubstr("search, or X Y Z"));
    EXPECT_THAT(refusal({"probe", "1", "2", "9000"}), HasSubstr("'9000' is not allowed"));
}

TEST(Control, freezes_one_display_or_every_one) {
    EXPECT_EQ(read_control({"freeze"}).control, (Control{.freeze = true}));
    EXPECT_EQ(read_control({"freeze", "off", "--display", "wall"}).control,
              (Control{.freeze = false, .display = "wall"}));
}

TEST(Control, wrong_words_are_named_with_what_is_allowed) {
    EXPECT_EQ(refusal({}), "control: a command is needed; see scialytic control --help");
    EXPECT_EQ(refusal({"frezee"}), "control: unknown command 'frezee'; did you mean 'freeze'?");
    EXPECT_THAT(refusal({"xyzxyzxyz"}), HasSubstr("one of layout, opacity"));
    EXPECT_EQ(refusal({"opacity", "2"}), "control: opacity: '2' is not allowed: a number from 0 to 1");
    EXPECT_EQ(refusal({"opacity", "nan"}), "control: opacity: 'nan' is not allowed: a number from 0 to 1");
    EXPECT_EQ(refusal({"overlay", "0.5", "0.5"}), "control: overlay takes CX CY SCALE ROTATION");
    EXPECT_EQ(refusal({"overlay", "0.5", "0.5", "9", "0"}),
              "control: overlay.scale: '9' is not allowed: a number from 0.05 to 4");
    EXPECT_THAT(refusal({"layout", "mosaic"}), HasSubstr("layout: 'mosaic' is not allowed: one of fused"));
    EXPECT_EQ(refusal({"text", "mri", "0", "0", "x"}),
              "control: MODALITY: 'mri' is not allowed: one of ultrasound, xray, camera");
    EXPECT_EQ(refusal({"text", "xray", "320", "0", "x"}),
              "control: X: '320' is not allowed: a number from 0 to 1, a share of the image");
    EXPECT_EQ(refusal({"banner", std::string(201, 'x')}), "control: WORDS: 201 bytes are too many: at most 200");
    EXPECT_THAT(refusal({"banner", "a\nb"}), HasSubstr("without control characters"));
    EXPECT_EQ(refusal({"freeze", "maybe"}), "control: freeze: 'maybe' is not allowed: on or off");
    EXPECT_EQ(refusal({"clear", "all"}), "control: clear takes no words");
}

TEST(Control, wrong_keys_are_named) {
    EXPECT_EQ(refusal({"--sever", "a", "status"}), "control: unknown key '--sever'; did you mean '--server'?");
    EXPECT_EQ(refusal({"status", "--server"}), "control: --server needs a value");
    EXPECT_EQ(refusal({"status", "--bus-port", "0"}),
              "control: bus-port: '0' is not allowed: a whole number from 1 to 65535");
    EXPECT_EQ(refusal({"status", "--display", "wall"}),
              "control: --display goes with layout and freeze, not with status");
}

TEST(Control, help_names_every_command_and_fits_the_terminal) {
    const auto text = control_help();
    for (const auto* command : {"layout", "opacity", "overlay", "text", "arrow", "marker", "sight", "tip", "caliper",
                                "probe", "doppler", "banner", "stroke", "cross", "undo", "clear", "freeze", "status"})
        EXPECT_THAT(text, HasSubstr(std::string{"\n  "} + command + " "));
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
    EXPECT_THAT(text, HasSubstr("0 done, 1 failed, 2 wrong usage"));
}

}  // namespace
}  // namespace transport
