// The processes of one measured session, each with keys of its own: only the server's list lets them in.
#pragma once

#include "bench/processes.hpp"
#include "transport/keys.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

/// They end with it.
class Session {
public:
    /// Logs go to `folder`, which is emptied. `program` is scialytic: this very one, unless a test is.
    Session(std::filesystem::path folder, std::stop_token stop, std::string program = "/proc/self/exe");
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Enrols a node; to be told before it is started.
    void enrol(const std::string& node, transport::Role role, transport::Modality stream = {});
    /// The augmentation server, listening on 127.0.0.1.
    void start_server(const std::vector<std::string>& more = {});
    /// The synthetic source, by way of `media` (HOST:PORT) where that is not empty.
    void start_capture(transport::Modality stream, double frames_per_second, const std::string& media = {});
    /// A headless display whose codes are judged: codes.csv in folder()/NAME.
    void start_display(const std::string& name, const std::vector<std::string>& more = {});
    /// The remote session, over every interface of this machine.
    void start_share(int https_port, const std::vector<std::string>& more = {});
    /// Any of our programs.
    void start(const std::string& name, std::vector<std::string> words);
    /// Asks it to end and waits; `at_once` kills, as one that is stopped hears nothing.
    void end(const std::string& name, bool at_once = false);

    /// Until `due`, or until `done` says so (then true). Throws when a process ends meanwhile, or on Ctrl-C.
    bool watch(
        transport::Timestamp due, const std::function<bool()>& done = [] { return false; });
    /// Until both sources are presented by that display, and so long after. Returns the time.
    transport::Timestamp wait_for_pictures(const std::string& display, transport::Microseconds warm_up);

    /// Those that have ended by themselves.
    [[nodiscard]] std::size_t dead();
    [[nodiscard]] Process& process(const std::string& name) { return processes_.at(name); }
    [[nodiscard]] std::filesystem::path codes_of(const std::string& display) const {
        return folder_ / display / "codes.csv";
    }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] const transport::TemporaryKeys& keys() const { return keys_; }
    [[nodiscard]] std::string keys_of(const std::string& node) const { return keys_.folder() + "/" + node; }
    [[nodiscard]] int bus_port() const { return bus_port_; }
    [[nodiscard]] int media_port() const { return media_port_; }

    transport::SystemClock clock;

private:
    std::filesystem::path folder_;
    std::stop_token stop_;
    std::string program_;
    transport::TemporaryKeys keys_;
    int bus_port_ = 0;
    int media_port_ = 0;
    std::map<std::string, Process> processes_;
};

}  // namespace bench
