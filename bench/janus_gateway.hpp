// A Janus gateway of this machine, with nothing but the streaming plugin's defaults, for as long as it is measured.
#pragma once

#include "bench/processes.hpp"

#include <filesystem>
#include <string>

namespace bench {

class JanusGateway {
public:
    /// Its configuration and its log go to `folder`. Throws std::runtime_error: it is not installed.
    explicit JanusGateway(const std::filesystem::path& folder);

    /// "http://HOST:PORT/janus"
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] static bool installed();

private:
    JanusGateway(const std::filesystem::path& folder, int port);

    std::string url_;
    Process process_;
};

}  // namespace bench
