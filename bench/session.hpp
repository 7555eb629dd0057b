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
    /// A file of options for the nodes that are started from now on; what they are told besides wins over it.
    void use_options(std::filesystem::path yaml) { options_ = std::move(yaml); }
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Enrols a node; to be told before it is started.
    void enrol(const std::string& node, transport::Role role, transport::Modality stream = {});
    /// The augmentation server, listening on 127.0.0.1.
    void start_server(const std::vector<std::string>& more = {});
    /// The synthetic source unless `more` names another, by way of `media` (HOST:PORT) where that is not empty.
    void start_capture(transport::Modality stream, double frames_per_second, const std::string& media = {},
                       const std::vector<std::string>& more = {});
    /// A display whose codes are judged: codes.csv in folder()/NAME.
    void start_display(const std::string& name, const std::vector<std::string>& more = {},
                       const std::string& present = "headless");
    /// The remote session, over every interface of this machine.
    void start_share(int https_port, const std::vector<std::string>& more = {});
    /// Any of our programs.
    void start(const std::string& name, std::vector<std::string> words);
    /// Asks it to end and waits; `at_once` kills, as one that is stopped hears nothing.
    void end(const std::string& name, bool at_once = false);

    /// Until `due`, or until `done` says so (then true). Throws when a process ends meanwhile, or on Ctrl-C.
    bool watch(
        transport::Timestamp due, const std::function<bool()>& done = [] { return false; });
    /// Until these sources are presented by that display, and so long after. Returns the time.
    transport::Timestamp wait_for_pictures(const std::string& display, transport::Microseconds warm_up,
                                           const std::vector<transport::StreamId>& streams = {1, 2});

    /// Those that have ended by themselves.
    [[nodiscard]] std::size_t dead();
    [[nodiscard]] Process& process(const std::string& name) { return processes_.at(name); }
    /// Of those that run whose names begin so.
    [[nodiscard]] std::vector<pid_t> pids(const std::vector<std::string>& names) const;
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
    [[nodiscard]] std::vector<std::string> node_words(const std::string& program) const;

    std::string program_;
    std::filesystem::path options_;
    transport::TemporaryKeys keys_;
    int bus_port_ = 0;
    int media_port_ = 0;
    std::map<std::string, Process> processes_;
};

}  // namespace bench
