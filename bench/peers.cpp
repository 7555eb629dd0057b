#include "bench/peers.hpp"

#include "bench/free_port.hpp"
#include "bench/processes.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

// A script between two symbols.
#define PEER_SCRIPT(symbol, file)                                                                                \
    __asm__(".section .rodata\n.global peer_" #symbol "\npeer_" #symbol ":\n.incbin \"" SCIALYTIC_PEERS "/" file \
            "\"\n.global peer_end_" #symbol "\npeer_end_" #symbol ":\n.byte 0\n.previous\n");                    \
    extern "C" const char peer_##symbol[];                                                                       \
    extern "C" const char peer_end_##symbol[];

PEER_SCRIPT(common, "common.sh")
PEER_SCRIPT(gst_words, "gst_words.sh")
PEER_SCRIPT(gstreamer, "gstreamer.sh")
PEER_SCRIPT(ffmpeg, "ffmpeg.sh")
PEER_SCRIPT(srt, "srt.sh")
PEER_SCRIPT(srt_default, "srt-default.sh")
PEER_SCRIPT(webrtcbin, "webrtcbin.sh")
PEER_SCRIPT(openigtlink, "openigtlink.sh")
#undef PEER_SCRIPT

namespace bench {

using namespace transport;

namespace {

std::string_view script_text(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

void write_script(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file{path};
    file << text;
    file.close();
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

/// The script and what it sources, where it can be read afterwards. Returns the script's path.
std::filesystem::path write_scripts(const Peer& peer, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    write_script(folder / "common.sh", script_text(peer_common, peer_end_common));
    write_script(folder / "gst_words.sh", script_text(peer_gst_words, peer_end_gst_words));
    auto path = folder / fmt::format("{}.sh", peer.name);
    write_script(path, peer.script);
    return path;
}

std::string program_path(const std::string& program) {
    return program.empty() ? std::filesystem::read_symlink("/proc/self/exe").string() : program;
}

std::string last_line_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::string last;
    for (std::string line; std::getline(file, line);)
        if (!line.empty()) last = line;
    return last;
}

}  // namespace

std::vector<Peer> peers() {
    return {{"gstreamer", "GStreamer chain built by hand, H.264 in RTP over UDP",
             script_text(peer_gstreamer, peer_end_gstreamer)},
            {"ffmpeg", "FFmpeg's command lines, H.264 in RTP over UDP", script_text(peer_ffmpeg, peer_end_ffmpeg)},
            {"srt", "GStreamer over SRT, its latency as low as it goes", script_text(peer_srt, peer_end_srt)},
            {"srt-default", "GStreamer over SRT, MPEG-TS, SRT's default latency of 125 ms a hop",
             script_text(peer_srt_default, peer_end_srt_default)},
            {"webrtcbin", "GStreamer's webrtcbin on every hop", script_text(peer_webrtcbin, peer_end_webrtcbin)},
            {"openigtlink", "OpenIGTLink, raw images over TCP, fused by who shows them",
             script_text(peer_openigtlink, peer_end_openigtlink)}};
}

Peer peer_named(std::string_view name) {
    const auto all = peers();
    const auto found = std::ranges::find(all, name, &Peer::name);
    if (found != all.end()) return *found;
    std::vector<std::string_view> names;
    std::ranges::transform(all, std::back_inserter(names), &Peer::name);
    throw UsageError{fmt::format("no peer '{:.80}'; there are {}", name, fmt::join(names, ", "))};
}

PeerSettings peer_settings() {
    constexpr int ports_wanted = 8;
    PeerSettings out;
    out.quality = Options{}.quality;
    out.view_quality = Options{}.view_quality;
    for (int i = 0; i < ports_wanted; ++i) out.ports.push_back(free_port());
    if (const auto* display = std::getenv("DISPLAY")) out.display = display;
    return out;
}

std::vector<std::string> environment(const PeerSettings& settings) {
    const auto size = [](int width, int height) { return fmt::format("{}x{}", width, height); };
    return {"SCIALYTIC=" + program_path(settings.program),
            "ULTRASOUND=" + settings.ultrasound.source,
            "XRAY=" + settings.xray.source,
            "ULTRASOUND_SIZE=" + size(settings.ultrasound.width, settings.ultrasound.height),
            "XRAY_SIZE=" + size(settings.xray.width, settings.xray.height),
            fmt::format("RATE_ULTRASOUND={}", settings.ultrasound.frames_per_second),
            fmt::format("RATE_XRAY={}", settings.xray.frames_per_second),
            "CANVAS=" + size(settings.canvas_width, settings.canvas_height),
            fmt::format("QUALITY={}", settings.quality),
            fmt::format("VIEW_QUALITY={}", settings.view_quality),
            fmt::format("PORTS={}", fmt::join(settings.ports, " ")),
            "OUT=" + std::filesystem::absolute(settings.out).string(),
            "DISPLAY=" + settings.display};
}

std::vector<std::string> peer_command(const Peer& peer, const PeerSettings& settings) {
    const auto script = write_scripts(peer, std::filesystem::absolute(settings.out));
    std::vector<std::string> command{"env"};
    std::ranges::move(environment(settings), std::back_inserter(command));
    command.insert(command.end(), {"bash", script.string()});
    return command;
}

std::string missing(const Peer& peer, const std::filesystem::path& folder, const std::string& program) {
    const auto script = write_scripts(peer, std::filesystem::absolute(folder));
    const auto log = folder / fmt::format("{}-check.log", peer.name);
    std::filesystem::remove(log);
    auto check =
        Process::start({"env", "SCIALYTIC=" + program_path(program), "bash", script.string(), "--check"}, log.string());
    const int code = check.wait();
    if (code == 0) return {};
    const auto words = last_line_of(log);
    return words.empty() ? fmt::format("the script's check ended with {}", code)
                         : words.substr(words.starts_with(fmt::format("{}: ", peer.name)) ? peer.name.size() + 2 : 0);
}

}  // namespace bench
