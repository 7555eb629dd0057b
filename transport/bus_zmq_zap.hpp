// The bus's door: a ZAP handler that lets enrolled keys in and nobody else. Without one, libzmq's CURVE tells the
// server from others, but lets every client in.
#pragma once

#include "transport/keys.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace transport {

/// Its own thread answers libzmq and looks at the list, so that a flood of strangers keeps nobody else waiting.
class BusDoor {
public:
    /// `context`: of ZeroMQ, outlives the door. Throws std::runtime_error naming the file that is wrong or missing.
    BusDoor(void* context, const std::filesystem::path& folder);
    ~BusDoor();
    BusDoor(const BusDoor&) = delete;
    BusDoor& operator=(const BusDoor&) = delete;

    /// To be called once, before `socket` is bound: from then on only enrolled keys come in. Throws when libzmq would
    /// not enforce it.
    void guard(void* socket);

    /// The node whose key this is, as of the newest list. Any thread.
    [[nodiscard]] std::optional<EnrolledNode> find(const std::string& public_key) const;
    /// Is a node of exactly that name on the list? Any thread.
    [[nodiscard]] bool is_enrolled(const std::string& name) const;
    /// Counts the lists: another number when the file was read again. Any thread.
    [[nodiscard]] std::uint64_t edition() const { return edition_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    struct Sockets;
    using Nodes = std::map<std::string, EnrolledNode>;  ///< by public key

    void run(const std::stop_token& stop);
    void answer();
    void watch();
    void count_stranger();
    void refuse(const std::string& key, const std::string& from);
    void look_at_list();

    const std::filesystem::path folder_;
    const CurveKeys keys_;
    std::string seen_;            ///< which file the list was read from; the thread's alone
    std::set<std::string> told_;  ///< keys that were logged; the thread's alone
    bool told_of_plain_ = false;  ///< the thread's alone
    std::deque<std::chrono::steady_clock::time_point> at_the_door_;  ///< accepted, handshake not over; as above
    std::size_t refused_at_the_door_ = 0;                            ///< of these, whose key was refused; as above
    std::atomic<std::uint64_t> edition_{0};
    std::atomic<std::uint64_t> refused_{0};
    mutable std::mutex mutex_;
    Nodes nodes_;  ///< guarded by mutex_
    std::unique_ptr<Sockets> sockets_;
    std::jthread thread_;  // last: ends before anything that it uses
};

}  // namespace transport
