#include "transport/bus_control.hpp"

#include "transport/options_schema.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace transport {
namespace {

using Words = std::span<const std::string>;

[[noreturn]] void refuse(const std::string& line) {
    throw UsageError{"control: " + line};
}

double share(std::string_view what, const std::string& word) {
    const OptionKey key{.kind = OptionKind::number, .most = 1};
    double value = 0;
    if (!read_value(key, value, word))
        refuse(fmt::format("{}: {} is not allowed: {}, a share of the image", what, in_quotes(word), allowed(key)));
    return value;
}

/// One value as the schema's key of that name allows it.
Options with(std::string_view key, const std::string& word, Options options = {}) {
    set_value(*find_key(key), options, word, fmt::format("control: {}", key));
    return options;
}

Modality modality(const std::string& word) {
    const auto found = modality_named(word);
    if (!found) refuse(fmt::format("MODALITY: {} is not allowed: one of ultrasound, xray, camera", in_quotes(word)));
    return *found;
}

std::string sentence(Words words) {
    auto text = fmt::format("{}", fmt::join(words, " "));
    if (text.size() > most_annotation_bytes)
        refuse(fmt::format("WORDS: {} bytes are too many: at most {}", text.size(), most_annotation_bytes));
    if (!is_plain_text(text)) refuse("WORDS: only UTF-8 without control characters is allowed");
    return text;
}

void layout(Control& control, Words words) {
    control.layout = with("layout", words[0]).layout;
}
void opacity(Control& control, Words words) {
    control.opacity = with("opacity", words[0]).opacity;
}
void overlay(Control& control, Words words) {
    auto options = with("overlay.center-x", words[0]);
    options = with("overlay.center-y", words[1], options);
    options = with("overlay.scale", words[2], options);
    control.overlay = with("overlay.rotation-degrees", words[3], options).overlay;
}
void text(Control& control, Words words) {
    auto& drawn = control.annotate.emplace();
    drawn.kind = "text";
    drawn.modality = modality(words[0]);
    drawn.x0 = share("X", words[1]);
    drawn.y0 = share("Y", words[2]);
    drawn.text = sentence(words.subspan(3));
}
void arrow(Control& control, Words words) {
    auto& drawn = control.annotate.emplace();
    drawn.kind = "arrow";
    drawn.modality = modality(words[0]);
    drawn.x0 = share("X0", words[1]);
    drawn.y0 = share("Y0", words[2]);
    drawn.x1 = share("X1", words[3]);
    drawn.y1 = share("Y1", words[4]);
    drawn.text = sentence(words.subspan(5));
}
void stroke(Control& control, Words words) {
    if (words.size() % 2 == 0) refuse("stroke takes MODALITY X Y X Y [X Y...]");
    auto& drawn = control.annotate.emplace();
    drawn.kind = "stroke";
    drawn.modality = modality(words[0]);
    for (std::size_t i = 1; i < words.size(); i += 2)
        drawn.points.push_back({share("X", words[i]), share("Y", words[i + 1])});
}
/// A point of one picture, with or without words.
void point(Control& control, std::string_view kind, Modality where, Words words) {
    auto& drawn = control.annotate.emplace();
    drawn.kind = kind;
    drawn.modality = where;
    drawn.x0 = share("X", words[0]);
    drawn.y0 = share("Y", words[1]);
    drawn.text = sentence(words.subspan(2));
}
void cross(Control& control, Words words) {
    point(control, "cross", modality(words[0]), words.subspan(1));
}
void marker(Control& control, Words words) {
    point(control, "marker", Modality::ultrasound, words);
}
void sight(Control& control, Words words) {
    point(control, "sight", Modality::xray, words);
}
void tip(Control& control, Words words) {
    if (words.size() == 1 && words[0] == "off") {
        control.forget_tip = true;
        return;
    }
    if (words.size() != 2) refuse("tip takes off, or X Y");
    point(control, "tip", Modality::xray, words);
}
void caliper(Control& control, Words words) {
    arrow(control, words);
    control.annotate->kind = "caliper";
}
void hue(Control& control, Words words) {
    control.echo_hue = with("echo-hue", words[0]).echo_hue;
}
void doppler(Control& control, Words words) {
    if (words[0] != "only" && words[0] != "off")
        refuse(fmt::format("doppler: {} is not allowed: only or off", in_quotes(words[0])));
    control.doppler_only = words[0] == "only";
}

double measure(std::string_view what, const std::string& word, double most) {
    const OptionKey key{.kind = OptionKind::number, .least = -most, .most = most};
    double value = 0;
    if (!read_value(key, value, word))
        refuse(fmt::format("{}: {} is not allowed: {}", what, in_quotes(word), allowed(key)));
    return value;
}

using Quaternion = std::array<double, 4>;
Quaternion turned(const Quaternion& a, std::size_t axis, double degrees) {
    const double half = degrees * std::numbers::pi / 360;
    Quaternion b{std::cos(half), 0, 0, 0};
    b[axis + 1] = std::sin(half);
    return {
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3], a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1], a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]};
}
void probe(Control& control, Words words) {
    if (words.size() == 1 && words[0] == "search") {
        control.search_probe = true;
        return;
    }
    if (words.size() != 3 && words.size() != 6) refuse("probe takes search, or X Y Z [TILT ROLL TURN]");
    auto& pose = control.probe.emplace();
    constexpr double farthest_mm = 2000;
    for (std::size_t i = 0; i < 3; ++i) pose.mm[i] = measure("XYZ", words[i], farthest_mm);
    // As a transoesophageal probe usually lies: the array looks to the front, the tip points to the feet.
    pose.rotation = {0, 0, std::numbers::sqrt2 / 2, -std::numbers::sqrt2 / 2};
    for (std::size_t i = 3; i < words.size(); ++i)
        pose.rotation = turned(pose.rotation, i - 3, measure("TILT ROLL TURN", words[i], 180));
}
void banner(Control& control, Words words) {
    auto& drawn = control.annotate.emplace();
    drawn.kind = "banner";
    drawn.text = sentence(words);
}
void clear(Control& control, Words) {
    control.clear_annotations = true;
}
void undo(Control& control, Words) {
    control.undo.emplace();
}
void freeze(Control& control, Words words) {
    if (!words.empty() && words[0] != "on" && words[0] != "off")
        refuse(fmt::format("freeze: {} is not allowed: on or off", in_quotes(words[0])));
    control.freeze = words.empty() || words[0] == "on";
}
void status(Control& control, Words) {
    control.want_status = true;
}

