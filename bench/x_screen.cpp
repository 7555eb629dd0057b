#include "bench/x_screen.hpp"

#include "transport/clock.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <sched.h>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace bench {

using namespace std::chrono_literals;

namespace {

constexpr int screen_priority = transport::low_real_time_priority + 1;
constexpr auto until_it_answers = 20s;

constexpr auto xvfb_log = "xvfb.log";

Process start_server(int width, int height, const std::filesystem::path& log) {
    std::filesystem::remove(log);  // logs are written on at their end, and an earlier screen's number stands there
    return Process::start({"Xvfb", "-displayfd", "1", "-screen", "0", fmt::format("{}x{}x24", width, height),
                           "-nolisten", "tcp", "-noreset"},
                          log.string());
}

/// It writes the number of the display that it took, once it answers.
std::string wait_for_display(Process& server, const std::string& log) {
    transport::SystemClock clock;
    const auto due = clock.now() + until_it_answers;
    while (clock.now() < due) {
        // Between its complaints about displays that others have.
        std::ifstream file{log};
        for (std::string line; std::getline(file, line) && !file.eof();)
            if (!line.empty() && std::ranges::all_of(line, [](char c) { return c >= '0' && c <= '9'; }))
                return fmt::format(":{}", line);
        if (server.ended())
            throw std::runtime_error(
                fmt::format("no X screen: Xvfb is missing or failed (apt-get install xvfb); see {}", log));
        clock.wait_until(clock.now() + 20ms, {});
    }
    throw std::runtime_error(fmt::format("Xvfb does not answer within {} s; see {}", until_it_answers.count(), log));
}

}  // namespace

XScreen::XScreen(int width, int height, const std::filesystem::path& folder)
    : server_{start_server(width, height, folder / xvfb_log)},
      display_{wait_for_display(server_, (folder / xvfb_log).string())} {
    // A screen is looked at and drawn on whatever the contenders do. Where the system refuses, it is an ordinary
    // program.
    const sched_param before_all{.sched_priority = screen_priority};
    static_cast<void>(sched_setscheduler(server_.pid(), SCHED_RR | SCHED_RESET_ON_FORK, &before_all));
    if (const char* const display = std::getenv("DISPLAY")) before_ = display;
    setenv("DISPLAY", display_.c_str(), 1);
}

XScreen::~XScreen() {
    if (before_.empty())
        unsetenv("DISPLAY");
    else
        setenv("DISPLAY", before_.c_str(), 1);
}

}  // namespace bench
