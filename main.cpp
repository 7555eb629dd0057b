// The programs by name, and who talks to whom in each.
//
//   source → capture ──RTP/UDP──▶ augment ──RTP/UDP──▶ display → panel
//                 └──────bus──────┘   ├──────bus──────┘
//                                     └──RTP/UDP, bus──▶ share ──WebRTC──▶ browsers, glasses
#include "augment/server.hpp"
#include "bench/calibrate.hpp"
#include "bench/commands.hpp"
#include "bench/demo.hpp"
#include "bench/doctor.hpp"
#include "bench/judge.hpp"
#include "bench/stopper.hpp"
#include "capture/node.hpp"
#include "devices/devices.hpp"
#include "devices/sinks.hpp"
#include "render/display.hpp"
#include "render/share.hpp"
#include "render/share_peer.hpp"
#include "render/share_start.hpp"
#include "render/watchdog.hpp"
#include "transport/bus_control.hpp"
#include "transport/emulator/link_command.hpp"
#include "transport/host_clock.hpp"
#include "transport/keys_command.hpp"
#include "transport/link_rtp.hpp"
#include "transport/metrics/node_metrics.hpp"
#include "transport/metrics/tell.hpp"
#include "transport/node_paths.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <future>
#include <thread>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using Arguments = std::vector<std::string>;

constexpr auto version = "0.1.0";
constexpr auto usage =
    R"(scialytic: ultrasound and X-ray, fused live on every screen, with the age of every picture known.
Research and engineering software, not a medical device.

  scialytic demo      all nodes on this machine, on the synthetic pair or on recordings
  scialytic capture   a capture node: one source, encoded and sent
  scialytic augment   the augmentation server
  scialytic display   an OR display
  scialytic share     the remote session: browsers, AR glasses, a colleague far away
  scialytic control   change layout, opacity, overlay, annotations, freeze, from a shell
  scialytic link      a 5G link on this machine: delay, loss, rate, outages, handovers
  scialytic keys      who may join: keys of the server and its nodes
  scialytic calibrate the lag of a device that does not tell its time
  scialytic bench     glass-to-glass latency of any scenario, measured beside others, and a report
  scialytic doctor    what this machine can do, and why not
  scialytic --version

Each takes [FILE.yaml] [--key value …]; `scialytic PROGRAM --help` names every key.
Exit codes: 0 done, 1 failed, 2 wrong usage.
)";

bool wants_help(const Arguments& arguments) {
    return !arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h");
}

std::string or_else(const std::string& text, const std::string& otherwise) {
    return text.empty() ? otherwise : text;
}

/// From here on every thread of this node: before the first that matters, after the long work of opening a recording.
void schedule(const Options& options) {
    if (options.real_time) static_cast<void>(run_in_real_time());  // where it is refused, `doctor` says why
}

NodeMetrics metrics_of(const std::string& program, const std::string& node, const Options& options, Clock& clock) {
    return {{program, node, version}, options.metrics_listen, options.metrics_port, clock};
}

/// What the server's Welcome makes of a node's link. Nothing when it would be in the clear and must not.
std::optional<RtpLink> link_to(const Options& options, const std::vector<Way>& ways, const Welcome& welcome,
                               Priority priority) {
    if (options.secure && !welcome.media_key) {
        fmt::print(stderr, "the server hands out no key for media; in the clear they go with --secure false only\n");
        return std::nullopt;
    }
    RtpLink link;
    link.stream = {welcome.media_ssrc, welcome.feedback_ssrc, welcome.payload_type};
    link.key = welcome.media_key;
    link.ways = ways;
    for (auto& way : link.ways)
        if (way.remote.port == 0) way.remote = with_port(way.remote, welcome.media_port);
    link.every_path = options.every_path;
    link.settings.repair_budget = std::chrono::milliseconds{options.repair_budget_ms};
    link.rate = rate_limits(options, options.max_kbit_per_s);
    link.priority = priority;
    return link;
}

