// A client that may be rude: it says what it is told, or nothing, and reads when it likes.
#pragma once

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <string>
#include <utility>

namespace fakes {

class HttpClient {
public:
    static constexpr int patience_ms = 10'000;

    /// Connects to that port of this machine; `receive_buffer` bytes wait for it at the most, 0: the system's choice.
    explicit HttpClient(int port, int receive_buffer = 0, int more_flags = 0)
        : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | more_flags, 0)} {
        if (receive_buffer > 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    /// One of a crowd: it does not wait until it is let in.
    static HttpClient in_a_hurry(int port) { return HttpClient{port, 0, SOCK_NONBLOCK}; }
    ~HttpClient() {
        if (socket_ >= 0) close(socket_);
    }
    HttpClient(HttpClient&& other) noexcept : socket_{std::exchange(other.socket_, -1)}, connected_{other.connected_} {}
    HttpClient& operator=(HttpClient&&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    void say(const std::string& words) const {
        static_cast<void>(::send(socket_, words.data(), words.size(), MSG_NOSIGNAL));
    }
    /// Nothing more is said, but all is heard.
    void hang_up_half() const { shutdown(socket_, SHUT_WR); }
    /// All that comes until the other end closes; fails the test when it does not.
    [[nodiscard]] std::string rest() const {
        std::string out;
        std::array<char, 65536> bytes{};
        while (true) {
            pollfd waiting{socket_, POLLIN, 0};
            if (poll(&waiting, 1, patience_ms) != 1) {
                ADD_FAILURE() << "the other end neither answers nor closes";
                return out;
            }
            const auto count = recv(socket_, bytes.data(), bytes.size(), 0);
            if (count <= 0) return out;
            out.append(bytes.data(), static_cast<std::size_t>(count));
        }
    }
    [[nodiscard]] bool closed_by_the_other() const {
        pollfd waiting{socket_, POLLIN, 0};
        char byte = 0;
        return poll(&waiting, 1, 0) == 1 && recv(socket_, &byte, 1, MSG_PEEK) <= 0;
    }

private:
    int socket_;
    bool connected_ = false;
};

/// The whole answer to a request for that path; empty when nobody listens.
inline std::string http_get(int port, const std::string& path) {
    const HttpClient client{port};
    if (!client.connected()) return {};
    client.say("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    return client.rest();
}

/// Behind the empty line.
inline std::string body_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? std::string{} : answer.substr(end + 4);
}

}  // namespace fakes
