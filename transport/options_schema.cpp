#include "transport/options_schema.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace transport {
namespace {

using Names = std::span<const std::string_view>;

constexpr unsigned bit(Program program) {
    return 1U << static_cast<unsigned>(program);
}
constexpr unsigned capture = bit(Program::capture);
constexpr unsigned augment = bit(Program::augment);
constexpr unsigned display = bit(Program::display);
constexpr unsigned share = bit(Program::share);
constexpr unsigned demo = bit(Program::demo);
constexpr unsigned nodes = capture | augment | display | share;
constexpr unsigned everyone = nodes | demo;

// In the order of their enums.
constexpr std::array<std::string_view, 3> hue_names{"grey", "gold", "blue"};
constexpr std::array<std::string_view, 5> layout_names{"fused", "side-by-side", "picture-in-picture", "xray",
                                                       "ultrasound"};
constexpr std::array<std::string_view, 3> modality_names{"ultrasound", "xray", "camera"};
constexpr std::array<std::string_view, 4> encoders{"auto", "x264", "nvenc", "vaapi"};
constexpr std::array<std::string_view, 3> leaders{"auto", "xray", "ultrasound"};
constexpr std::array<std::string_view, 6> presenters{"auto", "window", "wayland", "x11", "kms", "headless"};

/// `members` lead from Options to the value: at<&Options::overlay, &Similarity::scale>(options).
template <auto... members>
auto& at(auto& options) {
    return (options.*....*members);
}

template <auto... members>
bool read(const OptionKey& key, Options& options, std::string_view text) {
    auto& value = at<members...>(options);
    using Value = std::remove_reference_t<decltype(value)>;
    if constexpr (std::is_enum_v<Value>) {
        const auto found = std::ranges::find(key.choices, text);
        if (found == key.choices.end()) return false;
        value = static_cast<Value>(found - key.choices.begin());
        return true;
    } else {
        return read_value(key, value, text);
    }
}

template <auto... members>
std::string show(const OptionKey& key, const Options& options) {
    const auto& value = at<members...>(options);
    if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(value)>>)
        return std::string{key.choices[static_cast<std::size_t>(value)]};
    else
        return show_value(value);
}

/// A row of the table: what every key has; the kinds below add what they allow.
template <auto... members>
OptionKey row(std::string_view section, std::string_view name, unsigned programs, OptionKind kind,
              std::string_view help) {
    OptionKey key;
    key.section = section;
    key.name = name;
    key.programs = programs;
    key.kind = kind;
    key.help = help;
    key.read = &read<members...>;
    key.show = &show<members...>;
    return key;
}
OptionKey within(OptionKey key, double least, double most, std::string_view unit = {}, bool even = false) {
    key.least = least;
    key.most = most;
    key.unit = unit;
    key.even = even;
    return key;
}
OptionKey one_of(OptionKey key, Names choices) {
    key.choices = choices;
    return key;
}
OptionKey at_most(OptionKey key, double bytes) {
    key.most = bytes;
    return key;
}

