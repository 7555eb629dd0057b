// Real processes that stop and die: when the display says so, by its own states.csv. Thresholds of safety are asserted,
// with what a busy machine of two cores may add; speeds are the benchmark's business.
#include "bench/free_port.hpp"
#include "bench/processes.hpp"
#include "fakes/processes.hpp"
#include "transport/clock.hpp"
#include "transport/keys.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using bench::Process;
using transport::Timestamp;

constexpr auto repaint = 50ms;   // of a display that gets nothing
constexpr auto machine = 300ms;  // what others may take of it

struct Change {
    Timestamp time;
    std::string modality;
    std::string state;
};

/// A whole room of processes, and the display's log of states.
struct Faults : testing::TestWithParam<const char*> {
    fs::path folder = fs::temp_directory_path() / ("scialytic-faults-" + std::to_string(getpid()));
    std::string bus_port = std::to_string(bench::free_port());
    std::string media_port = std::to_string(bench::free_port());
    transport::TemporaryKeys keys;
    std::optional<Process> augment;
    std::optional<Process> echo;
    std::optional<Process> xray;
    std::optional<Process> display;

    Faults() {
        fs::remove_all(folder);
        fs::create_directories(folder);
        using transport::Role;
        for (const std::string node : {"capture-ultrasound", "capture-xray"}) keys.add(node, {Role::capture});
        keys.add("display", {Role::display});
        for (const auto* name : {"augment", "capture-us", "capture-xray", "display"}) begin(name);
    }
    ~Faults() override {
        display.reset();
        fs::remove_all(folder);
    }

