// Every key of every program, in one schema: YAML files and the command line speak the same names.
#pragma once

#include "transport/codec.hpp"
#include "transport/frame.hpp"

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transport {

enum class Layout : std::uint8_t { fused, side_by_side, picture_in_picture, xray, ultrasound };
[[nodiscard]] std::string_view name(Layout layout);  ///< "side-by-side"
[[nodiscard]] std::optional<Layout> layout_named(std::string_view text);

/// Of the echo's grey tissue over the X-ray, so that it is told from the X-ray's own grey.
enum class EchoHue : std::uint8_t { grey, gold, blue };

/// Echo pixels onto X-ray pixels: where the echo's centre stands on the X-ray image, its size and turn.
struct Similarity {
    double center_x = 0.5;  ///< of the X-ray image's width
    double center_y = 0.5;  ///< of the X-ray image's height
    double scale = 0.6;     ///< echo's width as a share of the X-ray image's width
    double rotation_degrees = 0;
    bool operator==(const Similarity&) const = default;
};

/// Limits of freshness; each is max(fixed, periods of the stream).
struct FreshnessLimits {
    int late_ms = 100;
    int stale_ms = 200;
    double stale_periods = 3;
    int lost_ms = 1000;
    double lost_periods = 5;
    int still_ms = 1000;
    int skew_ms = 100;  ///< above it fusion is UNSYNCED
    int live_again_frames = 3;
    double wall_speed_cm_per_s = 20;  ///< turns ms into mm
};

struct Options {
    // where the server is
    std::string server = "127.0.0.1";  ///< address the nodes dial
    std::string listen = "127.0.0.1";  ///< address the server binds
    int bus_port = 5570;
    int media_port = 5004;
    std::vector<std::string>
        paths;               ///< of a node to the server, see transport/node_paths.hpp; empty: the system's choice
    bool every_path = true;  ///< media go by all of them at once
    int repair_budget_ms = 60;
    int start_kbit_per_s = 10000;
    bool secure = true;           ///< false: anybody who reaches the ports is heard, for a lab
    std::string keys;             ///< folder (transport/keys.hpp)
    int rekey_s = 600;            ///< media keys are renewed so often
    int clock_asymmetry_us = 0;   ///< the way to the server takes at least so much longer than the way back
    int host_clock_bound_us = 0;  ///< vouched for; 0: only what the kernel tells
    int metrics_port = 0;         ///< TCP; 0: no metrics
    std::string metrics_listen = "127.0.0.1";
    // any node
    std::string node;    ///< default: program and stream
    double seconds = 0;  ///< 0: until stopped
    std::string out;     ///< folder for timeline.csv, summary.json, pictures
    bool timecode = false;
    bool real_time = true;
    // capture
    std::string source = "synthetic";
    Modality stream = Modality::ultrasound;
    double device_delay_ms = 0;
    double frames_per_second = 0;  ///< 0: the source's own; else synthetic and recordings play at this rate
    EncoderKind encoder = EncoderKind::automatic;
    int quality = 20;
    int max_kbit_per_s = 40000;
    int least_kbit_per_s = 500;
    int threads = 2;
    std::vector<std::string> masks;    ///< "x,y,width,height", blacked before the picture leaves the room
    bool mask_outside_regions = true;  ///< ultrasound with regions: black what lies outside them
    // augment
    Layout layout = Layout::fused;
    double opacity = 0.5;
    Similarity overlay;
    bool register_probe = true;
    bool doppler_only = false;
    EchoHue echo_hue = EchoHue::gold;
    int canvas_width = 1280;
    int canvas_height = 720;
    std::string leader = "auto";  ///< auto, xray, ultrasound
    int view_quality = 23;
    int view_max_kbit_per_s = 60000;
    std::string banner;  ///< de-identified session banner drawn in the picture; empty: none
    // display
    std::string present = "auto";  ///< auto, window, wayland, x11, kms, headless
    bool y4m = false;              ///< headless: also record panel.y4m
    int watchdog_ms = 500;
    FreshnessLimits freshness;
    // share
    int https_port = 8443;
    std::string link_host;        ///< how others reach this machine; empty: its first address
    std::string certificate;      ///< PEM; empty: made in the folder of keys
    std::string certificate_key;  ///< PEM
    std::string stun;             ///< HOST:PORT
    std::string turn;             ///< HOST:PORT
    std::string turn_user;
    std::string turn_password;
    int link_minutes = 15;  ///< a link is good for so long, once
    int most_pictures = 3;  ///< viewer classes at once, an encoder of the server each
    std::string janus;      ///< "http://HOST:PORT/janus"; empty: every browser has a connection of its own
    // demo
    bool share = true;
    std::string ultrasound = "synthetic";
    std::string xray = "synthetic";
    std::string camera;  ///< empty: none
    bool headless = false;
};

/// Programs that read options; each accepts the keys that concern it on its command line.
enum class Program : std::uint8_t { capture, augment, display, share, demo };

/// `arguments` after the program's name: [FILE.yaml] [--key value …]. A YAML file may hold any program's keys.
/// Throws UsageError with one line naming key, value and what is allowed. `--help` is the caller's.
[[nodiscard]] Options read_options(Program program, const std::vector<std::string>& arguments);
/// The same for the text of a YAML file alone; `file` is its name in error lines. At most 1 MiB.
[[nodiscard]] Options read_options_text(std::string_view yaml, const std::string& file);
/// 1 to 32 letters, digits, '.', '_' or '-': what a node may call itself.
[[nodiscard]] bool is_node_name(std::string_view text);
/// The complete help text of that program, generated from the schema.
[[nodiscard]] std::string help(Program program);
/// The commented example file with every key at its default, generated from the schema.
[[nodiscard]] std::string example_yaml();

/// Exit code 2.
struct UsageError : std::exception {
    explicit UsageError(std::string line) : line_{std::move(line)} {}
    [[nodiscard]] const char* what() const noexcept override { return line_.c_str(); }

private:
    std::string line_;
};

}  // namespace transport
