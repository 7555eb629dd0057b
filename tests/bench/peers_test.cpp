// The peers' scripts, run for real on an X screen of their own: what they show, how they end.
#include "bench/peers.hpp"
#include "bench/peer_source.hpp"
#include "bench/processes.hpp"
#include "transport/clock.hpp"
#include "transport/options.hpp"
#include "transport/timecode.hpp"

#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

namespace {

using namespace bench;
using namespace std::chrono_literals;
using transport::Rect;

constexpr auto peers_patience = 240s;  // a machine that builds meanwhile, a sanitizer
constexpr auto peers_look_every = 20ms;

bool peers_wait_until(const std::function<bool()>& done) {
    transport::SystemClock clock;
    for (const auto due = clock.now() + peers_patience; clock.now() < due;) {
        if (done()) return true;
        clock.wait_until(clock.now() + peers_look_every, {});
    }
    return false;
}

std::string peers_text_of(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

struct PeersFolder {
    PeersFolder() { std::filesystem::create_directories(path); }
    ~PeersFolder() { std::filesystem::remove_all(path); }
    PeersFolder(const PeersFolder&) = delete;
    PeersFolder& operator=(const PeersFolder&) = delete;
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("scialytic-peers-" + std::to_string(getpid()));
};

/// An X server without a screen, whose pixels lie in a file (XWD, which begins with 25 big-endian words).
struct PeersScreen {
    explicit PeersScreen(const std::filesystem::path& at)
        : folder{at},
          log{at / "Xvfb.log"},
          server{Process::start(
              {"Xvfb", "-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp", "-fbdir", at.string()},
              log.string())} {
        const auto told = [this] {
            std::istringstream lines{peers_text_of(log)};
            for (std::string line; std::getline(lines, line) && !lines.eof();)
                if (!line.empty() && line.find_first_not_of("0123456789") == std::string::npos) name = ":" + line;
            return !name.empty();
        };
        EXPECT_TRUE(peers_wait_until(told)) << peers_text_of(log);
    }

    [[nodiscard]] std::optional<transport::Timecode> code_at(const Rect& where) const {
        const auto bytes = peers_text_of(folder / "Xvfb_screen0");
        constexpr std::size_t words = 25;
        if (bytes.size() < words * 4) return std::nullopt;
        const auto word = [&bytes](std::size_t index) {
            std::uint32_t value = 0;
            std::memcpy(&value, bytes.data() + 4 * index, sizeof value);
            return static_cast<std::size_t>(ntohl(value));
        };
        constexpr std::size_t header_size = 0, bytes_per_line = 12, colours = 19, bytes_per_colour = 12;
        const auto begin = word(header_size) + word(colours) * bytes_per_colour;
        std::vector<std::uint8_t> luma;
        for (int y = where.y; y < where.y + where.height; ++y)
            for (int x = where.x; x < where.x + where.width; ++x) {
                constexpr std::size_t green = 1;
                luma.push_back(
                    static_cast<std::uint8_t>(bytes.at(begin + static_cast<std::size_t>(y) * word(bytes_per_line) +
                                                       static_cast<std::size_t>(x) * 4 + green)));
            }
        transport::Pixels strip;
        strip.format = transport::PixelFormat::gray8;
        strip.width = where.width;
        strip.height = where.height;
        strip.planes[0] = {luma.data(), where.width};
        return read_timecode(strip, {0, 0, where.width, where.height});
    }

    std::filesystem::path folder;
    std::filesystem::path log;
    Process server;
    std::string name;
};

/// All processes that were started with this folder for their OUT, but the script itself.
std::vector<pid_t> children_of(const std::filesystem::path& out, pid_t script) {
    std::vector<pid_t> found;
    const auto wanted = "OUT=" + out.string() + std::string(1, '\0');
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const auto pid = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
        if (pid <= 0 || pid == script) continue;
        // One that has ended and not been waited for has no environment any more.
        if (peers_text_of(entry.path() / "environ").find(wanted) != std::string::npos) found.push_back(pid);
    }
    return found;
}

/// 576x456 and 512x512 with their strips below, as the scenario `cathlab` has them, but slower.
struct EveryPeer : testing::TestWithParam<Peer> {
    void SetUp() override {
        const auto lacking = missing(GetParam(), folder.path, BUILD_DIR "/scialytic");
        if (!lacking.empty()) GTEST_SKIP() << lacking;
        screen.emplace(folder.path);
        settings.ultrasound = {"synthetic?width=576&height=456", 576, 488, 10};
        settings.xray = {"synthetic?width=512&height=512", 512, 544, 10};
        settings.display = screen->name;
        settings.out = folder.path / "out";
        settings.program = BUILD_DIR "/scialytic";
        script.emplace(Process::start(peer_command(GetParam(), settings), log.string()));
    }

