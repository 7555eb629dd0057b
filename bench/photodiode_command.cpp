#include "bench/judge_words.hpp"
#include "bench/named_file.hpp"
#include "bench/photodiode.hpp"
#include "bench/stopper.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bench {

namespace {

/// What a serial port prints until `stop`; a device that goes ends it too.
std::string light_from_port(const std::string& port, const std::stop_token& stop) {
    constexpr int patience_ms = 100;
    const int handle = open(port.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (handle < 0) throw std::runtime_error(fmt::format("cannot read {}: {}", port, std::strerror(errno)));
    std::string out;
    std::array<char, 4096> buffer{};
    while (!stop.stop_requested()) {
        pollfd waiting{handle, POLLIN, 0};
        if (poll(&waiting, 1, patience_ms) <= 0) continue;
        const auto count = read(handle, buffer.data(), buffer.size());
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) break;
        if (count > 0) out.append(buffer.data(), static_cast<std::size_t>(count));
    }
    close(handle);
    // It may have begun in the middle of a line.
    out.erase(0, std::min(out.size(), out.find('\n') + 1));
    return out;
}

LightTraces light_of(const JudgeWords& words) {
    const auto& name = words.subject();
    if (name.starts_with("/dev/")) {
        const Stopper stopper{words.number("--seconds", 1.0, 86400.0).value_or(0)};
        return read_light_lines(light_from_port(name, stopper.token()));
    }
    return read_named(name, [](std::istream& file) {
        const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
        return bytes.starts_with("RIFF") ? read_light_wav(bytes) : read_light_lines(bytes);
    });
}

}  // namespace

std::string photodiode_help() {
    return R"(Usage: scialytic bench photodiode RECORDING [--out FOLDER] [--seconds N]

Judges by light alone: one photodiode before the source's screen, one before the display, both patches flipping between
dark and bright at random times. RECORDING is a stereo WAVE file of a sound card (left: source, right: display; arecord
-f S16_LE -c 2 -r 192000 makes one), a text file of lines "t_us,channel,value" (channel 0: source, 1: display), or the
serial port of a microcontroller that prints such lines (/dev/ttyACM0, set up by stty before).

  --out FOLDER   photodiode.json
  --seconds N    of a serial port; default: until Ctrl-C or SIGTERM
  --help         this text

An edge is the middle between dark and bright, after hysteresis. The stated uncertainty is both channels' sample times and
half of both rise times. Latency is from each flip at the source to the display's next flip the same way.

Exit codes: 0 judged, 1 failed: unreadable, or nothing flips, 2 wrong usage.
)";
}

int run_photodiode(const std::vector<std::string>& arguments) {
    const JudgeWords words{"photodiode", arguments, 1, {"--out", "--seconds"}};
    const auto report = light_report(light_of(words));
    if (const auto folder = words.text("--out")) {
        std::filesystem::create_directories(*folder);
        const auto path = std::filesystem::path{*folder} / "photodiode.json";
        std::ofstream file{path};
        file << light_json(words.subject(), report);
        if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    }
    const auto ms = [](std::int64_t us) { return static_cast<double>(us) / 1000; };
    fmt::print("{} flips: p50 {:.2f}, p95 {:.2f}, p99 {:.2f}, max {:.2f} ms, each ± {:.2f} ms; {} unanswered\n",
               report.latency.count, ms(report.latency.p50), ms(report.latency.p95), ms(report.latency.p99),
               ms(report.latency.max), report.uncertainty_us / 1000, report.unanswered);
    return 0;
}

}  // namespace bench
