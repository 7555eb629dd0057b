#include "transport/metrics/door.hpp"

#include "transport/media_port.hpp"
#include "transport/metrics/request.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace transport {

namespace {

constexpr int waiting_to_come_in = 16;
constexpr Microseconds longest_rest{1'000'000};

std::string http_answer(std::string_view status, std::string_view type, std::string_view body) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                       type, body.size(), body);
}

/// The page, and who reads it. One thread's.
class Readers {
public:
    Readers(Clock& clock, int listener, int wake, std::function<std::string()> page)
        : clock_{clock}, listener_{listener}, wake_{wake}, make_page_{std::move(page)} {}
    ~Readers() {
        for (const auto& line : lines_) close(line.socket);
    }
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) turn();
    }

private:
    struct Line {
        int socket;
        Timestamp due;
        std::string asked{};
        std::string answer{};  ///< empty: still asking
        std::size_t sent = 0;
        bool over = false;

        [[nodiscard]] bool answering() const { return sent < answer.size(); }
    };

    void turn() {
        const auto now = clock_.now();
        auto due = now + longest_rest;
        std::vector<pollfd> waiting{{wake_, POLLIN, 0}};
        for (const auto& line : lines_) {
            waiting.push_back({line.socket, static_cast<short>(line.answering() ? POLLOUT : POLLIN), 0});
            due = std::min(due, line.due);
        }
        const bool open = now >= next_line_;
        if (open)
            waiting.push_back({listener_, POLLIN, 0});
        else
            due = std::min(due, next_line_);
        const auto rest = std::max(due - now, Microseconds{0}) + Microseconds{1};
        const timespec limit{rest.count() / 1'000'000, rest.count() % 1'000'000 * 1000};
        ppoll(waiting.data(), waiting.size(), &limit, nullptr);
        const auto then = clock_.now();
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (waiting[i + 1].revents != 0) go_on(lines_[i], then);
            lines_[i].over = lines_[i].over || then >= lines_[i].due;
        }
        std::erase_if(lines_, [](const Line& line) { return line.over && close(line.socket) == 0; });
        if (open && waiting.back().revents != 0) let_in(then);
    }

    void let_in(Timestamp now) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        next_line_ = now + MetricsDoor::between_lines;  // also when this process has no room for another file
        if (socket < 0) return;
        if (lines_.size() == MetricsDoor::most_lines) {
            close(lines_.front().socket);
            lines_.erase(lines_.begin());
        }
        lines_.push_back({socket, now + MetricsDoor::patience});
    }

    void go_on(Line& line, Timestamp now) {
        if (!line.answering()) listen_to(line, now);
        if (line.answering()) tell(line);
    }

    void listen_to(Line& line, Timestamp now) {
        std::array<char, most_request_bytes> bytes;
        const auto count = recv(line.socket, bytes.data(), bytes.size(), 0);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) line.over = true;
        // After the answer all that counts is that the other end has gone: closed sooner, it might lose the answer.
        if (count <= 0 || !line.answer.empty()) return;
        line.asked.append(bytes.data(), static_cast<std::size_t>(count));
        constexpr std::string_view plain = "text/plain; charset=utf-8";
        switch (read_metrics_request(line.asked)) {
            case MetricsRequest::incomplete: return;
            case MetricsRequest::metrics:
                line.answer = http_answer("200 OK", "text/plain; version=0.0.4; charset=utf-8", page(now));
                return;
            case MetricsRequest::other:
                line.answer = http_answer("404 Not Found", plain, "only /metrics is here\n");
                return;
            case MetricsRequest::not_http:
                line.answer = http_answer("400 Bad Request", plain, "no HTTP request\n");
                return;
        }
    }

    static void tell(Line& line) {
        const auto count =
            send(line.socket, line.answer.data() + line.sent, line.answer.size() - line.sent, MSG_NOSIGNAL);
        if (count > 0) line.sent += static_cast<std::size_t>(count);
        if (count < 0 && errno != EAGAIN && errno != EINTR) line.over = true;
        if (!line.answering()) shutdown(line.socket, SHUT_WR);
    }

    const std::string& page(Timestamp now) {
        if (!page_made_ || now - *page_made_ >= MetricsDoor::between_pages) {
            page_ = make_page_();
            page_made_ = now;
        }
        return page_;
    }

    Clock& clock_;
    int listener_;
    int wake_;
    std::function<std::string()> make_page_;
    std::string page_;
    std::optional<Timestamp> page_made_;
    Timestamp next_line_ = Timestamp::min();
    std::vector<Line> lines_;  ///< in the order of their coming
};

}  // namespace

MetricsDoor::MetricsDoor(const std::string& address, int port, Clock& clock) : clock_{clock} {
    const auto where = resolve(address, port);
    local_ = (ntohl(where.host) >> 24U) == IN_LOOPBACKNET;
    sockaddr_in bound{};
    bound.sin_family = AF_INET;
    bound.sin_addr.s_addr = where.host;
    bound.sin_port = where.port;
    socklen_t size = sizeof bound;
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&bound), size) != 0 ||
        listen(listener_, waiting_to_come_in) != 0) {
        const int error = errno;
        if (listener_ >= 0) close(listener_);
        throw std::runtime_error(fmt::format("metrics: cannot listen on tcp {}:{}: {}; choose another with {}", address,
                                             port, std::strerror(error),
                                             error == EADDRNOTAVAIL ? "--metrics-listen" : "--metrics-port"));
    }
    getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = ntohs(bound.sin_port);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

MetricsDoor::~MetricsDoor() {
    close(listener_);
    close(wake_);
}

std::jthread MetricsDoor::serve(std::function<std::string()> page) {
    return std::jthread{[this, page = std::move(page)](const std::stop_token& stop) {
        run_behind();
        const std::stop_callback wake{stop, [this] { eventfd_write(wake_, 1); }};
        Readers{clock_, listener_, wake_, page}.run(stop);
    }};
}

}  // namespace transport
