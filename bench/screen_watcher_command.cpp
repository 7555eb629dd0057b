#include "bench/judge_words.hpp"
#include "bench/screen_source.hpp"
#include "bench/screen_watcher.hpp"
#include "bench/screen_x11.hpp"
#include "bench/stopper.hpp"
#include "devices/devices.hpp"
#include "transport/handle.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

struct WatchOptions {
    std::filesystem::path out;
    std::string display;
    std::string window;
    std::string source;
    double seconds = 0;
    WatchSettings settings;
};

Rect watch_rect(const JudgeWords& words, std::string_view text) {
    constexpr int farthest = 32768;
    int numbers[4] = {};
    auto rest = text;
    for (int i = 0; i < 4; ++i) {
        const auto comma = i < 3 ? rest.find(',') : rest.size();
        if (comma == std::string_view::npos)
            words.refuse(fmt::format("--codes: '{:.80}' is no x,y,width,height", text));
        numbers[i] = words.to_number("--codes", rest.substr(0, comma), i < 2 ? 0 : 1, farthest);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

WatchOptions read_watch_options(const std::vector<std::string>& arguments) {
    const JudgeWords words{
        "watch-screen",
        arguments,
        0,
        {"--out", "--display", "--window", "--source", "--codes", "--expect", "--rate", "--seconds"}};
    WatchOptions out;
    out.out = words.text("--out").value_or("");
    out.display = words.text("--display").value_or("");
    out.window = words.text("--window").value_or("");
    out.source = words.text("--source").value_or("");
    for (const auto& rect : words.all("--codes")) out.settings.codes.push_back(watch_rect(words, rect));
    out.settings.expected = words.number<std::size_t>("--expect", 1, 64).value_or(0);
    out.settings.looks_per_second = words.number("--rate", 1.0, 10000.0).value_or(1000);
    out.seconds = words.number("--seconds", 0.1, 86400.0).value_or(0);
    if (out.out.empty()) words.refuse("--out FOLDER is missing");
    if (!out.source.empty() && !(out.display.empty() && out.window.empty()))
        words.refuse("--source is watched in place of a screen: neither --display nor --window goes with it");
    return out;
}

/// codes.csv, written out once a second.
class CodesFile {
public:
    explicit CodesFile(const std::filesystem::path& folder) : path_{folder / "codes.csv"}, pending_{codes_header} {
        std::error_code ignored;  // the file that cannot be made says it better
        std::filesystem::create_directories(folder, ignored);
        file_.reset(std::fopen(path_.c_str(), "wb"));
        if (!file_) throw std::runtime_error(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
        write_out();
    }
    void add(const SeenCode& code) {
        fmt::format_to(std::back_inserter(pending_), "{},{},{},{}\n", code.presented_us, code.stream, code.sequence,
                       code.time_us);
    }
    void write_out() {
        const bool written = std::fwrite(pending_.data(), 1, pending_.size(), file_.get()) == pending_.size() &&
                             std::fflush(file_.get()) == 0;
        if (!written)
            throw std::runtime_error(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
        pending_.clear();
    }

private:
    std::filesystem::path path_;
    std::string pending_;
    Handle<std::FILE, std::fclose> file_;
};

std::string watch_line(const WatchReport& report) {
    if (report.codes.empty()) return fmt::format("{:.0f} s: no code on {} yet", report.seconds, report.display);
    return fmt::format("{:.0f} s on {}: {} codes, {} presentations, {:.0f} looks/s, ± {:.2f} ms, {:.1f} % of a core",
                       report.seconds, report.display, report.codes.size(), report.sightings, report.looks_per_second,
                       static_cast<double>(report.uncertainty.p50) / 1000, report.processor_percent);
}

void write_watch(const std::filesystem::path& folder, const WatchReport& report) {
    const auto path = folder / "watch.json";
    std::ofstream file{path};
    file << watch_json(report);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

std::unique_ptr<Watched> open_watched(const WatchOptions& options, Clock& clock) {
    if (options.source.empty()) return std::make_unique<X11Screen>(options.display, options.window, clock);
    return std::make_unique<SourceScreen>(options.source,
                                          devices::open_source(options.source, Modality::camera, {}, clock), clock);
}

}  // namespace

std::string watch_screen_help() {
    return R"(Usage: scialytic bench watch-screen --out FOLDER [--key value ...]

Judges from outside the pipeline: reads the in-picture codes off an X11 screen, whoever shows them, at whatever place and
scale, and writes when each appeared. It finds them by itself, looks at their small rectangles alone as often as it can,
and searches again when one could not be read for a second. A code appeared between the last look without it and the
first look with it; half of that time is the stated uncertainty.

  --out FOLDER      where codes.csv (presented_us,stream,sequence,time_us; µs of the monotonic clock) and watch.json
                    (uncertainty, looks a second, processor time) go
  --display :N      the X server; default: $DISPLAY. It must run on this machine
  --window W        only what this window shows: a part of its title, or its number (xwininfo tells it)
  --source S        in place of a screen anything that opens as a source, as "gst: v4l2src ..." for a capture card:
                    every picture is a look, and its own delay is not taken off
  --codes x,y,w,h   where a code stands, instead of searching; once for each
  --expect N        how many codes there will be: no more are searched for then. Default: any number
  --rate HZ         looks a second, 1 to 10000, default 1000. A look costs about 50 µs of processor, server and all
  --seconds N       ends by itself; default: on Ctrl-C or SIGTERM, the files are then complete too
  --help            this text

A picture that is drawn again unchanged is told too where the server has the DAMAGE extension. Two places that show the
same stream cannot both be judged.

Exit codes: 0 watched, 1 failed: no X server, it went, or no code was seen, 2 wrong usage.
)";
}

int run_watch_screen(const std::vector<std::string>& arguments) {
    auto options = read_watch_options(arguments);
    SystemClock clock;
    const Stopper stopper{options.seconds};
    CodesFile codes{options.out};
    const auto watched = open_watched(options, clock);
    // Before what it measures: a look that has to wait for its turn knows less.
    static_cast<void>(run_in_real_time(low_real_time_priority + 1));
    const bool live = isatty(STDERR_FILENO) == 1 && std::getenv("CI") == nullptr;
    WatchReport last;
    last.display = watched->name();
    options.settings.seen = [&](const Sighting& sighting) { codes.add(sighting.code); };
    options.settings.once_a_second = [&](const WatchReport& report) {
        codes.write_out();
        last = report;
        if (live) fmt::print(stderr, "\r\033[K{}", watch_line(report));
    };
    const auto finish = [&] {
        if (live) fmt::print(stderr, "\r\033[K");
        codes.write_out();
        write_watch(options.out, last);
    };
    try {
        last = watch(*watched, options.settings, clock, stopper.token());
    } catch (...) {
        finish();
        throw;
    }
    finish();
    if (last.sightings == 0)
        throw std::runtime_error(fmt::format("no in-picture code was seen to change on {} in {:.1f} s: see {}",
                                             last.display, last.seconds, (options.out / "watch.json").string()));
    fmt::print("{}\n{}\n", watch_line(last), (options.out / "codes.csv").string());
    return 0;
}

}  // namespace bench
