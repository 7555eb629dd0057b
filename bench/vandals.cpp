#include "bench/vandals.hpp"

#include "transport/clock.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <stdexcept>
#include <vector>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto flood_slice = 2ms;
constexpr auto between_connections = 20ms;
constexpr std::size_t most_open = 200;  // each for 4 s: the server tires of the silent ones earlier
constexpr std::size_t longest_garbage = 1200;

sockaddr_in door(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

Timestamp after(Timestamp now, double seconds) {
    return now + Microseconds{static_cast<std::int64_t>(seconds * 1e6)};
}

/// Version 2, and what looks like H.264 of a stream.
void look_like_media(std::span<std::uint8_t> packet, std::uint32_t ssrc) {
    packet[0] = 0x80;
    packet[1] = 96;
    for (std::size_t i = 0; i < 4; ++i) packet[8 + i] = static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
}

}  // namespace

FloodCounts flood(int port, std::uint32_t ssrc, int packets_per_second, double seconds, const std::stop_token& stop) {
    const int opened = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto to = door(port);
    std::mt19937 random{1};
    std::array<std::uint8_t, longest_garbage> packet{};
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    SystemClock clock;
    FloodCounts counts;
    const auto begun = clock.now();
    const auto end = after(begun, seconds);
    for (auto next = begun; next < end; next += flood_slice) {
        if (!clock.wait_until(next, stop)) break;
        const auto due = static_cast<std::uint64_t>(microseconds(next) - microseconds(begun)) *
                         static_cast<std::uint64_t>(packets_per_second) / 1'000'000;
        while (counts.nonsense + counts.right_ssrc < due) {
            const auto size = 20 + random() % (longest_garbage - 20);
            const bool right = random() % 4 == 0;
            for (std::size_t i = 0; i < 12; ++i) packet[i] = static_cast<std::uint8_t>(random());
            if (right) look_like_media(packet, ssrc);
            if (sendto(opened, packet.data(), size, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) break;
            ++(right ? counts.right_ssrc : counts.nonsense);
        }
    }
    close(opened);
    return counts;
}

std::uint64_t rattle_at_bus(int port, double seconds, const std::stop_token& stop) {
    // ZMTP 3.0: signature, version, mechanism "NULL", as client.
    std::array<std::uint8_t, 64> keyless{0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0, 'N', 'U', 'L', 'L'};
    std::mt19937 random{1};
    std::array<std::uint8_t, 512> garbage{};
    SystemClock clock;
    std::deque<int> open;
    std::uint64_t connections = 0;
    const auto to = door(port);
    const auto end = after(clock.now(), seconds);
    for (auto next = clock.now(); next < end; next += between_connections) {
        if (!clock.wait_until(next, stop)) break;
        const int opened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (opened < 0) continue;
        if (connect(opened, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) {
            close(opened);
            continue;
        }
        ++connections;
        for (auto& byte : garbage) byte = static_cast<std::uint8_t>(random());
        if (connections % 3 == 1) send(opened, garbage.data(), garbage.size(), MSG_NOSIGNAL);
        if (connections % 3 == 2) send(opened, keyless.data(), keyless.size(), MSG_NOSIGNAL);
        open.push_back(opened);
        if (open.size() <= most_open) continue;
        close(open.front());
        open.pop_front();
    }
    for (const int opened : open) close(opened);
    return connections;
}

bool dial_with_keys(int bus_port, const std::string& keys, const Hello& hello, double seconds,
                    const std::stop_token& stop) {
    SystemClock clock;
    std::atomic<bool> welcomed{false};
    const auto bus =
        dial_bus("127.0.0.1", bus_port, hello,
                 [&](const Message& message) { welcomed = welcomed || std::holds_alternative<Welcome>(message); },
                 clock, {true, keys});
    clock.wait_until(after(clock.now(), seconds), stop);
    return welcomed;
}

}  // namespace bench