int run_capture(const Options& options) {
    SystemClock clock;
    const bench::Stopper stopper{options.seconds};
    const auto node_name = or_else(options.node, fmt::format("capture-{}", name(options.stream)));
    auto metrics = metrics_of("capture", node_name, options, clock);
    const auto delay = Microseconds{static_cast<std::int64_t>(options.device_delay_ms * 1000)};
    const auto source =
        devices::open_source(options.source, options.stream,
                             {options.frames_per_second, delay, options.mask_outside_regions, options.masks}, clock);
    schedule(options);
    const auto info = source->info();
    fmt::print("{}: {}\n", node_name, info.description);
    for (const auto& warning : info.warnings) fmt::print(stderr, "{}: {}\n", node_name, warning);

    const auto ways = ways_of(options);
    MediaPort media{sockets_of(options), clock};
    capture::NodeSettings settings;
    settings.node = node_name;
    settings.modality = options.stream;
    settings.device_delay = delay;
    settings.timecode = options.timecode;
    settings.encoder.kind = options.encoder;
    settings.encoder.quality = options.quality;
    settings.encoder.max_kbit_per_s = options.max_kbit_per_s;
    settings.encoder.threads = options.threads;
    settings.least_kbit_per_s = options.least_kbit_per_s;
    capture::Node node{*source, clock, settings};
    Hello hello;
    hello.node = node_name;
    hello.role = Role::capture;
    hello.boot = boot_id();
    hello.stream = options.stream;
    const auto bus = dial_bus(
        options.server, options.bus_port, hello,
        [&](const Message& message) {
            if (const auto* welcome = std::get_if<Welcome>(&message))
                if (const auto link = link_to(options, ways, *welcome, priority_of(options.stream)))
                    node.connect(welcome->stream, make_rtp_sender(media, *link, clock));
            if (const auto* rekey = std::get_if<Rekey>(&message)) node.take_key(*rekey->key);
            if (const auto* reply = std::get_if<Reply>(&message); reply != nullptr && !reply->accepted)
                fmt::print(stderr, "{}: the server refuses us: {}\n", node_name, reply->text);
        },
        clock, {options.secure, options.keys}, clock_settings(options));
    const auto scrapes = metrics.serve([&](MetricsPage& page) {
        node.tell(page);
        tell_media(page, media);
        tell_bus(page, *bus, clock.now());
    });
    std::uint64_t told = 0;
    while (!stopper.token().stop_requested()) {
        const auto reading = node.step(stopper.token());
        if (reading == capture::Reading::ended) throw std::runtime_error("the source has ended");
        if (node.corrupt() > 0 && told == 0)
            fmt::print(stderr, "{}: unreadable frames are skipped\n", node_name), told = node.corrupt();
    }
    fmt::print("{}: {} frames, {} of them not sent as the link carried fewer\n", node_name, node.frames(),
               node.skipped());
    return 0;
}

int run_augment(const Options& options) {
    schedule(options);
    SystemClock clock;
    const bench::Stopper stopper{options.seconds};
    auto metrics = metrics_of("augment", "", options, clock);
    augment::Server server{options, clock};
    const auto scrapes = metrics.serve([&](MetricsPage& page) { server.tell(page); });
    fmt::print("augment: bus on {}:{}, media on {}:{}, layout {}\n", options.listen, options.bus_port, options.listen,
               options.media_port, name(options.layout));
    std::fflush(stdout);
    stopper.wait();
    fmt::print("augment: {}\n", server.line());
    return 0;
}