const auto& table() {
    using enum OptionKind;
    using O = Options;
    using F = FreshnessLimits;
    using S = Similarity;
    static constexpr std::string_view network = "Network";
    static constexpr std::string_view run = "This run";
    static constexpr std::string_view source = "Source and its encoder";
    static constexpr std::string_view picture = "The picture that the server makes";
    static constexpr std::string_view panel = "Display";
    static constexpr std::string_view fresh = "When a picture is no longer live (for each modality)";
    static constexpr std::string_view remote = "The remote session";
    static constexpr std::string_view pair = "Sources of the demo";
    static const std::array keys{
        row<&O::server>(network, "server", capture | display | share, host,
                        "Address of the server, dialled by the nodes"),
        row<&O::listen>(network, "listen", augment | share, host,
                        "Address that the server, or share, listens on; 0.0.0.0 for every interface"),
        within(row<&O::bus_port>(network, "bus-port", everyone, whole, "TCP port of the bus"), 1, 65535),
        within(row<&O::media_port>(network, "media-port", augment | demo, whole, "UDP port of the media"), 1, 65535),
        row<&O::paths>(network, "paths", capture | display | share, paths,
                       "Modems or network cards that media go by; @HOST:PORT where one reaches the server elsewhere"),
        row<&O::every_path>(
            network, "every-path", nodes, flag,
            "Sends media by every path at once, so that the loss of one loses nothing; else by the best"),
        within(row<&O::repair_budget_ms>(network, "repair-budget-ms", everyone, whole,
                                         "How much later a repaired picture may come than an undamaged one"),
               0, 1000, "ms"),
        within(row<&O::start_kbit_per_s>(network, "start-kbit-per-s", everyone, whole,
                                         "Rate that a stream begins with, before its link has been measured"),
               100, 400000, "kbit/s"),
        row<&O::secure>(network, "secure", everyone, flag,
                        "Lets only enrolled nodes in and seals what travels; false is for a lab alone"),
        at_most(row<&O::keys>(network, "keys", nodes, words,
                              "Folder of this node's keys (scialytic keys --help); the demo makes its own"),
                4096),
        within(row<&O::rekey_s>(network, "rekey-s", augment | demo, whole, "Renews the keys of the media so often"), 1,
               86400, "s"),
        within(row<&O::clock_asymmetry_us>(network, "clock-asymmetry-us", capture | display | share, whole,
                                           "How much longer the way to the server takes than the way back, at the "
                                           "least; below 0: the way back; 0: unknown"),
               -1000000, 1000000, "us"),
        within(row<&O::host_clock_bound_us>(network, "host-clock-bound-us", nodes, whole,
                                            "Vouches that this host's clock, while it is synchronised, is so near true "
                                            "time; 0: what chronyd or ntpd tell the kernel"),
               0, 1000000, "us"),
        within(row<&O::metrics_port>(network, "metrics-port", everyone, whole,
                                     "TCP port where Prometheus reads /metrics, docs/metrics.md; 0: none; of the demo "
                                     "the first of six"),
               0, 65535),
        row<&O::metrics_listen>(network, "metrics-listen", everyone, host,
                                "Address of that port; whoever reaches it can read them"),

        row<&O::node>(run, "node", nodes, node, "Name of this node; without one, its program and its stream"),
        within(
            row<&O::seconds>(run, "seconds", everyone, number, "Ends by itself after that time; 0 runs until stopped"),
            0, 604800, "s"),
        at_most(row<&O::out>(
                    run, "out", display | demo, words,
                    "Folder for timeline.csv, states.csv, summary.json and pictures; nothing is written when empty"),
                4096),
        row<&O::real_time>(run, "real-time", everyone, flag,
                           "Runs before ordinary programs where the system allows it (scialytic doctor tells)"),
        row<&O::timecode>(run, "timecode", everyone, flag,
                          "Carries frame id and time inside the pixels, so that the shown picture can be checked"),

        at_most(row<&O::source>(
                    source, "source", capture, words,
                    "A DICOM, MetaImage or video file, \"synthetic\", \"phantom\", or \"gst: LAUNCH DESCRIPTION\""),
                4096),
        one_of(row<&O::stream>(source, "stream", capture, choice, "What the source shows"), modality_names),
        within(row<&O::device_delay_ms>(source, "device-delay-ms", capture, number,
                                        "From the device's acquisition to its output, for devices that tell no time"),
               0, 5000, "ms"),
        within(row<&O::frames_per_second>(source, "frames-per-second", capture | demo, number,
                                          "Plays recordings and synthetic sources at this rate; 0 keeps their own"),
               0, 240, "frames/s"),
        one_of(row<&O::encoder>(source, "encoder", capture | augment | demo, choice,
                                "H.264 encoder; auto takes hardware where it answers, else x264"),
               encoders),
        within(row<&O::quality>(source, "quality", capture | demo, whole,
                                "H.264 quantiser of a source, 1 finest, 51 coarsest; coarser only above the ceiling"),
               1, 51),
        within(
            row<&O::max_kbit_per_s>(source, "max-kbit-per-s", capture | demo, whole, "Ceiling of a source's bit rate"),
            100, 400000, "kbit/s"),
        within(row<&O::least_kbit_per_s>(source, "least-kbit-per-s", everyone, whole,
                                         "A picture that is given less is declared degraded on every screen"),
               50, 100000, "kbit/s"),
        within(row<&O::threads>(source, "threads", capture | augment | demo, whole,
                                "Threads of each encoder, and of the fusion on the CPU"),
               1, 16),
        row<&O::masks>(source, "masks", capture, masks,
                       "Rectangles that are blacked before the picture leaves the room (burnt-in names)"),
        row<&O::mask_outside_regions>(source, "mask-outside-regions", capture | demo, flag,
                                      "Blacks an ultrasound picture outside the regions that its file declares"),

        one_of(row<&O::layout>(picture, "layout", augment | display | share | demo, choice,
                               "How the images are arranged; a display asks for its own"),
               layout_names),
        within(row<&O::opacity>(picture, "opacity", augment | demo, number,
                                "Opacity of the echo over the X-ray, where the echo is bright"),
               0, 1),
        row<&O::register_probe>(picture, "register-probe", augment | demo, flag,
                                "Looks for the ultrasound probe in an X-ray that tells its geometry"),
        row<&O::doppler_only>(picture, "doppler-only", augment | demo, flag,
                              "Of the echo over the X-ray, only the flow in colour"),
        one_of(row<&O::echo_hue>(picture, "echo-hue", augment | demo, choice,
                                 "Hue of the echo's grey tissue over the X-ray; flow keeps its colours"),
               hue_names),
        within(row<&O::overlay, &S::center_x>(picture, "overlay.center-x", augment | demo, number,
                                              "Centre of the echo on the X-ray, as a share of its width"),
               -1, 2),
        within(row<&O::overlay, &S::center_y>(picture, "overlay.center-y", augment | demo, number,
                                              "Centre of the echo on the X-ray, as a share of its height"),
               -1, 2),
        within(row<&O::overlay, &S::scale>(picture, "overlay.scale", augment | demo, number,
                                           "Width of the echo, as a share of the X-ray's width"),
               0.05, 4),
        within(row<&O::overlay, &S::rotation_degrees>(picture, "overlay.rotation-degrees", augment | demo, number,
                                                      "Turn of the echo, clockwise"),
               -360, 360, "degrees"),
        within(row<&O::canvas_width>(picture, "canvas-width", augment | display | share | demo, whole,
                                     "Width of the picture"),
               320, 3840, "pixels", true),
        within(row<&O::canvas_height>(picture, "canvas-height", augment | display | share | demo, whole,
                                      "Height of the picture"),
               240, 2160, "pixels", true),
        one_of(row<&O::leader>(picture, "leader", augment | demo, choice,
                               "Whose frames make a new picture; auto: the live modality with the higher rate"),
               leaders),
        within(row<&O::view_quality>(
                   picture, "view-quality", augment | demo, whole,
                   "H.264 quantiser of the views, 1 finest, 51 coarsest; coarser only above the ceiling"),
               1, 51),
        within(row<&O::view_max_kbit_per_s>(picture, "view-max-kbit-per-s", augment | demo, whole,
                                            "Ceiling of each view's bit rate"),
               100, 400000, "kbit/s"),
        at_most(row<&O::banner>(picture, "banner", augment | demo, words,
                                "De-identified session banner drawn in the picture; none when empty"),
                200),

        one_of(row<&O::present>(panel, "present", display | demo, choice,
                                "Where the picture is shown; auto: a window when there is a screen, else headless"),
               presenters),
        row<&O::y4m>(panel, "y4m", display | demo, flag,
                     "Also records every shown picture to panel.y4m, when headless"),
        within(row<&O::watchdog_ms>(panel, "watchdog-ms", display | demo, whole,
                                    "Covers the picture when the display hangs for that long"),
               100, 10000, "ms"),

        within(row<&O::freshness, &F::late_ms>(fresh, "freshness.late-ms", display | demo, whole,
                                               "LATE when the picture is older"),
               10, 10000, "ms"),
        within(row<&O::freshness, &F::stale_ms>(fresh, "freshness.stale-ms", display | demo, whole,
                                                "STALE when nothing new came for longer than this and stale-periods"),
               10, 10000, "ms"),
        within(row<&O::freshness, &F::stale_periods>(fresh, "freshness.stale-periods", display | demo, number,
                                                     "The same in frame periods of the stream"),
               1, 100, "periods"),
        within(row<&O::freshness, &F::lost_ms>(fresh, "freshness.lost-ms", display | demo, whole,
                                               "LOST when nothing new came for longer than this and lost-periods"),
               10, 60000, "ms"),
        within(row<&O::freshness, &F::lost_periods>(fresh, "freshness.lost-periods", display | demo, number,
                                                    "The same in frame periods of the stream"),
               1, 100, "periods"),
        within(row<&O::freshness, &F::still_ms>(fresh, "freshness.still-ms", display | demo, whole,
                                                "STILL when the source's content has not changed for longer"),
               10, 60000, "ms"),
        within(row<&O::freshness, &F::skew_ms>(fresh, "freshness.skew-ms", display | demo, whole,
                                               "UNSYNCED when echo and X-ray are further apart in acquisition time"),
               1, 10000, "ms"),
        within(row<&O::freshness, &F::live_again_frames>(fresh, "freshness.live-again-frames", display | demo, whole,
                                                         "LIVE again after that many live frames in a row"),
               1, 100, "frames"),
        within(row<&O::freshness, &F::wall_speed_cm_per_s>(fresh, "freshness.wall-speed-cm-per-s", display | demo,
                                                           number, "Speed of the heart's wall that turns ms into mm"),
               0, 200, "cm/s"),

        within(row<&O::https_port>(remote, "https-port", share | demo, whole, "TCP port of the page"), 1, 65535),
        at_most(row<&O::link_host>(remote, "link-host", share | demo, words,
                                   "Name or address of this machine in the links; without one, its first address"),
                253),
        at_most(row<&O::certificate>(remote, "certificate", share, words,
                                     "PEM file with the page's certificate; without one, one is made beside the keys"),
                4096),
        at_most(row<&O::certificate_key>(remote, "certificate-key", share, words, "PEM file with its secret key"),
                4096),
        at_most(row<&O::stun>(remote, "stun", share, words,
                              "HOST:PORT of a STUN server, for browsers behind another network's NAT; none when empty"),
                255),
        at_most(row<&O::turn>(remote, "turn", share, words,
                              "HOST:PORT of a TURN server, where nothing but a relay gets through; none when empty"),
                255),
        at_most(row<&O::turn_user>(remote, "turn-user", share, words, "User of the TURN server"), 255),
        at_most(row<&O::turn_password>(remote, "turn-password", share, words, "Password of the TURN server"), 255),
        within(row<&O::link_minutes>(remote, "link-minutes", share | demo, whole,
                                     "A link lets one person in, within so many minutes"),
               1, 1440, "minutes"),
        within(row<&O::most_pictures>(remote, "most-pictures", share | demo, whole,
                                      "Different layouts and sizes watched at once; each is an encoder of the server"),
               1, 10),
        at_most(row<&O::janus>(remote, "janus", share, words,
                               "Address of a Janus gateway (http://127.0.0.1:8088/janus) that gives the picture out; "
                               "without one, each browser has a connection of its own"),
                255),

        row<&O::share>(pair, "share", demo, flag, "Serves the page of the remote session, and prints its links"),
        at_most(row<&O::ultrasound>(pair, "ultrasound", demo, words, "Source of the echo, as --source of capture"),
                4096),
        at_most(row<&O::xray>(pair, "xray", demo, words, "Source of the X-ray, as --source of capture"), 4096),
        at_most(row<&O::camera>(pair, "camera", demo, words, "Source of the room camera; none when empty"), 4096),
        row<&O::headless>(pair, "headless", demo, flag, "Shows no window: pictures go to --out"),
    };
    return keys;
}

}  // namespace

