#include "bench/session.hpp"

#include "bench/codes.hpp"
#include "bench/free_port.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto time_to_end = 10s;
constexpr auto time_to_appear = 60s;
constexpr auto session_look = 50ms;

}  // namespace

Session::Session(std::filesystem::path folder, std::stop_token stop, std::string program)
    : folder_{std::move(folder)},
      stop_{std::move(stop)},
      program_{std::move(program)},
      bus_port_{free_port()},
      media_port_{free_port()} {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
}

/// All at once, and each gets time to write its last lines.
Session::~Session() {
    for (auto& [name, process] : processes_) process.signal(SIGTERM);
    const auto due = clock.now() + time_to_end;
    const auto running = [](auto& entry) { return !entry.second.ended(); };
    while (std::ranges::any_of(processes_, running) && clock.now() < due)
        clock.wait_until(clock.now() + session_look, {});
}

void Session::enrol(const std::string& node, Role role, Modality stream) {
    keys_.add(node, {role}, role == Role::capture ? std::vector{stream} : std::vector<Modality>{});
}

void Session::start(const std::string& name, std::vector<std::string> words) {
    words.insert(words.begin(), program_);
    processes_.emplace(name, Process::start(words, folder_ / (name + ".log")));
}

std::vector<std::string> Session::node_words(const std::string& program) const {
    if (options_.empty()) return {program};
    return {program, options_};
}

void Session::start_server(const std::vector<std::string>& more) {
    auto words = node_words("augment");
    words.insert(words.end(), {"--bus-port", std::to_string(bus_port_), "--media-port", std::to_string(media_port_),
                               "--keys", keys_.folder()});
    words.insert(words.end(), more.begin(), more.end());
    start("augment", std::move(words));
}

void Session::start_capture(Modality stream, double frames_per_second, const std::string& media,
                            const std::vector<std::string>& more) {
    const auto node = fmt::format("capture-{}", name(stream));
    enrol(node, Role::capture, stream);
    auto words = node_words("capture");
    words.insert(words.end(),
                 {"--stream", std::string{name(stream)}, "--frames-per-second", fmt::format("{}", frames_per_second),
                  "--bus-port", std::to_string(bus_port_), "--keys", keys_of(node), "--timecode", "true"});
    if (!media.empty()) words.insert(words.end(), {"--paths", "0.0.0.0@" + media});
    words.insert(words.end(), more.begin(), more.end());
    start(node, std::move(words));
}

void Session::start_display(const std::string& name, const std::vector<std::string>& more, const std::string& present) {
    enrol(name, Role::display);
    auto words = node_words("display");
    words.insert(words.end(), {"--node", name, "--present", present, "--timecode", "true", "--out", folder_ / name,
                               "--bus-port", std::to_string(bus_port_), "--keys", keys_of(name)});
    words.insert(words.end(), more.begin(), more.end());
    start(name, std::move(words));
}

void Session::start_share(int https_port, const std::vector<std::string>& more) {
    keys_.add("share", {Role::display, Role::annotator, Role::capture}, {Modality::camera});
    auto words = node_words("share");
    words.insert(words.end(), {"--listen", "0.0.0.0", "--bus-port", std::to_string(bus_port_), "--keys",
                               keys_of("share"), "--https-port", std::to_string(https_port)});
    words.insert(words.end(), more.begin(), more.end());
    start("share", std::move(words));
}

void Session::end(const std::string& name, bool at_once) {
    const auto found = processes_.find(name);
    if (found == processes_.end()) return;
    found->second.signal(at_once ? SIGKILL : SIGTERM);
    const auto due = clock.now() + time_to_end;
    while (!found->second.ended() && clock.now() < due) clock.wait_until(clock.now() + session_look, {});
    processes_.erase(found);
}

std::size_t Session::dead() {
    return static_cast<std::size_t>(
        std::ranges::count_if(processes_, [](auto& entry) { return entry.second.ended().has_value(); }));
}

bool Session::watch(Timestamp due, const std::function<bool()>& done) {
    while (!done()) {
        if (clock.now() >= due) return false;
        if (!clock.wait_until(std::min(due, clock.now() + session_look), stop_)) throw std::runtime_error("stopped");
        for (auto& [name, process] : processes_)
            if (const auto code = process.ended())
                throw std::runtime_error(
                    fmt::format("{} ended with {} while it was measured: see {}", name, *code, folder_.string()));
    }
    return true;
}

std::vector<pid_t> Session::pids(const std::vector<std::string>& names) const {
    std::vector<pid_t> out;
    for (const auto& [name, process] : processes_)
        if (std::ranges::any_of(names, [&](const auto& prefix) { return name.starts_with(prefix); }))
            out.push_back(process.pid());
    return out;
}

Timestamp Session::wait_for_pictures(const std::string& display, Microseconds warm_up,
                                     const std::vector<StreamId>& streams) {
    const auto codes = codes_of(display);
    std::optional<std::int64_t> from;
    const bool came = watch(clock.now() + time_to_appear, [&] {
        if (std::filesystem::exists(codes) && std::filesystem::file_size(codes) > codes_header.size())
            from = measuring_from(read_codes(codes), streams, warm_up);
        return from.has_value();
    });
    if (!came) throw std::runtime_error(fmt::format("{} did not show every stream: see {}", display, folder_.string()));
    watch(timestamp(*from));
    return timestamp(*from);
}

}  // namespace bench
