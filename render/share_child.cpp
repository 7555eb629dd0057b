#include "render/share_child.hpp"

#include <fmt/format.h>
#include <glib-unix.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace render {

namespace {

constexpr int pipe_descriptor = 3;

struct SpawnActions {
    posix_spawn_file_actions_t actions{};
    SpawnActions() { posix_spawn_file_actions_init(&actions); }
    ~SpawnActions() { posix_spawn_file_actions_destroy(&actions); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
};
struct SpawnAttributes {
    posix_spawnattr_t attributes{};
    SpawnAttributes() {
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnAttributes() { posix_spawnattr_destroy(&attributes); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
};

pid_t spawn(const std::vector<std::string>& command, int theirs) {
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    SpawnActions spawn_actions;
    const SpawnAttributes spawn_attributes;
    posix_spawn_file_actions_adddup2(&spawn_actions.actions, theirs, pipe_descriptor);
    posix_spawn_file_actions_addclosefrom_np(&spawn_actions.actions, pipe_descriptor + 1);
    pid_t pid = -1;
    const int error =
        posix_spawn(&pid, words.front(), &spawn_actions.actions, &spawn_attributes.attributes, words.data(), environ);
    if (error != 0)
        throw std::runtime_error(fmt::format("share: cannot start {}: {}", command.front(), std::strerror(error)));
    return pid;
}

}  // namespace

struct ShareChild::Calls {
    static gboolean on_readable(gint, GIOCondition, gpointer self) noexcept {
        static_cast<ShareChild*>(self)->read();
        return G_SOURCE_CONTINUE;
    }
};

ShareChild::ShareChild(const std::vector<std::string>& command, Handlers handlers) : handlers_{std::move(handlers)} {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::runtime_error(fmt::format("share: no socket pair: {}", std::strerror(errno)));
    descriptor_ = {new int{ends[0]}, [](const int* open) {
                       close(*open);
                       delete open;
                   }};
    const int size = 1 << 20;  // a keyframe should go at once
    for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    // Read without waiting; the child's own end waits.
    fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
    try {
        pid_ = spawn(command, ends[1]);
    } catch (...) {
        close(ends[1]);
        throw;
    }
    close(ends[1]);
    pipe_ = {new PipeWriter{ends[0]}, [keep = descriptor_](const PipeWriter* writer) { delete writer; }};
    watch_ =
        g_unix_fd_add(ends[0], static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR), &Calls::on_readable, this);
}

ShareChild::~ShareChild() {
    if (watch_ != 0) g_source_remove(watch_);
    shutdown(*descriptor_, SHUT_RDWR);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);  // killed: at once
}

void ShareChild::read() {
    const auto reading = reader_.read(*descriptor_);
    while (auto message = reader_.take()) {
        if (message->kind == PipeKind::failed)
            failed_ = std::string{text_of(message->bytes)}.substr(0, 200);
        else
            handlers_.said(std::move(*message));
    }
    if (reading == PipeReader::Reading::ended) end(failed_.empty() ? "its process ended" : failed_);
}

void ShareChild::end(const std::string& why) {
    g_source_remove(watch_);
    watch_ = 0;
    const auto ended = handlers_.ended;  // outlives us
    ended(why);
}

}  // namespace render
