#include "transport/bus_zmq_zap.hpp"

#include "transport/bus_zmq_socket.hpp"
#include "transport/handle.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace transport {
namespace {

constexpr const char* zap_address = "inproc://zeromq.zap.01";
constexpr const char* zap_domain = "scialytic";
constexpr const char* monitor_address = "inproc://scialytic.door";
// zmq.h hides it among its drafts, but the library obeys the number: without a handler nobody is let in.
constexpr int zap_enforce_domain = 93;
constexpr long door_look_ms = 100;
constexpr int handshake_failed =
    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
constexpr auto handshake_over = std::chrono::milliseconds{longest_handshake_ms + 1000};
constexpr std::size_t most_at_the_door = 100'000;
constexpr std::size_t most_told = 64;  // keys that are named in the log; a flood of others is counted
constexpr std::size_t most_zap_parts = 16;
constexpr std::size_t curve_key_bytes = 32;

using DoorSocket = Handle<void, zmq_close>;

void must(bool right, std::string_view what) {
    if (!right) throw std::runtime_error{fmt::format("bus: {}: {}", what, zmq_strerror(zmq_errno()))};
}

/// All parts of one message; empty when nothing is waiting.
std::vector<std::string> receive_parts(void* socket) {
    std::vector<std::string> parts;
    for (bool more = true; more;) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        const bool got = zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0;
        if (got && parts.size() < most_zap_parts)
            parts.emplace_back(static_cast<const char*>(zmq_msg_data(&part)), zmq_msg_size(&part));
        more = got && zmq_msg_more(&part) != 0;
        zmq_msg_close(&part);
    }
    return parts;
}

/// Which file it is, and as of when.
std::string facts_of(const std::filesystem::path& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) return {};
    return fmt::format("{} {} {}.{}", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
}

std::map<std::string, EnrolledNode> by_key(const std::filesystem::path& folder) {
    std::map<std::string, EnrolledNode> out;
    for (auto& node : read_enrolled(folder)) {
        const auto key = node.public_key;
        out.emplace(key, std::move(node));
    }
    return out;
}

}  // namespace

struct BusDoor::Sockets {
    DoorSocket requests;
    DoorSocket events;
};

BusDoor::BusDoor(void* context, const std::filesystem::path& folder)
    : folder_{folder},
      keys_{read_keys(folder, "server")},
      seen_{facts_of(folder / enrolled_file)},
      nodes_{by_key(folder)},
      sockets_{std::make_unique<Sockets>()} {
    sockets_->requests.reset(zmq_socket(context, ZMQ_REP));
    sockets_->events.reset(zmq_socket(context, ZMQ_PAIR));
    must(sockets_->requests && sockets_->events, "no ZeroMQ socket");
    const int linger = 0;
    zmq_setsockopt(sockets_->requests.get(), ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(sockets_->events.get(), ZMQ_LINGER, &linger, sizeof linger);
    must(zmq_bind(sockets_->requests.get(), zap_address) == 0, "no ZAP handler");
}

BusDoor::~BusDoor() = default;

void BusDoor::guard(void* socket) {
    const int yes = 1;
    must(zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof yes) == 0, "no CURVE");
    must(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys_.secret_key.c_str(), keys_.secret_key.size() + 1) == 0,
         "no CURVE key");
    must(zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, zap_domain, std::strlen(zap_domain)) == 0, "no ZAP domain");
    must(zmq_setsockopt(socket, zap_enforce_domain, &yes, sizeof yes) == 0, "ZAP is not enforced");
    must(zmq_socket_monitor(socket, monitor_address,
                            ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | handshake_failed) == 0 &&
             zmq_connect(sockets_->events.get(), monitor_address) == 0,
         "no monitor");
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

std::optional<EnrolledNode> BusDoor::find(const std::string& public_key) const {
    const std::scoped_lock lock{mutex_};
    const auto found = nodes_.find(public_key);
    return found == nodes_.end() ? std::nullopt : std::optional{found->second};
}