struct Command {
    std::string_view name;
    std::string_view arguments;
    std::string_view help;
    std::size_t least = 0;  ///< words after the name
    std::size_t most = 0;
    bool takes_display = false;
    void (*read)(Control& control, Words words) = nullptr;
};

constexpr std::size_t any_number = 1000;
constexpr std::array<Command, 19> commands{{
    {"layout", "NAME [--display NODE]", "fused, side-by-side, picture-in-picture, xray, ultrasound", 1, 1, true,
     layout},
    {"opacity", "N", "of the echo over the X-ray, 0 to 1", 1, 1, false, opacity},
    {"overlay", "CX CY SCALE ROTATION", "centre and width, shares of the X-ray; turn in degrees", 4, 4, false, overlay},
    {"text", "MODALITY X Y WORDS...", "writes at X, Y, shares (0 to 1) of that image", 4, any_number, false, text},
    {"arrow", "MODALITY X0 Y0 X1 Y1 [WORDS...]", "points from X0, Y0 to X1, Y1", 5, any_number, false, arrow},
    {"stroke", "MODALITY X Y X Y [X Y...]", "a line through all of them", 5, 1 + 2 * most_stroke_points, false, stroke},
    {"cross", "MODALITY X Y [WORDS...]", "a mark in the picture", 3, any_number, false, cross},
    {"marker", "X Y [WORDS...]", "a target in the echo, to be seen in the X-ray", 2, any_number, false, marker},
    {"sight", "X Y", "a click in the X-ray: where in the echo it may be", 2, 2, false, sight},
    {"tip", "X Y | off", "the catheter's tip in the X-ray, followed until it is lost", 1, 2, false, tip},
    {"caliper", "MODALITY X0 Y0 X1 Y1", "a length in mm", 5, 5, false, caliper},
    {"probe", "search | X Y Z [TILT ROLL TURN]", "lost: look anew; or it lies there (mm, degrees)", 1, 6, false, probe},
    {"doppler", "only|off", "only the flow in colour over the X-ray, or all", 1, 1, false, doppler},
    {"hue", "grey|gold|blue", "of the echo's grey tissue over the X-ray", 1, 1, false, hue},
    {"banner", "WORDS...", "the session banner; never a patient's name", 1, any_number, false, banner},
    {"undo", "", "removes what a shell has drawn last", 0, 0, false, undo},
    {"clear", "", "removes every annotation, target, length and tip", 0, 0, false, clear},
    {"freeze", "[on|off] [--display NODE]", "holds the picture of one display, or of every one", 0, 1, true, freeze},
    {"status", "", "what the server is doing", 0, 0, false, status},
}};