int run_display(const Options& options) {
    schedule(options);
    // The watchdog is a process of its own, made before the first thread.
    auto watchdog = render::Watchdog::start(options, [cover = options]() mutable {
        cover.y4m = false;
        return devices::open_sink(cover);
    });
    SystemClock clock;
    const bench::Stopper stopper{options.seconds};
    const auto node_name = or_else(options.node, "display");
    auto metrics = metrics_of("display", node_name, options, clock);
    const auto ways = ways_of(options);
    MediaPort media{sockets_of(options), clock};
    auto sink = devices::open_sink(options);
    if (options.timecode && !options.out.empty())
        sink = std::make_unique<bench::JudgingSink>(std::move(sink), options.out,
                                                    bench::product_codes(options.canvas_width, options.canvas_height));
    render::Display display{*sink, clock, options, version};
    Hello hello;
    hello.node = node_name;
    hello.role = Role::display;
    hello.boot = boot_id();
    hello.viewer = {options.layout, options.canvas_width, options.canvas_height, CodecProfile::intra_refresh};
    std::unique_ptr<BusClient> bus;
    bus = dial_bus(
        options.server, options.bus_port, hello,
        [&](const Message& message) {
            if (const auto* welcome = std::get_if<Welcome>(&message))
                if (const auto link = link_to(options, ways, *welcome, Priority::critical))
                    display.connect([&](OnArrival on_arrival) {
                        return make_rtp_receiver(media, *link, std::move(on_arrival), clock);
                    });
            if (const auto* rekey = std::get_if<Rekey>(&message)) display.take_key(*rekey->key);
            if (const auto* wish = std::get_if<Control>(&message); wish != nullptr && wish->freeze)
                display.freeze(*wish->freeze);
            if (const auto* reply = std::get_if<Reply>(&message); reply != nullptr && !reply->accepted)
                fmt::print(stderr, "{}: the server refuses us: {}\n", node_name, reply->text);
        },
        clock, {options.secure, options.keys}, clock_settings(options));
    const auto scrapes = metrics.serve([&](MetricsPage& page) {
        display.tell(page);
        tell_media(page, media);
        tell_bus(page, *bus, clock.now());
    });
    fmt::print("{}: shown by {}\n", node_name, sink->name());
    while (!stopper.token().stop_requested() && !sink->closed()) {
        display.clock_of_server(bus->server_clock());
        display.step(stopper.token());
        watchdog.beat();
        if (const auto second = display.take_second()) {
            fmt::print("{}\n", *second);
            std::fflush(stdout);
        }
        if (const auto news = display.take_news()) {
            bus->send(news->health);
            bus->send(news->finished);
        }
    }
    watchdog.rest();
    fmt::print("{}", display.finish());
    return 0;
}

/// Every picture that browsers watch, the hand that draws for them and their camera: a node each, by one key.
int run_share(const Options& given) {
    SystemClock clock;
    const bench::Stopper stopper{given.seconds};
    const auto node_name = or_else(given.node, "share");
    auto metrics = metrics_of("share", node_name, given, clock);
    render::ShareStart start{given};
    const auto& options = start.options();
    const auto ways = ways_of(options);
    MediaPort media{sockets_of(options), clock};
    render::ShareWiring wiring;
    wiring.dial = [&](Hello hello, BusClient::OnMessage on_message) {
        hello.node = hello.node.empty() ? node_name : fmt::format("{}.{}", node_name, hello.node);
        return dial_bus(options.server, options.bus_port, hello, std::move(on_message), clock,
                        {options.secure, options.keys}, clock_settings(options));
    };
    wiring.receive = [&](const Welcome& welcome, OnArrival on_arrival) -> std::unique_ptr<Receiver> {
        const auto link = link_to(options, ways, welcome, Priority::critical);
        return link ? make_rtp_receiver(media, *link, std::move(on_arrival), clock) : nullptr;
    };
    wiring.send = [&](const Welcome& welcome) -> std::unique_ptr<Sender> {
        const auto link = link_to(options, ways, welcome, priority_of(Modality::camera));
        return link ? make_rtp_sender(media, *link, clock) : nullptr;
    };
    wiring.child = [&](const std::string& connection) { return render::share_child_command(options, connection); };
    render::Share share{options, wiring, start.tokens(), clock};
    const auto scrapes = metrics.serve([&](MetricsPage& page) {
        share.tell(page);
        tell_media(page, media);
    });
    fmt::print("{}", start.invitations(share));
    std::fflush(stdout);
    share.run(stopper.token());
    fmt::print("share: {}\n", share.line());
    return 0;
}

int run_control(const Arguments& arguments) {
    const auto command = read_control(arguments);
    SystemClock clock;
    Hello hello;
    hello.node = or_else(command.node, fmt::format("control-{}", clock.now().time_since_epoch().count() % 1'000'000));
    hello.role = Role::control;
    hello.boot = boot_id();
    std::promise<Reply> answer;
    bool answered = false;
    const auto bus = dial_bus(
        command.server, command.bus_port, hello,
        [&](const Message& message) {
            const auto* reply = std::get_if<Reply>(&message);
            if (reply != nullptr && !std::exchange(answered, true)) answer.set_value(*reply);
        },
        clock, command.security);
    bus->send(command.control);
    auto waiting = answer.get_future();
    if (waiting.wait_for(3s) != std::future_status::ready)
        throw std::runtime_error(
            fmt::format("no answer from {}:{} within 3 s; does `scialytic augment` run there, with our keys?",
                        command.server, command.bus_port));
    const auto reply = waiting.get();
    fmt::print(reply.accepted ? stdout : stderr, "{}\n", reply.text);
    return reply.accepted ? 0 : 1;
}

