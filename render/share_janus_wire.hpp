// What share and a Janus gateway say to each other: JSON over HTTP, asked and answered on the GLib main loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace render {

/// One thing that Janus says. Fields that it did not say are empty or 0.
struct JanusWord {
    std::string kind{};        ///< "success", "ack", "event", "hangup", "timeout", …
    std::uint64_t id = 0;      ///< of what was made: a session, a handle, a mountpoint
    std::uint64_t sender = 0;  ///< the handle that an event is about
    int rtp_port = 0;          ///< of a mountpoint that was made
    int rtcp_port = 0;
    int error = 0;        ///< Janus' number, or its plugin's
    std::string why{};    ///< with an error or a hangup, one line
    std::string offer{};  ///< SDP
};
/// An answer is one word, a poll brings several. Nothing: this is not Janus.
[[nodiscard]] std::vector<JanusWord> read_janus(std::string_view text);

inline constexpr int janus_no_session = 458;
/// Not Janus' own: nobody answered, or nobody that is Janus.
inline constexpr int janus_silent = -1;

// Requests, ready to be posted.
struct JanusMount {
    std::uint64_t id = 0;
    std::string secret{};      ///< who has it may destroy the mountpoint
    std::string pin{};         ///< who has it may watch
    std::string interface {};  ///< address that Janus takes the picture at; empty: all
};
[[nodiscard]] std::string janus_create();
[[nodiscard]] std::string janus_attach();
[[nodiscard]] std::string janus_detach();
[[nodiscard]] std::string janus_destroy();
[[nodiscard]] std::string janus_mount(const JanusMount& mount);
[[nodiscard]] std::string janus_unmount(const JanusMount& mount);
[[nodiscard]] std::string janus_watch(const JanusMount& mount);
[[nodiscard]] std::string janus_start(const std::string& answer_sdp);

/// Where Janus is. `host` as an address or a name; the rest of it follows the URL.
struct JanusAddress {
    std::string url{};
    std::string host{};
    int port = 0;
};
/// "http://HOST:PORT/PATH"; throws UsageError in one line.
[[nodiscard]] JanusAddress janus_address(const std::string& url);

/// The way to Janus, for tests to take another.
class JanusWire {
public:
    using Answered = std::function<void(const std::vector<JanusWord>& words)>;
    virtual ~JanusWire() = default;
    /// Posts `body` to URL + `path`. `answered` comes once, later, never empty; or not, when this is gone.
    virtual void post(const std::string& path, const std::string& body, Answered answered) = 0;
    /// Waits for events: up to half a minute.
    virtual void poll(const std::string& path, Answered answered) = 0;
    /// Posts and waits for the answer, at most 2 s: for the end, when no loop runs any more. False: there was none.
    virtual bool post_now(const std::string& path, const std::string& body) = 0;
};
[[nodiscard]] std::unique_ptr<JanusWire> make_janus_wire(const JanusAddress& address);

}  // namespace render