const Command& command_named(const std::string& word) {
    const auto found = std::ranges::find(commands, word, &Command::name);
    if (found != commands.end()) return *found;
    std::vector<std::string_view> names;
    for (const auto& command : commands) names.push_back(command.name);
    const auto near = closest(word, names);
    refuse(fmt::format(
        "unknown command {}{}", in_quotes(word),
        near.empty() ? fmt::format(": one of {}", fmt::join(names, ", ")) : fmt::format("; did you mean '{}'?", near)));
}

}  // namespace

ControlCommand read_control(const std::vector<std::string>& arguments) {
    ControlCommand command;
    std::vector<std::string> words;
    bool keys = true;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& word = arguments[i];
        if (keys && word == "--") {
            keys = false;
        } else if (!keys || !word.starts_with("--")) {
            words.push_back(word);
        } else {
            constexpr std::array<std::string_view, 7> known{"--server", "--bus-port", "--display", "--keys",
                                                            "--node",   "--secure",   "--help"};
            if (std::find(known.begin(), known.end() - 1, word) == known.end() - 1) {
                const auto near = closest(word, known);
                refuse(fmt::format("unknown key {}{}", in_quotes(word),
                                   near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
            }
            if (++i == arguments.size()) refuse(fmt::format("{} needs a value", word));
            if (word == "--server") command.server = with("server", arguments[i]).server;
            if (word == "--bus-port") command.bus_port = with("bus-port", arguments[i]).bus_port;
            if (word == "--keys") command.security.keys = with("keys", arguments[i]).keys;
            if (word == "--node") command.node = with("node", arguments[i]).node;
            if (word == "--secure") command.security.secure = with("secure", arguments[i]).secure;
            if (word == "--display") command.control.display = with("node", arguments[i]).node;
        }
    }
    if (command.security.secure && command.node.empty()) command.node = "control";
    if (words.empty()) refuse("a command is needed; see scialytic control --help");
    const auto& named = command_named(words.front());
    const auto rest = Words{words}.subspan(1);
    if (rest.size() < named.least || rest.size() > named.most)
        refuse(fmt::format("{} takes {}", named.name, named.arguments.empty() ? "no words" : named.arguments));
    if (!named.takes_display && !command.control.display.empty())
        refuse(fmt::format("--display goes with layout and freeze, not with {}", named.name));
    named.read(command.control, rest);
    return command;
}

std::string control_help() {
    std::string text =
        "scialytic control: changes what a running session shows\n\n"
        "Usage: scialytic control [--server ADDRESS] [--bus-port N] --keys DIR COMMAND\n\n"
        "Commands\n";
    for (const auto& command : commands)
        text += fmt::format("  {:<40}{}\n", fmt::format("{} {}", command.name, command.arguments), command.help);
    text += fmt::format(
        "\nKeys\n"
        "  {:<40}address of the server [127.0.0.1]\n"
        "  {:<40}TCP port of the bus, 1 to 65535 [5570]\n"
        "  {:<40}folder of this node's keys (scialytic keys --help)\n"
        "  {:<40}name that the keys are enrolled under [control]\n"
        "  {:<40}false for a server that runs with --secure false [true]\n"
        "  {:<40}the one display that is meant\n"
        "  {:<40}what follows may begin with dashes\n"
        "  {:<40}this text\n\n"
        "MODALITY is ultrasound, xray or camera. Shares are 0 to 1 of the image.\n"
        "X Y Z of a probe: its array on the table, mm to the patient's left, back and head. TILT, ROLL and\n"
        "TURN about the array's width, the shaft and the depth, from facing front with the tip to the feet.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage\n\n"
        "Example:\n  scialytic control arrow xray 0.3 0.4 0.5 0.5 tip of the catheter\n",
        "--server ADDRESS", "--bus-port N", "--keys DIR", "--node NAME", "--secure true|false", "--display NODE", "--",
        "--help");
    return text;
}

}  // namespace transport