int run_link(const Arguments& arguments) {
    const auto command = read_link(arguments, recordings_folder());
    const bench::Stopper stopper{command.seconds};
    SystemClock clock;
    NodeMetrics metrics{{"link", "", version}, command.metrics_listen, command.metrics_port, clock};
    const Relay relay{command.settings};
    const auto scrapes = metrics.serve([&](MetricsPage& page) { tell_relay(page, relay.report()); });
    fmt::print("link: {} to {}, {} ({}), seed {}\n", command.listen, command.server, command.settings.profile.name,
               command.settings.profile.said_from, command.settings.seed);
    for (auto second = clock.now() + 1s; clock.wait_until(second, stopper.token()); second += 1s) {
        fmt::print("{}\n", link_line(relay.report()));
        std::fflush(stdout);
    }
    const auto report = relay.report();
    fmt::print("{}\n", link_line(report));
    if (command.out.empty()) return 0;
    std::ofstream file{command.out};
    file << to_json(report);
    if (!file.flush()) throw std::runtime_error(fmt::format("link: cannot write {}", command.out));
    return 0;
}

int run_demo(const Options& options) {
    bench::Demo demo{options};
    demo.add("augment", [&] { return run_augment(demo.augment()); });
    demo.add("capture-us", [&] { return run_capture(demo.capture(Modality::ultrasound)); });
    demo.add("capture-xray", [&] { return run_capture(demo.capture(Modality::xray)); });
    if (!options.camera.empty()) demo.add("capture-cam", [&] { return run_capture(demo.capture(Modality::camera)); });
    if (options.share)
        demo.add(
            "share", [&] { return run_share(demo.share()); }, bench::Demo::Need::optional);
    demo.add("display", [&] { return run_display(demo.display()); });
    return demo.run();
}

int run(const Arguments& all) {
    if (all.empty()) throw UsageError{"which program? See scialytic --help"};
    const auto& program = all.front();
    const Arguments arguments{all.begin() + 1, all.end()};
    const auto with_options = [&](Program which, int (*run_it)(const Options&)) {
        if (wants_help(arguments)) return fmt::print("{}", help(which)), 0;
        return run_it(read_options(which, arguments));
    };
    if (wants_help(all)) return fmt::print("{}", usage), 0;
    if (program == "--version") return fmt::print("scialytic {}\n", version), 0;
    if (program == "capture") return with_options(Program::capture, run_capture);
    if (program == "augment") return with_options(Program::augment, run_augment);
    if (program == "display") return with_options(Program::display, run_display);
    if (program == "share") return with_options(Program::share, run_share);
    if (program == "share-peer") return render::run_share_peer(arguments);
    if (program == "demo") return with_options(Program::demo, run_demo);
    if (program == "bench") return bench::run_bench(arguments);
    if (program == "calibrate")
        return wants_help(arguments) ? (fmt::print("{}", bench::calibrate_help()), 0) : bench::run_calibrate(arguments);
    if (program == "doctor") return fmt::print("{}", bench::doctor()), 0;
    if (program == "link") {
        if (wants_help(arguments)) return fmt::print("{}", link_help()), 0;
        return run_link(arguments);
    }
    if (program == "control") {
        if (wants_help(arguments)) return fmt::print("{}", control_help()), 0;
        return run_control(arguments);
    }
    if (program == "keys") return fmt::print("{}", wants_help(arguments) ? keys_help() : run_keys(arguments)), 0;
    throw UsageError{fmt::format("no program '{}'. See scialytic --help", program)};
}

}  // namespace

int main(int count, char** words) {
    try {
        return run({words + 1, words + count});
    } catch (const UsageError& error) {
        fmt::print(stderr, "scialytic: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "scialytic: {}\n", error.what());
        return 1;
    }
}
