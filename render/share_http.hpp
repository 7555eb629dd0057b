// The door of share: HTTPS for the page, WebSockets for its people, WHIP and WHEP for everybody else. libsoup stands
// behind it. Everything happens on the thread that runs the GLib main loop.
#pragma once

#include "transport/clock.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace render {

struct HttpRequest {
    std::string method{};
    std::string path{};
    std::string bearer{};  ///< token of the Authorization header
    std::string type{};    ///< of the body, without its parameters
    std::string body{};    ///< at most most_sdp_bytes
};
struct HttpAnswer {
    int status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};
};
/// One who holds this answers later; only the first answer counts, and one that is dropped is a 503.
using HttpReply = std::function<void(HttpAnswer)>;

/// A file of the page.
struct PageFile {
    std::string_view path;  ///< "/page.js"; "/" is the page
    std::string_view type;
    std::string_view bytes;
};

struct DoorSettings {
    std::string address = "0.0.0.0";
    int port = 8443;
    std::string certificate{};  ///< PEM file, with the chain
    std::string key{};          ///< PEM file
    std::vector<PageFile> files{};
    std::size_t most_sockets = 200;
    std::string subprotocol = "scialytic.1";
};

class ShareDoor {
public:
    using Socket = std::uint64_t;
    struct Handlers {
        std::function<void(Socket socket)> opened;
        std::function<void(Socket socket, std::string_view text)> said;
        std::function<void(Socket socket)> closed;
        std::function<void(const HttpRequest& request, HttpReply reply)> asked;  ///< /whip, /whep and below
    };
    /// Throws std::runtime_error naming the port in use, or the certificate and what is wrong with it.
    ShareDoor(const DoorSettings& settings, Handlers handlers, transport::Clock& clock);
    ~ShareDoor();
    ShareDoor(const ShareDoor&) = delete;
    ShareDoor& operator=(const ShareDoor&) = delete;

    /// Nothing happens when it is gone.
    void say(Socket socket, const std::string& text);
    void close(Socket socket, std::uint16_t code, const std::string& why);
    /// To be called now and then. A browser answers a ping every 10 s by itself; who has given no sign of life for 30 s
    /// is gone, and what waits to be sent to him goes, too.
    void drop_silent();
    [[nodiscard]] int port() const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace render
