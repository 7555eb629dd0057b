// A client at the doors of share: WHEP over HTTPS, a seat over a WebSocket. Certificates are not looked at, since it is
// our own share on this machine. One thread; blocks.
#pragma once

#include <functional>
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
    /// Joins, asks for the picture by Janus, half as large, and answers its offers; goes when `stays`, asked once a
    /// second, says no, or when it is put out. Throws std::runtime_error saying why it was not let in.
    void watch(const std::string& token, const std::string& name,
               const std::function<std::string(const std::string& offer)>& answer, const std::function<bool()>& stays);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace bench