    std::optional<Process>& process(const std::string& name) {
        return name == "augment" ? augment : name == "capture-us" ? echo : name == "capture-xray" ? xray : display;
    }
    void begin(const std::string& name) {
        std::vector<std::string> words{BUILD_DIR "/scialytic"};
        const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
        if (name == "augment") add({"augment", "--media-port", media_port});
        if (name == "capture-us") add({"capture", "--source", "synthetic?width=320&height=240"});
        if (name == "capture-xray") add({"capture", "--stream", "xray", "--source", "synthetic?width=256&height=256"});
        if (name == "display")
            add({"display", "--present", "headless", "--out", folder / "out", "--canvas-width", "640",
                 "--canvas-height", "360"});
        const std::string node = name == "capture-us" ? "capture-ultrasound" : name;
        add({"--bus-port", bus_port, "--keys", name == "augment" ? keys.folder() : keys.folder() + "/" + node});
        process(name).emplace(Process::start(words, folder / (name + ".log")));
    }
    std::vector<Change> changes() const {
        std::vector<Change> out;
        std::ifstream file{folder / "out" / "states.csv"};
        std::string line;
        std::getline(file, line);
        while (std::getline(file, line) && !file.eof()) {
            std::istringstream cells{line};
            std::string since_start, clock, modality, state;
            std::getline(cells, since_start, ','), std::getline(cells, clock, ',');
            std::getline(cells, modality, ','), std::getline(cells, state, ',');
            out.push_back({transport::timestamp(std::stoll(clock)), modality, state});
        }
        return out;
    }
    /// When the modality first went into that state after `since`; waits for up to 60 s.
    std::optional<Timestamp> became(const std::string& modality, const std::string& state, Timestamp since) const {
        const auto deadline = now() + 60s;
        do {
            for (const auto& change : changes())
                if (change.time >= since && change.modality == modality && change.state == state) return change.time;
            poll(nullptr, 0, 20);
        } while (now() < deadline);
        return std::nullopt;
    }
    std::string state_of(const std::string& modality) const {
        std::string state = "LOST";
        for (const auto& change : changes())
            if (change.modality == modality) state = change.state;
        return state;
    }
    /// Waits until everything is and stays LIVE for a second.
    bool live() const {
        const auto deadline = now() + 60s;
        auto since = now();
        while (now() < deadline) {
            if (state_of("ultrasound") != "LIVE" || state_of("xray") != "LIVE") since = now();
            if (now() - since >= 1s) return true;
            poll(nullptr, 0, 20);
        }
        return false;
    }
    std::string log() const {
        std::ifstream file{folder / "out" / "states.csv"};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    static Timestamp now() { return transport::SystemClock{}.now(); }
    static std::vector<std::string> hit_by(const std::string& victim) {
        if (victim == "capture-us") return {"ultrasound"};
        if (victim == "capture-xray") return {"xray"};
        return {"ultrasound", "xray"};
    }
    void expect_stale_and_lost(const std::string& victim, Timestamp fault) {
        for (const auto& modality : hit_by(victim)) {
            const auto stale = became(modality, "STALE", fault);
            const auto lost = became(modality, "LOST", fault);
            ASSERT_TRUE(stale && lost) << modality << '\n' << log();
            EXPECT_LE(*stale - fault, 200ms + repaint + machine) << modality << '\n' << log();
            EXPECT_LE(*lost - fault, 1s + repaint + machine) << modality << '\n' << log();
        }
    }
};

TEST_P(Faults, a_stopped_process_is_stale_and_lost_in_time_and_live_within_1_s_of_going_on) {
    const std::string victim = GetParam();
    ASSERT_TRUE(live()) << log();
    const auto fault = now();
    process(victim)->signal(SIGSTOP);
    expect_stale_and_lost(victim, fault);
    if (HasFatalFailure()) return;
    poll(nullptr, 0, 1000);  // long enough for the server to have given the node up
    const auto returned = now();
    process(victim)->signal(SIGCONT);
    for (const auto& modality : hit_by(victim)) {
        const auto again = became(modality, "LIVE", returned);
        ASSERT_TRUE(again) << modality << '\n' << log();
        EXPECT_LE(*again - returned, 1s + machine) << modality << '\n' << log();
        std::printf("%s stopped: %s live again after %.0f ms\n", victim.c_str(), modality.c_str(),
                    static_cast<double>((*again - returned).count()) / 1000);
    }
    for (const auto& change : changes()) {
        const bool spared = victim == "capture-us" ? change.modality == "xray" : change.modality == "ultrasound";
        if (victim == "augment" || !spared || change.time < fault || change.time > returned) continue;
        EXPECT_TRUE(change.state == "LIVE" || change.state == "LATE") << "the other one moves on\n" << log();
    }
}

TEST_P(Faults, a_killed_process_is_stale_and_lost_in_time_and_live_when_it_is_started_again) {
    const std::string victim = GetParam();
    ASSERT_TRUE(live()) << log();
    const auto fault = now();
    process(victim)->signal(SIGKILL);
    process(victim)->wait();
    expect_stale_and_lost(victim, fault);
    if (HasFatalFailure()) return;
    const auto started = now();
    begin(victim);
    for (const auto& modality : hit_by(victim)) EXPECT_TRUE(became(modality, "LIVE", started)) << log();
}

INSTANTIATE_TEST_SUITE_P(Of, Faults, testing::Values("capture-us", "capture-xray", "augment"), [](const auto& of) {
    std::string name{of.param};
    for (auto& letter : name)
        if (letter == '-') letter = '_';
    return name;
});

using DisplayFaults = Faults;

TEST_F(DisplayFaults, a_display_that_was_stopped_says_first_that_it_shows_nothing_live_and_is_live_within_1_s) {
    ASSERT_TRUE(live()) << log();
    display->signal(SIGSTOP);
    poll(nullptr, 0, 2000);  // the watchdog covers meanwhile; the server gives the display up
    const auto returned = now();
    display->signal(SIGCONT);
    for (const std::string modality : {"ultrasound", "xray"}) {
        const auto again = became(modality, "LIVE", returned);
        ASSERT_TRUE(again) << log();
        EXPECT_LE(*again - returned, 1s + machine) << log();
        for (const auto& change : changes())
            if (change.modality == modality && change.time >= returned) {
                EXPECT_NE(change.state, "LIVE") << "what it held for two seconds\n" << log();
                break;
            }
        std::printf("display stopped: %s live again after %.0f ms\n", modality.c_str(),
                    static_cast<double>((*again - returned).count()) / 1000);
    }
}

}  // namespace
