// A node's end of the bus: a DEALER on a thread of its own.
#include "transport/bus.hpp"
#include "transport/bus_session.hpp"
#include "transport/bus_zmq_socket.hpp"
#include "transport/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

namespace transport {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_pause = 100ms;
constexpr std::size_t most_waiting = 256;  // messages in the outbox
constexpr int most_read_at_once = 256;     // before the outbox has its turn

std::uint64_t random_half() {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32U | device();
}

Hello with_boot(Hello hello) {
    if (hello.boot == 0) hello.boot = boot_id();
    return hello;
}

class Dealer final : public BusClient {
public:
    Dealer(const std::string& address, int port, const Hello& hello, OnMessage handler, Clock& clock,
           const BusSecurity& security, const ClockSettings& clocks)
        : handler_{std::move(handler)}, clock_{clock}, session_{with_boot(hello), clocks} {
        if (!is_node_name(hello.node))
            throw std::runtime_error{
                fmt::format("bus: '{}' is no node name: 1 to 32 letters, digits, '.', '_' or '-'", hello.node)};
        if (security.secure) show_key(security.keys, hello);
        // Another node that calls itself by our name cannot take our place: the rest of the address stays with us.
        const auto address_there = fmt::format("{}/{:016x}{:016x}", hello.node, random_half(), random_half());
        socket_.call_itself(address_there);
        socket_.dial(address, port);
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~Dealer() override {
        thread_.request_stop();
        bell_.ring();
    }

    void send(const Message& message) override {
        auto bytes = to_cbor(message);
        {
            const std::scoped_lock lock{mutex_};
            outbox_.push_back(std::move(bytes));
            if (outbox_.size() > most_waiting) outbox_.pop_front();
        }
        bell_.ring();
    }
    [[nodiscard]] ClockOffset server_clock() const override {
        const std::scoped_lock lock{mutex_};
        return session_.server_clock();
    }
    [[nodiscard]] bool connected() const override {
        const std::scoped_lock lock{mutex_};
        return session_.connected(clock_.now());
    }
    [[nodiscard]] std::uint64_t refused() const override { return refused_; }

private:
    void show_key(const std::string& folder, const Hello& hello) {
        const auto how =
            fmt::format("`scialytic keys new DIR {}` makes keys, `keys enrol` lets the node in", hello.node);
        if (folder.empty())
            throw std::runtime_error{
                fmt::format("bus: {} has no keys: --keys names no folder; {} (--secure false needs none, for a lab)",
                            hello.node, how)};
        const auto keys = read_keys(folder, name_of_key(folder, hello.node));
        const auto server = read_public_key(std::filesystem::path{folder} / "server.pub");
        socket_.show_keys(server, keys.public_key, keys.secret_key);
    }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const auto patience = time_to_next();
            const bool writable = socket_.wait(bell_, patience == 0ms, patience == 0ms ? longest_pause : patience);
            for (int i = 0; i < most_read_at_once && receive(); ++i) {
            }
            if (writable) speak();
        }
    }

    /// Zero when there is something to say.
    std::chrono::milliseconds time_to_next() {
        const std::scoped_lock lock{mutex_};
        const auto now = clock_.now();
        if (session_.next() <= now || (session_.welcomed() && !outbox_.empty())) return 0ms;
        return std::min<std::chrono::milliseconds>(std::chrono::ceil<std::chrono::milliseconds>(session_.next() - now),
                                                   longest_pause);
    }

    /// False when nothing is waiting.
    bool receive() {
        const auto part = socket_.receive();
        if (!part) return false;
        const auto now = clock_.now();
        std::optional<Message> message;
        if (!socket_.discard_rest(part->more)) message = message_from_cbor(std::as_bytes(std::span{part->bytes}));
        if (!message) {
            ++refused_;
            return true;
        }
        bool wanted = false;
        {
            const std::scoped_lock lock{mutex_};
            wanted = session_.receive(*message, now);
        }
        if (wanted) handler_(*message);
        return true;
    }

    void speak() {
        std::optional<Message> due;
        std::deque<std::vector<std::byte>> outbox;
        {
            const std::scoped_lock lock{mutex_};
            due = session_.due(clock_.now());
            if (session_.welcomed()) outbox.swap(outbox_);
        }
        if (due) socket_.send(to_cbor(*due));
        for (const auto& bytes : outbox) socket_.send(bytes);
    }

    OnMessage handler_;
    Clock& clock_;
    std::atomic<std::uint64_t> refused_{0};
    BusBell bell_;
    BusSocket socket_{BusSocketKind::dealer};  // after the constructor, the thread's alone
    mutable std::mutex mutex_;                 // guards what follows
    BusSession session_;
    std::deque<std::vector<std::byte>> outbox_;
    std::jthread thread_;  // last: ends before anything that it uses
};

}  // namespace

std::unique_ptr<BusClient> dial_bus(const std::string& address, int port, const Hello& hello,
                                    BusClient::OnMessage handler, Clock& clock, const BusSecurity& security,
                                    const ClockSettings& clocks) {
    return std::make_unique<Dealer>(address, port, hello, std::move(handler), clock, security, clocks);
}

}  // namespace transport
