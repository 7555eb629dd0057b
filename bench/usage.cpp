#include "bench/usage.hpp"

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace bench {

namespace {

struct ProcessTimes {
    pid_t parent = 0;
    double seconds = 0;
};

/// /proc/PID/stat after the program's name, which may hold blanks and brackets.
ProcessTimes times_of(const std::filesystem::path& stat) {
    std::ifstream file{stat};
    std::string line;
    std::getline(file, line);
    const auto end_of_name = line.rfind(')');
    if (end_of_name == std::string::npos) return {};
    std::istringstream rest{line.substr(end_of_name + 1)};
    std::string skipped;
    ProcessTimes out;
    unsigned long long user = 0;
    unsigned long long system = 0;
    rest >> skipped >> out.parent;
    for (int i = 0; i < 9; ++i) rest >> skipped;  // from process group to the children's page faults
    rest >> user >> system;
    out.seconds = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    return out;
}

}  // namespace

double cpu_seconds(const std::vector<pid_t>& roots) {
    std::map<pid_t, ProcessTimes> all;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const auto pid = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
        if (pid > 0) all[pid] = times_of(entry.path() / "stat");
    }
    const std::set<pid_t> wanted{roots.begin(), roots.end()};
    double total = 0;
    for (const auto& [pid, times] : all) {
        for (pid_t up = pid; up > 0 && all.contains(up); up = all[up].parent) {
            if (!wanted.contains(up)) continue;
            total += times.seconds;
            break;
        }
    }
    return total;
}

std::uint64_t loopback_bytes() {
    std::ifstream file{"/sys/class/net/lo/statistics/rx_bytes"};
    std::uint64_t bytes = 0;
    file >> bytes;
    return bytes;
}

bool udp_port_is_bound(int port) {
    for (const char* table : {"/proc/net/udp", "/proc/net/udp6"}) {
        std::ifstream file{table};
        std::string line;
        while (std::getline(file, line)) {
            std::istringstream words{line};
            std::string slot;
            std::string local;
            words >> slot >> local;
            const auto colon = local.find(':');
            if (colon != std::string::npos && std::strtol(local.c_str() + colon + 1, nullptr, 16) == port) return true;
        }
    }
    return false;
}

}  // namespace bench
