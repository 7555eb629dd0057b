// Where a scrape comes in: HTTP, one page, nothing else. Sockets of our own, as MediaPort's: a libsoup server neither
// limits who comes nor drops who says nothing.
#pragma once

#include "transport/clock.hpp"

#include <functional>
#include <string>
#include <thread>

namespace transport {

/// GET /metrics is answered, anything else is 404, and every connection ends with its answer. At most 16 at a time:
/// for one more, the one that came first goes. One every 2 ms is let in, so that a flood costs next to nothing.
class MetricsDoor {
public:
    static constexpr std::size_t most_lines = 16;
    static constexpr Microseconds patience{5'000'000};     ///< from coming in to having read the answer
    static constexpr Microseconds between_lines{2'000};    ///< of those that come in
    static constexpr Microseconds between_pages{200'000};  ///< who asks sooner gets the same page again

    /// Listens; who comes waits for serve(). Port 0 takes any free one. Throws std::runtime_error
    /// "metrics: cannot listen on tcp ADDRESS:PORT: reason; choose another with --metrics-port".
    MetricsDoor(const std::string& address, int port, Clock& clock);
    ~MetricsDoor();
    MetricsDoor(const MetricsDoor&) = delete;
    MetricsDoor& operator=(const MetricsDoor&) = delete;

    /// `page` is called on the thread that is returned, which must end before the door goes. It runs one step behind
    /// the thread that calls this.
    [[nodiscard]] std::jthread serve(std::function<std::string()> page);
    [[nodiscard]] int port() const { return port_; }
    /// Nobody but programs of this machine gets in.
    [[nodiscard]] bool local() const { return local_; }

private:
    Clock& clock_;
    int listener_ = -1;
    int wake_ = -1;
    int port_ = 0;
    bool local_ = true;
};

}  // namespace transport
