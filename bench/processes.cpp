#include "bench/processes.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <utility>

namespace bench {

namespace {

void die_with_parent(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);  // it died before we asked
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Process Process::fork(const std::string& name, const std::function<int()>& body) {
    const pid_t parent = getpid();
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("cannot start another process");
    if (pid > 0) return Process{pid};
    die_with_parent(parent);
    prctl(PR_SET_NAME, name.c_str());
    int code = 1;
    try {
        code = body();
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", name, error.what());
    }
    std::fflush(nullptr);
    _exit(code);
}

Process Process::start(const std::vector<std::string>& command, const std::string& log) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("cannot start another process");
    if (pid > 0) return Process{pid};
    die_with_parent(parent);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (!log.empty()) {
        const int file = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
        dup2(file, STDOUT_FILENO);
        dup2(file, STDERR_FILENO);
    }
    execvp(arguments[0], arguments.data());
    fmt::print(stderr, "cannot start '{}'\n", command.front());
    _exit(127);
}

Process::Process(Process&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, code_{other.code_}, cpu_seconds_{other.cpu_seconds_} {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(code_, other.code_);
    std::swap(cpu_seconds_, other.cpu_seconds_);
    return *this;
}

Process::~Process() {
    if (pid_ < 0 || code_) return;
    kill(pid_, SIGKILL);
    reap(0);
}

void Process::signal(int number) const {
    if (pid_ > 0 && !code_) kill(pid_, number);
}

std::optional<int> Process::reap(int flags) {
    if (code_ || pid_ < 0) return code_;
    int status = 0;
    rusage usage{};
    if (wait4(pid_, &status, flags, &usage) != pid_) return std::nullopt;
    cpu_seconds_ = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return code_;
}

std::optional<int> Process::ended() {
    return reap(WNOHANG);
}

int Process::wait() {
    return reap(0).value_or(-1);
}

long resident_kib(pid_t root) {
    std::map<pid_t, std::pair<pid_t, long>> all;  // pid → parent, KiB
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        std::ifstream status{entry.path() / "status"};
        std::string line;
        pid_t parent = -1;
        long kib = 0;
        while (std::getline(status, line)) {
            if (line.starts_with("PPid:")) parent = std::stoi(line.substr(5));
            if (line.starts_with("VmRSS:")) kib = std::stol(line.substr(6));
        }
        if (parent >= 0) all[std::atoi(entry.path().filename().c_str())] = {parent, kib};
    }
    long total = 0;
    for (const auto& [pid, facts] : all) {
        // A number that is given to another process while we read can make two processes each other's parent.
        constexpr int most_generations = 32;
        pid_t up = pid;
        for (int i = 0; i < most_generations && up != root && all.contains(up); ++i) up = all[up].first;
        if (up == root && all.contains(root)) total += facts.second;
    }
    return total;
}

}  // namespace bench
