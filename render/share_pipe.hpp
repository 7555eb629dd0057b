// What share and its children say to each other: framed messages over a socket pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace render {

enum class PipeKind : std::uint8_t {
    offer,     ///< to the child, its first message: the browser's SDP, or where to publish
    answer,    ///< from the child: SDP with every candidate
    unit,      ///< an access unit behind a UnitHead
    sound,     ///< 20 ms of 48 kHz mono, 16 bits
    text,      ///< from the child: a data channel message that is none of its own business
    clock,     ///< to the child: ServerClock
    keyframe,  ///< one is wanted
    failed,    ///< from the child, its last: one line that says why
};

/// Before the bytes of an access unit.
struct UnitHead {
    std::int64_t time_us = 0;  ///< when its last packet came, this machine's clock
    std::int32_t width = 0;    ///< pixels; 0 unknown
    std::int32_t height = 0;
    std::uint32_t keyframe = 0;
};

/// The augmentation server's clock, as the parent knows it.
struct ServerClock {
    std::uint32_t known = 0;
    std::int64_t ours_us = 0;
    std::int64_t theirs_us = 0;
    std::int64_t bound_us = 0;
    double drift_ppm = 0;  ///< the bound grows so fast
};

/// What it shows when ours shows `ours_us`; no time while it is not known.
struct ServerInstant {
    std::optional<std::int64_t> time_us{};
    std::int64_t bound_us = 0;
};
[[nodiscard]] ServerInstant server_instant(const ServerClock& clock, std::int64_t ours_us);

struct PipeMessage {
    PipeKind kind{};
    std::vector<std::byte> bytes;
};
inline constexpr std::size_t most_pipe_bytes = std::size_t{8} << 20U;

template <typename Head>
requires std::is_trivially_copyable_v<Head>
[[nodiscard]] std::span<const std::byte> bytes_of(const Head& head) {
    return std::as_bytes(std::span{&head, 1});
}
[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}
/// Nothing when the message is too short.
template <typename Head>
[[nodiscard]] std::optional<Head> head_of(std::span<const std::byte> bytes);
[[nodiscard]] std::string_view text_of(std::span<const std::byte> bytes);

/// The writing end. Thread safe; never blocks.
class PipeWriter {
public:
    /// The descriptor is the caller's, and non-blocking.
    explicit PipeWriter(int descriptor) : descriptor_{descriptor} {}
    /// False: the other end has not taken what went before, and this message is dropped whole.
    bool send(PipeKind kind, std::span<const std::byte> head, std::span<const std::byte> bytes = {});
    /// Writes what has waited; true when nothing waits any more.
    bool flush();

private:
    [[nodiscard]] bool flush_locked();

    static constexpr std::size_t most_waiting = std::size_t{2} << 20U;
    const int descriptor_;
    std::mutex mutex_;
    std::vector<std::byte> waiting_;
    std::size_t written_ = 0;  ///< of these
};

/// The reading end. Not thread safe.
class PipeReader {
public:
    enum class Reading : std::uint8_t { again, ended };
    /// Takes what has come, blocking only as the descriptor does. `ended`: closed, or not one of us.
    [[nodiscard]] Reading read(int descriptor);
    [[nodiscard]] std::optional<PipeMessage> take();

private:
    std::vector<std::byte> bytes_;
    std::size_t taken_ = 0;
    bool broken_ = false;
};

template <typename Head>
std::optional<Head> head_of(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(Head)) return std::nullopt;
    Head head;
    auto* to = reinterpret_cast<std::byte*>(&head);
    for (std::size_t i = 0; i < sizeof(Head); ++i) to[i] = bytes[i];
    return head;
}

}  // namespace render
