#include "render/share_peer.hpp"

#include "render/share_peer_rtc.hpp"
#include "render/share_publish.hpp"
#include "transport/clock.hpp"
#include "transport/options.hpp"

#include <gst/gst.h>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>
#include <exception>
#include <functional>
#include <memory>

namespace render {

namespace {

constexpr int parent_descriptor = 3;
constexpr int look_every_ms = 500;

std::string given(const std::string& word) {
    return word == "-" ? std::string{} : word;
}

std::optional<Connection> kind_in(const std::vector<std::string>& arguments) {
    for (const auto kind : {Connection::view, Connection::talk, Connection::camera})
        if (arguments.size() == 3 && arguments.front() == name(kind)) return kind;
    return std::nullopt;
}

/// True when the parent has something to say within that time.
bool readable(int patience_ms) {
    pollfd wait{parent_descriptor, POLLIN, 0};
    return poll(&wait, 1, patience_ms) > 0;
}

/// What a child does from the first message on.
struct Work {
    std::function<void(const PipeMessage& message)> give;
    std::function<bool(std::int64_t now_us)> alive;
};
using Begin = std::function<Work(const std::string& first)>;

Work connect(const PeerSettings& settings, const std::string& offer, PipeWriter& parent) {
    const auto connection = std::make_shared<PeerConnection>(settings, offer, parent);
    parent.send(PipeKind::answer, bytes_of(connection->answer()));
    return {[connection](const PipeMessage& message) { connection->give(message); },
            [connection](std::int64_t now_us) { return connection->alive(now_us); }};
}

Work publish(const std::string& to, PipeWriter& parent) {
    const auto publisher = std::make_shared<Publisher>(to, parent);
    return {[publisher](const PipeMessage& message) { publisher->give(message); }, [](std::int64_t) { return true; }};
}

void converse(const Begin& begin, PipeWriter& parent) {
    transport::SystemClock clock;
    PipeReader reader;
    std::optional<Work> work;
    auto look = clock.now();
    for (;;) {
        if (readable(look_every_ms) && reader.read(parent_descriptor) == PipeReader::Reading::ended) return;
        while (const auto message = reader.take()) {
            if (message->kind == PipeKind::offer && !work)
                work = begin(std::string{text_of(message->bytes)});
            else if (work)
                work->give(*message);
        }
        static_cast<void>(parent.flush());
        const auto now = clock.now();
        if (!work || now < look) continue;
        if (!work->alive(transport::microseconds(now)))
            throw std::runtime_error("the connection to the browser is gone");
        look = now + std::chrono::milliseconds{look_every_ms};
    }
}

}  // namespace

int run_share_peer(const std::vector<std::string>& arguments) {
    const auto kind = kind_in(arguments);
    const bool publishes = arguments.size() == 3 && arguments.front() == "publish";
    int type = 0;
    socklen_t size = sizeof type;
    if ((!kind && !publishes) || getsockopt(parent_descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
        throw transport::UsageError{"share-peer: `scialytic share` starts this by itself"};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    std::signal(SIGINT, SIG_IGN);  // a terminal's Ctrl-C is the parent's
    PipeWriter parent{parent_descriptor};
    try {
        gst_init(nullptr, nullptr);
        converse(
            [&](const std::string& first) {
                return kind ? connect({*kind, given(arguments[1]), given(arguments[2])}, first, parent)
                            : publish(first, parent);
            },
            parent);
    } catch (const std::exception& error) {
        parent.send(PipeKind::failed, bytes_of(std::string_view{error.what()}));
        for (int i = 0; i < 20 && !parent.flush(); ++i) usleep(10'000);
    }
    // webrtcbin 1.22 takes long to close and sometimes does not: the kernel is better at it.
    _exit(0);
}

}  // namespace render
