// An X server without a screen, for one test.
#pragma once

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace fakes {

/// Xvfb, with $DISPLAY pointing at it.
class XServer {
public:
    [[nodiscard]] static bool installed() { return std::system("command -v Xvfb >/dev/null") == 0; }
    explicit XServer(const std::string& size = "1024x600", int bits_of_colour = 24) {
        int ends[2];
        if (pipe(ends) != 0) return;
        server_ = fork();
        if (server_ == 0) {
            const auto answer_to = std::to_string(ends[1]);
            const auto screen = size + "x" + std::to_string(bits_of_colour);
            if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
            // A server that starts over whenever its last client leaves turns away who comes meanwhile.
            execlp("Xvfb", "Xvfb", "-displayfd", answer_to.c_str(), "-screen", "0", screen.c_str(), "-nolisten", "tcp",
                   "-noreset", nullptr);
            _exit(1);
        }
        close(ends[1]);
        char number[16] = {};
        const auto length = read(ends[0], number, sizeof number - 1);
        close(ends[0]);
        if (length > 0) setenv("DISPLAY", (":" + std::to_string(std::atoi(number))).c_str(), 1);
        unsetenv("WAYLAND_DISPLAY");
    }
    ~XServer() {
        end();
        unsetenv("DISPLAY");
    }
    XServer(const XServer&) = delete;
    XServer& operator=(const XServer&) = delete;

    void end() {
        if (server_ <= 0) return;
        kill(server_, SIGKILL);
        waitpid(server_, nullptr, 0);
        server_ = -1;
    }

private:
    pid_t server_ = -1;
};

}  // namespace fakes
