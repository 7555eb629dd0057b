// 500 people come and go: does share stay as it was, and does the operating room notice?
#include "bench/group.hpp"
#include "bench/remote.hpp"
#include "bench/remote_http.hpp"
#include "bench/remote_room.hpp"
#include "bench/remote_rows.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <list>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t at_once = 2;  // as many as there are cores, and the room wants them too
constexpr int joins_between_samples = 50;
constexpr auto until_all_gone = 5s;
constexpr auto churn_look = 5ms;

ShareSample sample_of(pid_t share, int joins) {
    ShareSample out;
    out.joins = joins;
    const std::filesystem::path proc{"/proc"};
    const auto words_of = [](const std::filesystem::path& status, const std::string& key) {
        std::ifstream file{status};
        for (std::string line; std::getline(file, line);)
            if (line.starts_with(key)) return line.substr(line.find_first_not_of(" \t", key.size()));
        return std::string{};
    };
    const auto own = proc / std::to_string(share);
    out.resident_kib = std::atol(words_of(own / "status", "VmRSS:").c_str());
    for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator{own / "fd"}) ++out.descriptors;
    for (const auto& entry : std::filesystem::directory_iterator{proc}) {
        const auto status = entry.path() / "status";
        if (std::atoi(entry.path().filename().c_str()) <= 0 || std::atoi(words_of(status, "PPid:").c_str()) != share)
            continue;
        ++out.children;
        if (words_of(status, "State:").starts_with('Z')) ++out.zombies;
    }
    return out;
}

class Churn {
public:
    Churn(RemoteRoom& room, const RemoteOptions& options) : room_{room}, options_{options}, door_{room.address()} {}

    /// Comes and goes `joins` times, and looks at share every now and then.
    void run() {
        for (int i = 0; i < options_.joins; ++i) {
            if (i % joins_between_samples == 0) {
                look_at_share(i);
                options_.say(fmt::format("churn: {} of {} have come and gone", i, options_.joins));
            }
            wait_for_fewer_than(at_once);
            clients_.push_back(Process::start(
                {own_program, "bench", "whep", room_.address(), room_.bearer(), fmt::format("churn-{}", i), "-"},
                room_.session().folder() / "whep.log"));
            try {
                door_.visit(room_.token(render::ShareRole::viewer), fmt::format("Guest {}", i));
            } catch (const std::exception& error) {
                fail(error.what());
            }
        }
        look_at_share(options_.joins);
    }
    [[nodiscard]] const std::vector<ShareSample>& samples() const { return samples_; }
    [[nodiscard]] std::uint64_t failed() const { return failed_; }

private:
    void fail(const std::string& why) {
        ++failed_;
        std::ofstream{room_.session().folder() / "failed.log", std::ios::app} << why << '\n';
    }
    void wait_for_fewer_than(std::size_t most) {
        auto& session = room_.session();
        while (clients_.size() >= most) {
            session.watch(session.clock.now() + churn_look);
            std::erase_if(clients_, [&](Process& client) {
                const auto code = client.ended();
                if (code && *code != 0) fail(fmt::format("a WHEP client ended with {}: see whep.log", *code));
                return code.has_value();
            });
        }
    }
    void look_at_share(int joins) {
        wait_for_fewer_than(1);
        auto& session = room_.session();
        const auto share = session.process("share").pid();
        ShareSample sample;
        session.watch(session.clock.now() + until_all_gone, [&] {
            sample = sample_of(share, joins);
            return sample.children == 0;
        });
        if (joins > 0) samples_.push_back(sample);
    }

    RemoteRoom& room_;
    const RemoteOptions& options_;
    RemoteDoor door_;
    std::list<Process> clients_;
    std::vector<ShareSample> samples_;
    std::uint64_t failed_ = 0;
};

}  // namespace

RemoteSection churn_section(const RemoteOptions& options, RemoteSoFar& /*so_far*/) {
    RemoteSection out;
    out.rows.push_back(load_row("churn"));
    RemoteRoom room{options, "churn"};
    options.say("churn: the room by itself");
    const auto quiet = room.rest(options.seconds);
    Churn churn{room, options};
    const auto from = microseconds(room.session().clock.now());
    churn.run();
    const Span busy{from, microseconds(room.session().clock.now())};
    out.add(churn_rows(churn.samples(), churn.failed()));
    out.add(or_rows("churn", {room.shown(quiet)}, room.shown(busy)));
    return out;
}

}  // namespace bench