    [[nodiscard]] std::string logs() const {
        auto all = peers_text_of(log);
        for (const auto& entry : std::filesystem::directory_iterator{settings.out})
            if (entry.path().extension() == ".log") all += entry.path().string() + ":\n" + peers_text_of(entry.path());
        return all;
    }
    /// Some frames of both streams, each in its place.
    bool shows_both() {
        constexpr std::size_t enough = 3;
        constexpr Rect echo_strip{674, 526, 269, 33};
        constexpr Rect xray_strip{0, 676, 337, 42};
        const auto look = [this](const Rect& where, transport::StreamId stream, std::set<std::uint32_t>& seen) {
            const auto code = screen->code_at(where);
            if (code && code->stream == stream) seen.insert(code->sequence);
        };
        return peers_wait_until([&] {
                   look(echo_strip, 1, ultrasound_seen);
                   look(xray_strip, 2, xray_seen);
                   return script->ended() || (ultrasound_seen.size() >= enough && xray_seen.size() >= enough);
               }) &&
               !script->ended();
    }
    /// Every process is gone within our peers_patience.
    [[nodiscard]] bool nothing_left() const {
        return peers_wait_until([this] { return children_of(settings.out, script->pid()).empty(); });
    }

    PeersFolder folder;
    std::filesystem::path log = folder.path / "script.log";
    std::optional<PeersScreen> screen;
    PeerSettings settings = peer_settings();
    std::optional<Process> script;
    std::set<std::uint32_t> ultrasound_seen, xray_seen;
};

TEST_P(EveryPeer, shows_both_streams_and_ends_cleanly_when_told_to) {
    ASSERT_TRUE(shows_both()) << ultrasound_seen.size() << " echoes and " << xray_seen.size() << " X-rays seen\n"
                              << logs();
    EXPECT_FALSE(children_of(settings.out, script->pid()).empty());
    script->signal(SIGTERM);
    EXPECT_EQ(script->wait(), 0) << logs();
    EXPECT_EQ(peers_text_of(log), "");
    EXPECT_TRUE(nothing_left());
}

std::string peers_name_of(const testing::TestParamInfo<Peer>& info) {
    std::string name{info.param.name};
    std::ranges::replace(name, '-', '_');
    return name;
}
INSTANTIATE_TEST_SUITE_P(Peers, EveryPeer, testing::ValuesIn(peers()), peers_name_of);

/// How scripts end is common.sh's matter, the same for all.
struct OnePeer : EveryPeer {};
INSTANTIATE_TEST_SUITE_P(Peers, OnePeer, testing::Values(peer_named("openigtlink")), peers_name_of);

TEST_P(OnePeer, fails_in_one_line_when_one_of_its_processes_dies) {
    ASSERT_TRUE(peers_wait_until([this] { return children_of(settings.out, script->pid()).size() >= 3; })) << logs();
    kill(children_of(settings.out, script->pid()).front(), SIGKILL);
    EXPECT_EQ(script->wait(), 1);
    EXPECT_THAT(peers_text_of(log),
                testing::MatchesRegex("openigtlink: [a-z-]+ ended with [0-9]+: see [^\n]*\\.log\n"));
    EXPECT_TRUE(nothing_left());
}

TEST_P(OnePeer, leaves_no_process_behind_when_it_is_killed_itself) {
    ASSERT_TRUE(shows_both()) << logs();
    script->signal(SIGKILL);
    script->wait();
    EXPECT_TRUE(nothing_left());
}

TEST(Peers, what_is_missing_is_told_in_one_line_with_the_package_that_brings_it) {
    const PeersFolder folder;
    // Nothing but what the scripts' first lines use.
    for (const char* program : {"bash", "basename", "dirname", "env"}) {
        std::error_code none;
        for (const char* where : {"/usr/bin/", "/bin/"})
            if (std::filesystem::exists(where + std::string{program}))
                std::filesystem::create_symlink(where + std::string{program}, folder.path / program, none);
    }
    const std::string before = std::getenv("PATH");
    setenv("PATH", folder.path.c_str(), 1);
    const auto gstreamer = missing(peer_named("gstreamer"), folder.path / "out");
    const auto ffmpeg = missing(peer_named("ffmpeg"), folder.path / "out");
    setenv("PATH", before.c_str(), 1);
    EXPECT_EQ(gstreamer, "needs gst-launch-1.0: apt-get install gstreamer1.0-tools");
    EXPECT_EQ(ffmpeg, "needs ffmpeg: apt-get install ffmpeg");
}

TEST(Peers, one_that_there_is_not_is_refused_with_the_names_of_those_there_are) {
    try {
        (void)peer_named("gestreamer");
        ADD_FAILURE() << "found";
    } catch (const transport::UsageError& error) {
        EXPECT_STREQ(error.what(),
                     "no peer 'gestreamer'; there are gstreamer, ffmpeg, srt, srt-default, webrtcbin, openigtlink");
    }
}

TEST(Peers, every_script_tells_what_was_chosen_for_latency_and_where_that_is_written) {
    for (const auto& peer : peers()) {
        EXPECT_NE(peer.script.find("Chosen for latency"), std::string_view::npos) << peer.name;
        EXPECT_NE(peer.script.find("http"), std::string_view::npos) << peer.name;
    }
}

TEST(PeerSource, its_pictures_are_the_image_and_the_strip_below) {
    transport::SystemClock clock;
    const auto size = peer_size("synthetic?width=576&height=456", transport::Modality::ultrasound, 30, clock);
    EXPECT_EQ(size.width, 576);
    EXPECT_EQ(size.height, 456 + transport::timecode_height);
}

TEST(PeerSource, wrong_words_are_refused_with_what_is_allowed) {
    const auto refusal = [](const std::vector<std::string>& words) -> std::string {
        try {
            (void)run_peer_source(words);
        } catch (const transport::UsageError& error) {
            return error.what();
        }
        return "taken";
    };
    EXPECT_EQ(refusal({"synthetic", "camera", "30"}),
              "bench peer-source: 'camera' is no modality; allowed: ultrasound, xray");
    EXPECT_EQ(refusal({"synthetic", "xray", "30fps"}), "bench peer-source: '30fps' frames/s are not in 1 to 120");
    EXPECT_EQ(refusal({"synthetic", "xray", "nan"}), "bench peer-source: 'nan' frames/s are not in 1 to 120");
    EXPECT_EQ(refusal({"synthetic", "xray"}), "bench peer-source: wanted: SOURCE MODALITY FRAMES_PER_SECOND [--size]");
}

/// A pipe between peer-source and a reader.
struct SourcePipe : testing::Test {
    SourcePipe() {
        EXPECT_EQ(pipe(ends.data()), 0);
        std::signal(SIGPIPE, SIG_IGN);
    }
    ~SourcePipe() override {
        end.request_stop();
        if (writer.joinable()) writer.join();
        for (const int file : ends)
            if (file >= 0) close(file);
    }
    void start() {
        writer = std::jthread{[this] { stopped_by_us = write_pictures(ends[1], box, clock, end.get_token()); }};
    }
    void put(int value) {
        box.put(std::make_shared<const std::vector<std::uint8_t>>(picture_size, static_cast<std::uint8_t>(value)));
    }
    [[nodiscard]] std::size_t unread() const {
        int bytes = 0;
        return ioctl(ends[0], FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
    }
    /// Waits for a whole one; its value.
    [[nodiscard]] int read_picture() const {
        std::vector<std::uint8_t> bytes(picture_size);
        for (std::size_t done = 0; done < picture_size;) {
            const auto count = read(ends[0], bytes.data() + done, picture_size - done);
            if (count <= 0) return -1;
            done += static_cast<std::size_t>(count);
        }
        return std::ranges::all_of(bytes, [&](auto byte) { return byte == bytes[0]; }) ? bytes[0] : -2;
    }

    static constexpr std::size_t picture_size = 1000;
    std::array<int, 2> ends{-1, -1};
    transport::SystemClock clock;
    transport::Mailbox<RawPicture> box;
    std::stop_source end;
    std::optional<bool> stopped_by_us;
    std::jthread writer;
};

TEST_F(SourcePipe, a_slow_reader_loses_pictures_and_gets_the_newest_next) {
    start();
    put(1);
    ASSERT_TRUE(peers_wait_until([this] { return unread() == picture_size; }));
    for (const int value : {2, 3, 4}) put(value);
    EXPECT_EQ(read_picture(), 1);
    EXPECT_EQ(read_picture(), 4);
}

TEST_F(SourcePipe, it_ends_when_nobody_reads_any_more) {
    start();
    close(std::exchange(ends[0], -1));
    writer.join();
    EXPECT_EQ(stopped_by_us, false);
}

TEST_F(SourcePipe, it_ends_when_told_to_though_the_reader_sleeps) {
    start();
    put(1);
    ASSERT_TRUE(peers_wait_until([this] { return unread() == picture_size; }));
    put(2);
    end.request_stop();
    writer.join();
    EXPECT_EQ(stopped_by_us, true);
    EXPECT_EQ(unread(), picture_size) << "half a picture, or one too many";
}

}  // namespace
