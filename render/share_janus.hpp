// A Janus gateway that gives the picture out: it is sent there once and plays everywhere. Browsers talk with share
// alone; share talks with Janus for them. All of it on the main loop's thread; nothing waits.
#pragma once

#include "render/share_janus_wire.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace render {

class ShareJanus {
public:
    using Viewer = std::uint32_t;
    using Mount = std::uint32_t;  ///< our number of a mountpoint
    struct Ports {
        int rtp = 0;
        int rtcp = 0;
    };
    /// May call back into this.
    struct Handlers {
        /// The mountpoint takes a picture at these ports of Janus' host.
        std::function<void(Mount mount, Ports ports)> mounted;
        /// It is gone, or could not be made; those who watched it watch nothing. Once, unless unmounted before.
        std::function<void(Mount mount, const std::string& why)> lost;
        std::function<void(Viewer viewer, const std::string& sdp)> offered;
        /// This viewer's connection is gone by itself.
        std::function<void(Viewer viewer, const std::string& why)> ended;
    };
    ShareJanus(std::unique_ptr<JanusWire> wire, const std::string& host, Handlers handlers);
    /// Takes its mountpoints down; waits up to 2 s for it.
    ~ShareJanus();
    ShareJanus(const ShareJanus&) = delete;
    ShareJanus& operator=(const ShareJanus&) = delete;

    /// Begun here; a session with Janus, too, when there is none: after a failure, the next one tries again.
    [[nodiscard]] Mount mount();
    void unmount(Mount mount);
    /// As soon as the mountpoint is there. Replaces what this viewer watched.
    void watch(Viewer viewer, Mount mount);
    void answer(Viewer viewer, const std::string& sdp);
    void leave(Viewer viewer);

private:
    struct Watching {
        Mount mount = 0;
        std::uint64_t handle = 0;  ///< 0: not attached yet
        std::uint64_t turn = 0;    ///< tells him from himself, before
    };
    using Words = std::vector<JanusWord>;
    void begin();
    void poll();
    void hear(const JanusWord& word);
    void create(Mount mount);
    void created(Mount mount, const JanusWord& word);
    void attach(Viewer viewer);
    void end(Viewer viewer, const std::string& why);
    void lose(const std::string& why);
    /// Posts to a handle, or to the session; `then` unless that session is over by the time of the answer.
    void ask(std::uint64_t handle, const std::string& body, std::function<void(const JanusWord& word)> then);
    [[nodiscard]] std::string path(std::uint64_t handle) const;

    std::unique_ptr<JanusWire> wire_;
    const Handlers handlers_;
    JanusMount like_;  ///< what every mountpoint of this run has
    std::map<Mount, JanusMount> mounts_;
    std::map<Viewer, Watching> viewers_;
    Mount next_mount_ = 1;
    std::uint64_t next_turn_ = 1;
    std::uint64_t session_ = 0;
    std::uint64_t desk_ = 0;  ///< handle that makes and destroys mountpoints; 0: no session that works
    bool beginning_ = false;
    std::uint64_t run_ = 0;  ///< number of the session
};

}  // namespace render
