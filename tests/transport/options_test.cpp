#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace transport {
namespace {

using testing::HasSubstr;

/// The one line that a YAML text is refused with; empty when it is taken.
std::string refusal(const std::string& yaml) {
    try {
        (void)read_options_text(yaml, "or.yaml");
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

std::string refusal_of(Program program, const std::vector<std::string>& arguments) {
    try {
        (void)read_options(program, arguments);
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text)
        : path_{std::filesystem::temp_directory_path() /
                ("scialytic_options_" + std::to_string(::getpid()) + ".yaml")} {
        std::ofstream{path_} << text;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

TEST(Options, reads_every_kind_of_value_from_yaml) {
    const auto options = read_options_text(
        "bus-port: 6000\n"
        "server: or-3.hospital.example\n"
        "node: cathlab_2.echo\n"
        "source: \"gst: v4l2src device=/dev/video0\"\n"
        "timecode: true\n"
        "stream: xray\n"
        "encoder: x264\n"
        "seconds: 2.5\n"
        "layout: picture-in-picture\n"
        "leader: ultrasound\n"
        "masks: ['0,0,800,60', '10,20,30,40']\n"
        "overlay:\n"
        "  scale: 0.75\n"
        "  rotation-degrees: -30\n"
        "freshness:\n"
        "  late-ms: 80\n",
        "or.yaml");
    EXPECT_EQ(options.bus_port, 6000);
    EXPECT_EQ(options.server, "or-3.hospital.example");
    EXPECT_EQ(options.node, "cathlab_2.echo");
    EXPECT_EQ(options.source, "gst: v4l2src device=/dev/video0");
    EXPECT_TRUE(options.timecode);
    EXPECT_EQ(options.stream, Modality::xray);
    EXPECT_EQ(options.encoder, EncoderKind::x264);
    EXPECT_EQ(options.seconds, 2.5);
    EXPECT_EQ(options.layout, Layout::picture_in_picture);
    EXPECT_EQ(options.leader, "ultrasound");
    EXPECT_EQ(options.masks, (std::vector<std::string>{"0,0,800,60", "10,20,30,40"}));
    EXPECT_EQ(options.overlay, (Similarity{.scale = 0.75, .rotation_degrees = -30}));
    EXPECT_EQ(options.freshness.late_ms, 80);
    EXPECT_EQ(options.freshness.stale_ms, FreshnessLimits{}.stale_ms);
}

TEST(Options, the_command_line_wins_over_the_file) {
    const TemporaryFile file{"layout: xray\nopacity: 0.25\n"};
    const auto options = read_options(Program::augment, {file.path(), "--layout", "side-by-side"});
    EXPECT_EQ(options.layout, Layout::side_by_side);
    EXPECT_EQ(options.opacity, 0.25);
}

TEST(Options, a_file_may_hold_keys_of_other_programs) {
    const TemporaryFile file{"watchdog-ms: 700\nsource: echo.dcm\n"};
    EXPECT_EQ(read_options(Program::augment, {file.path()}).watchdog_ms, 700);
}

TEST(Options, the_command_line_takes_only_keys_of_its_program) {
    EXPECT_EQ(refusal_of(Program::demo, {"--source", "echo.dcm"}),
              "options: '--source' is a key of capture, not of demo");
}

TEST(Options, a_flag_needs_no_value_and_takes_one) {
    EXPECT_TRUE(read_options(Program::demo, {"--timecode"}).timecode);
    EXPECT_TRUE(read_options(Program::demo, {"--timecode", "--headless"}).headless);
    EXPECT_FALSE(read_options(Program::demo, {"--timecode", "false"}).timecode);
    EXPECT_EQ(refusal_of(Program::demo, {"--timecode", "maybe"}),
              "options: --timecode: 'maybe' is not allowed: true or false");
}

TEST(Options, nested_keys_are_dotted_on_the_command_line_and_may_be_negative) {
    const auto options =
        read_options(Program::demo, {"--overlay.rotation-degrees", "-12.5", "--freshness.lost-ms=1500"});
    EXPECT_EQ(options.overlay.rotation_degrees, -12.5);
    EXPECT_EQ(options.freshness.lost_ms, 1500);
}

TEST(Options, an_unknown_key_is_named_with_its_line_and_its_nearest_neighbour) {
    EXPECT_EQ(refusal("# site\n\nlaytou: fused\n"), "options: or.yaml:3: unknown key 'laytou'; did you mean 'layout'?");
    EXPECT_EQ(refusal("overlay:\n  scael: 1\n"),
              "options: or.yaml:2: unknown key 'overlay.scael'; did you mean 'overlay.scale'?");
    EXPECT_EQ(refusal("zzzzzzzzzzzz: 1\n"), "options: or.yaml:1: unknown key 'zzzzzzzzzzzz'");
    EXPECT_EQ(refusal_of(Program::demo, {"--canvas-widht", "640"}),
              "options: unknown key '--canvas-widht'; did you mean '--canvas-width'?");
}

TEST(Options, a_wrong_value_is_named_with_what_is_allowed) {
    EXPECT_EQ(refusal("opacity: 1.5\n"), "options: or.yaml:1: opacity: '1.5' is not allowed: a number from 0 to 1");
    EXPECT_EQ(refusal("watchdog-ms: 5\n"),
              "options: or.yaml:1: watchdog-ms: '5' is not allowed: a whole number from 100 to 10000 ms");
    EXPECT_EQ(refusal("layout: mosaic\n"),
              "options: or.yaml:1: layout: 'mosaic' is not allowed: one of fused, side-by-side, picture-in-picture, "
              "xray, ultrasound");
    EXPECT_EQ(refusal_of(Program::augment, {"--canvas-width", "641"}),
              "options: --canvas-width: '641' is not allowed: an even whole number from 320 to 3840 pixels");
    EXPECT_EQ(refusal_of(Program::augment, {"--layout"}),
              "options: --layout needs a value: one of fused, side-by-side, picture-in-picture, xray, ultrasound");
}

TEST(Options, what_only_looks_like_a_number_is_refused) {
    for (const auto* value :
         {"nan", ".nan", "inf", "-inf", ".inf", "0x10", "1e999", "1.0.0", "12abc", "\"\"", "1,5", "~"})
        EXPECT_THAT(refusal(std::string{"seconds: "} + value + "\n"), HasSubstr("seconds: '")) << value;
    for (const auto* value : {"1.0", "99999999999", "-1", "+4", "0x4"})
        EXPECT_THAT(refusal(std::string{"threads: "} + value + "\n"), HasSubstr("threads: '")) << value;
}

TEST(Options, names_addresses_and_masks_are_checked) {
    EXPECT_THAT(refusal("node: two words\n"), HasSubstr("node: 'two words' is not allowed"));
    EXPECT_THAT(refusal("node: " + std::string(33, 'n')), HasSubstr("at most 32"));
    EXPECT_THAT(refusal("server: tcp://10.0.0.1\n"), HasSubstr("an IPv4 address or a host name"));
    EXPECT_THAT(refusal("masks: [\"0,0,0,60\"]\n"), HasSubstr("x,y,width,height in pixels"));
    EXPECT_THAT(refusal("masks: [\"0,0,60\"]\n"), HasSubstr("'0,0,60' is not allowed"));
    EXPECT_THAT(refusal("masks: [\"0,0,60,-1\"]\n"), HasSubstr("is not allowed"));
}

TEST(Options, a_key_that_is_there_twice_is_refused) {
    EXPECT_EQ(refusal("opacity: 0.1\nbanner: x\nopacity: 0.2\n"), "options: or.yaml:3: key 'opacity' is there twice");
    EXPECT_EQ(refusal("overlay:\n  scale: 1\noverlay:\n  center-x: 1\n"),
              "options: or.yaml:3: key 'overlay' is there twice");
}

TEST(Options, shapes_that_are_no_settings_are_refused) {
    EXPECT_EQ(refusal("opacity: [1]\n"), "options: or.yaml:1: opacity: a list is not allowed: a number from 0 to 1");
    EXPECT_EQ(refusal("opacity: {a: b}\n"),
              "options: or.yaml:1: opacity: a group of keys is not allowed: a number from 0 to 1");
    EXPECT_EQ(refusal("overlay: 5\n"), "options: or.yaml:1: 'overlay' is a group: its keys follow below it, indented");
    EXPECT_THAT(refusal("- fused\n"), HasSubstr("holds a list"));
    EXPECT_THAT(refusal("fused\n"), HasSubstr("no 'key: value' lines"));
    EXPECT_THAT(refusal("? {a: b}\n: 5\n"), HasSubstr("a key must be one word"));
    EXPECT_THAT(refusal("masks: [[1]]\n"), HasSubstr("a list is not allowed"));
    EXPECT_THAT(refusal("---\nopacity: 1\n---\nopacity: 0\n"), HasSubstr("or.yaml:3: more than one document"));
}

TEST(Options, broken_yaml_is_refused_with_its_line) {
    EXPECT_THAT(refusal("opacity: 1\nbanner: \"open\n"), HasSubstr("not YAML"));
    EXPECT_THAT(refusal("opacity: 1\nsource: gst: v4l2src\n"),
                HasSubstr("or.yaml:2: not YAML: illegal map value; a value that holds ': ' goes in quotes"));
}

TEST(Options, bombs_are_refused_at_once) {
    EXPECT_THAT(refusal("opacity: &a 1\nview-quality: *a\n"), HasSubstr("or.yaml:2: aliases"));
    EXPECT_THAT(refusal("banner: " + std::string(100'000, '[')), HasSubstr("a list is not allowed"));
    EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("options: or.yaml:1: "));
    EXPECT_THAT(refusal(std::string(100'000, '{')), HasSubstr("options: or.yaml:1: "));
    EXPECT_THAT(refusal(std::string(2U << 20U, '#')), HasSubstr("larger than 1 MiB"));
}

TEST(Options, error_lines_stay_one_short_printable_line) {
    const auto line = refusal("banner: \"" + std::string(300, 'x') + "\\e[31m\\n\"\n");
    EXPECT_LT(line.size(), 200U);
    EXPECT_THAT(refusal("\"a\\e\\nb\": 1\n"), HasSubstr("unknown key 'a??b'"));
    EXPECT_EQ(refusal("banner: \"\\\x01\"\n"), "options: or.yaml:1: not YAML: unknown escape character: ?");
}

TEST(Options, limits_that_contradict_each_other_are_refused) {
    EXPECT_EQ(refusal("freshness:\n  late-ms: 900\n"),
              "options: or.yaml: freshness.late-ms (900) is more than freshness.stale-ms (200)");
    EXPECT_THAT(refusal_of(Program::display, {"--freshness.lost-periods", "2"}),
                HasSubstr("freshness.stale-periods (3) is more than freshness.lost-periods (2)"));
}

TEST(Options, a_file_that_cannot_be_read_is_named) {
    EXPECT_EQ(refusal_of(Program::demo, {"nowhere.yaml"}),
              "options: cannot read 'nowhere.yaml': No such file or directory");
    EXPECT_EQ(refusal_of(Program::demo, {"/"}), "options: cannot read '/': Is a directory");
    EXPECT_THAT(refusal_of(Program::demo, {"/dev/zero"}), HasSubstr("larger than 1 MiB"));
    EXPECT_THAT(refusal_of(Program::demo, {"--seconds", "5", "late.yaml"}), HasSubstr("unexpected 'late.yaml'"));
}

TEST(Options, an_empty_file_and_an_empty_group_change_nothing) {
    EXPECT_EQ(refusal(""), "");
    EXPECT_EQ(refusal("# nothing\n"), "");
    EXPECT_EQ(refusal("overlay:\n  # scale: 1\nopacity: 1\n"), "");
}

TEST(Options, the_example_file_is_what_the_schema_says) {
    std::ostringstream text;
    text << std::ifstream{PROJECT_DIR "/docs/example.yaml"}.rdbuf();
    EXPECT_EQ(text.str(), example_yaml()) << "write docs/example.yaml anew from example_yaml()";
}

TEST(Options, reading_the_example_file_gives_the_defaults) {
    const auto read = read_options_text(example_yaml(), "example.yaml");
    const Options defaults;
    EXPECT_EQ(
        std::tie(read.server, read.listen, read.bus_port, read.media_port, read.node, read.seconds, read.out,
                 read.timecode, read.source, read.stream, read.device_delay_ms, read.frames_per_second, read.encoder,
                 read.quality, read.max_kbit_per_s, read.threads, read.masks, read.mask_outside_regions),
        std::tie(defaults.server, defaults.listen, defaults.bus_port, defaults.media_port, defaults.node,
                 defaults.seconds, defaults.out, defaults.timecode, defaults.source, defaults.stream,
                 defaults.device_delay_ms, defaults.frames_per_second, defaults.encoder, defaults.quality,
                 defaults.max_kbit_per_s, defaults.threads, defaults.masks, defaults.mask_outside_regions));
    EXPECT_EQ(std::tie(read.layout, read.opacity, read.overlay, read.canvas_width, read.canvas_height, read.leader,
                       read.view_quality, read.view_max_kbit_per_s, read.banner, read.present, read.y4m,
                       read.watchdog_ms, read.ultrasound, read.xray, read.camera, read.headless),
              std::tie(defaults.layout, defaults.opacity, defaults.overlay, defaults.canvas_width,
                       defaults.canvas_height, defaults.leader, defaults.view_quality, defaults.view_max_kbit_per_s,
                       defaults.banner, defaults.present, defaults.y4m, defaults.watchdog_ms, defaults.ultrasound,
                       defaults.xray, defaults.camera, defaults.headless));
    const auto& a = read.freshness;
    const auto& b = defaults.freshness;
    EXPECT_EQ(std::tie(a.late_ms, a.stale_ms, a.stale_periods, a.lost_ms, a.lost_periods, a.still_ms, a.skew_ms,
                       a.live_again_frames, a.wall_speed_cm_per_s),
              std::tie(b.late_ms, b.stale_ms, b.stale_periods, b.lost_ms, b.lost_periods, b.still_ms, b.skew_ms,
                       b.live_again_frames, b.wall_speed_cm_per_s));
}

TEST(Options, help_lists_the_programs_keys_and_fits_the_terminal) {
    for (const auto program : {Program::capture, Program::augment, Program::display, Program::share, Program::demo}) {
        const auto text = help(program);
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
        EXPECT_THAT(text, HasSubstr("0 done, 1 failed, 2 wrong usage"));
        EXPECT_THAT(text, HasSubstr("Example:\n  scialytic "));
        EXPECT_THAT(text, HasSubstr("--bus-port N"));
    }
    EXPECT_THAT(help(Program::capture), HasSubstr("--device-delay-ms"));
    EXPECT_THAT(help(Program::display), testing::Not(HasSubstr("--device-delay-ms")));
    EXPECT_THAT(help(Program::display), HasSubstr("--freshness.live-again-frames"));
}

TEST(Options, every_layout_has_one_name) {
    for (const auto layout :
         {Layout::fused, Layout::side_by_side, Layout::picture_in_picture, Layout::xray, Layout::ultrasound})
        EXPECT_EQ(layout_named(name(layout)), layout);
    EXPECT_FALSE(layout_named("Fused"));
}

}  // namespace
}  // namespace transport
