#include "bench/rows.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sys/utsname.h>
#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <thread>

namespace bench {

namespace {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// JSON knows neither infinity nor "not a number".
std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{:.6g}", value) : "null";
}

/// The value after "KEY<separator>" in a file of such lines; empty when it is not there.
std::string value_of(const char* path, const std::string& key, char separator) {
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(key)) continue;
        const auto at = line.find(separator);
        const auto from = at == std::string::npos ? at : line.find_first_not_of(" \t\"", at + 1);
        if (from == std::string::npos) return {};
        return line.substr(from, line.find_last_not_of(" \t\"") + 1 - from);
    }
    return {};
}

std::string machine() {
    utsname kernel{};
    uname(&kernel);
    const double gib = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE)) /
                       (1024.0 * 1024 * 1024);
    auto processor = value_of("/proc/cpuinfo", "model name", ':');
    if (processor.empty()) processor = kernel.machine;
    return fmt::format("{} x {}, {:.0f} GiB, Linux {}, {}", std::thread::hardware_concurrency(), processor, gib,
                       kernel.release, value_of("/etc/os-release", "PRETTY_NAME", '='));
}

std::string commit() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> git{
        popen("git describe --always --dirty --abbrev=12 --exclude '*' 2>/dev/null", "r"), pclose};
    std::string word(128, '\0');
    if (!git || std::fgets(word.data(), static_cast<int>(word.size()), git.get()) == nullptr) return "unknown";
    return word.substr(0, word.find_first_of(std::string{"\n\0", 2}));
}

std::string verdict(const Row& row) {
    const auto met = row.met();
    if (!met) return {};
    return fmt::format("{} {:.4g}  {}", row.bar == Bar::at_most ? "at most " : "at least", *row.goal,
                       *met ? "met" : "MISSED");
}

}  // namespace

std::optional<bool> Row::met() const {
    if (!goal) return std::nullopt;
    return bar == Bar::at_most ? value <= *goal : value >= *goal;
}

std::string to_json(const Results& results) {
    auto out = fmt::format("{{\n  \"commit\": {},\n  \"date\": {},\n  \"machine\": {},\n  \"rows\": [",
                           quoted(results.commit), quoted(results.date), quoted(results.machine));
    const char* between = "\n";
    for (const auto& row : results.rows) {
        const auto met = row.met();
        out += fmt::format(R"({}    {{"name": {}, "value": {}, "unit": {}, "goal": {}, "met": {}}})", between,
                           quoted(row.name), number(row.value), quoted(row.unit), row.goal ? number(*row.goal) : "null",
                           met ? (*met ? "true" : "false") : "null");
        between = ",\n";
    }
    return out + "\n  ]\n}\n";
}

std::string to_table(const Results& results) {
    std::size_t widest = 0;
    for (const auto& row : results.rows) widest = std::max(widest, row.name.size());
    auto out = fmt::format("{}\n{}, commit {}\n\n", results.machine, results.date, results.commit);
    for (const auto& row : results.rows) {
        auto line = fmt::format("{:<{}}  {:>10.3f} {:<8}  {}", row.name, widest, row.value, row.unit, verdict(row));
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

Results results_here() {
    return {commit(), fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))), machine(), {}};
}

}  // namespace bench
