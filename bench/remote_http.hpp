// A client at the doors of share: WHEP over HTTPS, a seat over a WebSocket. Certificates are not looked at, since it is
// our own share on this machine. One thread; blocks.
#pragma once

#include <memory>
#include <string>

namespace bench {

struct HttpGot {
    int status = 0;
    std::string body{};
    std::string location{};
};

class RemoteDoor {
public:
    /// "https://HOST:PORT"
    explicit RemoteDoor(std::string address);
    ~RemoteDoor();
    RemoteDoor(const RemoteDoor&) = delete;
    RemoteDoor& operator=(const RemoteDoor&) = delete;

    /// Throws std::runtime_error when nobody answers.
    [[nodiscard]] HttpGot post_offer(const std::string& path, const std::string& bearer, const std::string& sdp);
    [[nodiscard]] HttpGot remove(const std::string& path, const std::string& bearer);
    /// Joins by a link's token, waits until it is welcome, and goes. Throws std::runtime_error saying why not.
    void visit(const std::string& token, const std::string& name);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace bench
