#include "bench/janus_gateway.hpp"

#include "bench/free_port.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace bench {

namespace {

constexpr auto janus_program = "/usr/bin/janus";
constexpr auto janus_modules = "/usr/lib/x86_64-linux-gnu/janus";  // Debian's package

void write(const std::filesystem::path& path, const std::string& words) {
    std::ofstream file{path};
    file << words;
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

Process start_janus(const std::filesystem::path& folder, int port) {
    if (!JanusGateway::installed()) throw std::runtime_error(fmt::format("no {} here", janus_program));
    std::filesystem::create_directories(folder);
    const auto path = std::filesystem::absolute(folder).string();
    write(folder / "janus.jcfg", fmt::format("general: {{ configs_folder = \"{0}\"; plugins_folder = \"{1}/plugins\"; "
                                             "transports_folder = \"{1}/transports\"; events_folder = \"{1}/events\"; "
                                             "loggers_folder = \"{1}/loggers\" }}\n",
                                             path, janus_modules));
    write(folder / "janus.transport.http.jcfg",
          fmt::format("general: {{ base_path = \"/janus\"; http = true; port = {}; ip = \"127.0.0.1\" }}\n", port));
    write(folder / "janus.plugin.streaming.jcfg", "general: {}\n");
    return Process::start({janus_program, "-F", path, "-C", path + "/janus.jcfg"}, folder / "janus.log");
}

}  // namespace

JanusGateway::JanusGateway(const std::filesystem::path& folder) : JanusGateway{folder, free_port()} {}

JanusGateway::JanusGateway(const std::filesystem::path& folder, int port)
    : url_{fmt::format("http://127.0.0.1:{}/janus", port)}, process_{start_janus(folder, port)} {}

bool JanusGateway::installed() {
    return std::filesystem::exists(janus_program);
}

}  // namespace bench