bool BusDoor::is_enrolled(const std::string& name) const {
    const std::scoped_lock lock{mutex_};
    return std::ranges::any_of(nodes_, [&name](const auto& node) { return node.second.name == name; });
}

void BusDoor::run(const std::stop_token& stop) {
    std::array<zmq_pollitem_t, 2> items{
        {{sockets_->requests.get(), 0, ZMQ_POLLIN, 0}, {sockets_->events.get(), 0, ZMQ_POLLIN, 0}}};
    while (!stop.stop_requested()) {
        zmq_poll(items.data(), static_cast<int>(items.size()), door_look_ms);
        look_at_list();
        if (items[0].revents != 0) answer();
        watch();
    }
}

/// RFC 27: version, request, domain, address, identity, mechanism, credentials.
void BusDoor::answer() {
    const auto request = receive_parts(sockets_->requests.get());
    if (request.size() < 2) return;
    std::string key;
    if (request.size() == 7 && request[0] == "1.0" && request[2] == zap_domain && request[5] == "CURVE" &&
        request[6].size() == curve_key_bytes) {
        std::array<char, 41> text{};
        zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(request[6].data()), curve_key_bytes);
        key = text.data();
    }
    const bool known = find(key).has_value();
    if (!known) refuse(key, request.size() > 3 ? request[3] : "");
    const std::array<std::string, 6> reply{
        "1.0", request[1], known ? "200" : "400", known ? "OK" : "not enrolled", known ? key : "", ""};
    for (std::size_t i = 0; i < reply.size(); ++i)
        zmq_send(sockets_->requests.get(), reply[i].data(), reply[i].size(),
                 ZMQ_DONTWAIT | (i + 1 < reply.size() ? ZMQ_SNDMORE : 0));
}

void BusDoor::refuse(const std::string& key, const std::string& from) {
    ++refused_;
    ++refused_at_the_door_;
    if (told_.size() > most_told || !told_.insert(key).second) return;
    if (told_.size() > most_told)
        fmt::print(stderr, "bus: more unknown keys come; from here on they are counted only\n");
    else
        fmt::print(stderr, "bus: {} comes with the unknown key {} and is refused (scialytic keys enrol lets it in)\n",
                   plain_text(from, 64), plain_text(key, 40));
}

/// Who got no further than the handshake. Of bytes that are none of ZeroMQ's own libzmq says nothing but that it has
/// accepted the connection: whoever has neither come in nor been refused by then is counted, whichever it was.
void BusDoor::watch() {
    const auto now = std::chrono::steady_clock::now();
    for (auto told = receive_parts(sockets_->events.get()); !told.empty();
         told = receive_parts(sockets_->events.get())) {
        std::uint16_t event = 0;
        std::memcpy(&event, told.front().data(), std::min(sizeof event, told.front().size()));
        if (event == ZMQ_EVENT_ACCEPTED) {
            at_the_door_.push_back(now);
        } else {
            if (!at_the_door_.empty()) at_the_door_.pop_front();
            // Whose key was refused is counted, whether he waited to hear it or not.
            if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) continue;
            if (refused_at_the_door_ > 0)
                --refused_at_the_door_;
            else
                count_stranger();
        }
    }
    while (!at_the_door_.empty() &&
           (now - at_the_door_.front() > handshake_over || at_the_door_.size() > most_at_the_door)) {
        at_the_door_.pop_front();
        count_stranger();
    }
}

void BusDoor::count_stranger() {
    ++refused_;
    if (!std::exchange(told_of_plain_, true))
        fmt::print(stderr,
                   "bus: somebody without CURVE, or without this server's key, is refused; "
                   "from here on they are counted only\n");
}

void BusDoor::look_at_list() {
    auto facts = facts_of(folder_ / enrolled_file);
    if (facts == seen_) return;
    seen_ = std::move(facts);
    try {
        auto nodes = by_key(folder_);
        const std::scoped_lock lock{mutex_};
        nodes_ = std::move(nodes);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bus: the list of nodes stays as it was: {}\n", error.what());
        return;
    }
    ++edition_;
}

}  // namespace transport