std::span<const OptionKey> schema() {
    return table();
}

std::string_view OptionKey::group() const {
    const auto dot = name.find('.');
    return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

const OptionKey* find_key(std::string_view name) {
    const auto found = std::ranges::find(schema(), name, &OptionKey::name);
    return found == schema().end() ? nullptr : &*found;
}

bool is_group(std::string_view name) {
    return !name.empty() && std::ranges::any_of(schema(), [name](const auto& key) { return key.group() == name; });
}

std::string_view name(Program program) {
    static constexpr std::array<std::string_view, 5> names{"capture", "augment", "display", "share", "demo"};
    return names.at(static_cast<std::size_t>(program));
}

std::string programs_of(const OptionKey& key) {
    std::string names;
    for (const auto program : {Program::capture, Program::augment, Program::display, Program::share, Program::demo})
        if (key.belongs_to(program)) names.append(names.empty() ? "" : ", ").append(name(program));
    return names;
}

std::string_view name(Layout layout) {
    return layout_names.at(static_cast<std::size_t>(layout));
}

std::optional<Layout> layout_named(std::string_view text) {
    const auto found = std::ranges::find(layout_names, text);
    if (found == layout_names.end()) return std::nullopt;
    return static_cast<Layout>(found - layout_names.begin());
}

}  // namespace transport
