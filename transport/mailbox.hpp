// Where two rates meet: the newest picture wins, and every loser is counted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace transport {

/// Holds one picture, never an access unit: dropping one of those would break the next.
template <typename T>
class Mailbox {
public:
    /// Never blocks. True when an older value that nobody had taken was replaced (and counted).
    bool put(T value) {
        bool lost = false;
        {
            const std::scoped_lock lock{mutex_};
            lost = value_.has_value();
            replaced_ += lost ? 1 : 0;
            value_ = std::move(value);
        }
        arrived_.notify_one();
        return lost;
    }

    /// Waits at most `patience` for a value; nothing when it stays empty or `stop` is requested.
    std::optional<T> take(std::stop_token stop, std::chrono::microseconds patience) {
        std::unique_lock lock{mutex_};
        arrived_.wait_for(lock, stop, patience, [this] { return value_.has_value(); });
        return std::exchange(value_, std::nullopt);
    }

    /// Values that were replaced before anybody took them.
    [[nodiscard]] std::uint64_t replaced() const {
        const std::scoped_lock lock{mutex_};
        return replaced_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::optional<T> value_;
    std::uint64_t replaced_ = 0;
};

}  // namespace transport
