// ZeroMQ as both ends of the bus use it: a context, a socket set up as ours are, a bell to wake its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace transport {

/// Then whoever has not shown its key is dropped.
inline constexpr int longest_handshake_ms = 2000;

enum class BusSocketKind : std::uint8_t { router, dealer };

/// One part of a message as it came.
struct BusPart {
    std::string bytes;
    bool more = false;   ///< another part of the same message follows
    std::string user{};  ///< whom the door let in: the key; empty without a door
};

/// Wakes a thread out of BusSocket::wait. Any thread rings.
class BusBell {
public:
    BusBell();
    ~BusBell();
    BusBell(const BusBell&) = delete;
    BusBell& operator=(const BusBell&) = delete;
    void ring() const;
    void silence() const;
    [[nodiscard]] int file() const { return file_; }

private:
    int file_;
};

/// Set up before its thread begins, then that thread's alone. Everything throws std::runtime_error "bus: …" when ZeroMQ
/// refuses, but what is called while messages flow.
class BusSocket {
public:
    explicit BusSocket(BusSocketKind kind);
    ~BusSocket();
    BusSocket(const BusSocket&) = delete;
    BusSocket& operator=(const BusSocket&) = delete;

    [[nodiscard]] void* context() const { return context_; }
    [[nodiscard]] void* handle() const { return socket_; }

    /// The name that a ROUTER answers to.
    void call_itself(std::string_view name);
    /// CURVE: Z85 texts.
    void show_keys(const std::string& server, const std::string& own_public, const std::string& own_secret);
    /// Port 0: any free one. Returns the port listened on.
    int listen(const std::string& address, int port);
    void dial(const std::string& address, int port);

    /// Waits for a message or the bell. True when the socket can be written (if `to_write`).
    bool wait(const BusBell& bell, bool to_write, std::chrono::milliseconds patience) const;
    /// Nothing when nothing is waiting.
    [[nodiscard]] std::optional<BusPart> receive() const;
    /// Reads the rest of a message that nobody sent in good faith; true when there was any.
    bool discard_rest(bool more) const;
    /// False when there is no room, or nobody of that name.
    bool send(std::span<const std::byte> bytes, bool more = false) const;

private:
    void set(int option, const void* value, std::size_t size);
    void set(int option, int value);

    void* context_;
    void* socket_ = nullptr;
};

}  // namespace transport
