#include "render/share_pipe.hpp"

#include <sys/socket.h>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>

namespace render {

namespace {

struct PipeHead {
    std::uint32_t size = 0;  // of what follows
    PipeKind kind{};
    std::array<std::uint8_t, 3> unused{};
};

void append(std::vector<std::byte>& to, std::span<const std::byte> bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ServerInstant server_instant(const ServerClock& clock, std::int64_t ours_us) {
    if (clock.known == 0) return {};
    const auto since = ours_us - clock.ours_us;
    const auto drift = std::llround(std::abs(static_cast<double>(since)) * clock.drift_ppm * 1e-6);
    return {clock.theirs_us + since, clock.bound_us + drift};
}

bool PipeWriter::send(PipeKind kind, std::span<const std::byte> head, std::span<const std::byte> bytes) {
    const std::scoped_lock lock{mutex_};
    const auto size = head.size() + bytes.size();
    if (size > most_pipe_bytes || (!flush_locked() && waiting_.size() - written_ + size > most_waiting)) return false;
    append(waiting_, bytes_of(PipeHead{static_cast<std::uint32_t>(size), kind}));
    append(waiting_, head);
    append(waiting_, bytes);
    static_cast<void>(flush_locked());
    return true;
}

bool PipeWriter::flush() {
    const std::scoped_lock lock{mutex_};
    return flush_locked();
}

bool PipeWriter::flush_locked() {
    while (written_ < waiting_.size()) {
        const auto done =
            ::send(descriptor_, waiting_.data() + written_, waiting_.size() - written_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;  // full; or gone, which the reader notices
        written_ += static_cast<std::size_t>(done);
    }
    waiting_.clear();
    written_ = 0;
    return true;
}

PipeReader::Reading PipeReader::read(int descriptor) {
    std::array<std::byte, 65536> chunk;
    ssize_t got = 0;
    do got = ::recv(descriptor, chunk.data(), chunk.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Reading::again;
    if (got <= 0 || broken_) return Reading::ended;
    if (taken_ > 0 && taken_ == bytes_.size()) {
        bytes_.clear();
        taken_ = 0;
    }
    append(bytes_, std::span{chunk}.first(static_cast<std::size_t>(got)));
    return Reading::again;
}

std::optional<PipeMessage> PipeReader::take() {
    const auto rest = std::span<const std::byte>{bytes_}.subspan(taken_);
    const auto head = head_of<PipeHead>(rest);
    if (!head) return std::nullopt;
    broken_ = broken_ || head->size > most_pipe_bytes || head->kind > PipeKind::failed;
    if (broken_ || rest.size() < sizeof(PipeHead) + head->size) return std::nullopt;
    const auto body = rest.subspan(sizeof(PipeHead), head->size);
    PipeMessage message{head->kind, {body.begin(), body.end()}};
    taken_ += sizeof(PipeHead) + head->size;
    if (taken_ > bytes_.size() / 2) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
        taken_ = 0;
    }
    return message;
}

}  // namespace render
