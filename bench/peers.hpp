// The same work done by others, each from its script in bench/peers, which this program carries.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Peer {
    std::string_view name;    ///< of the script, and of the contender
    std::string_view title;   ///< one line for reports
    std::string_view script;  ///< its text
};

/// All there are, in the order of their names' importance.
[[nodiscard]] std::vector<Peer> peers();
/// Throws transport::UsageError with one line that lists them all.
[[nodiscard]] Peer peer_named(std::string_view name);

/// One of the two streams that every peer plays.
struct PeerStream {
    std::string source;  ///< as devices::open_source takes it
    int width = 0;       ///< of the pictures with the code's strip: peer_size in peer_source.hpp
    int height = 0;
    double frames_per_second = 30;
};

struct PeerSettings {
    PeerStream ultrasound;
    PeerStream xray;
    int canvas_width = 1280;
    int canvas_height = 720;
    int quality = 0;            ///< H.264 quantisers, of the sources
    int view_quality = 0;       ///< and of what is shown
    std::vector<int> ports;     ///< eight that are free for UDP and TCP on 127.0.0.1
    std::string display;        ///< the X screen, ":99"
    std::filesystem::path out;  ///< for the scripts, their logs and pipes
    std::string program;        ///< scialytic; empty: this very one
};

/// Quantisers as the product's defaults, eight free ports, DISPLAY of the environment.
[[nodiscard]] PeerSettings peer_settings();

/// What the script finds in its environment, as NAME=VALUE.
[[nodiscard]] std::vector<std::string> environment(const PeerSettings& settings);

/// A command for Group::start or Process::start that runs until SIGTERM and then leaves nothing behind; ended by itself
/// it has failed, and its last line says why. Writes the scripts into settings.out first. Throws std::runtime_error
/// when it cannot.
[[nodiscard]] std::vector<std::string> peer_command(const Peer& peer, const PeerSettings& settings);

/// What is not installed, in one line: "needs ffplay: apt-get install ffmpeg". Empty: all is there. `folder` takes the
/// scripts. `program` as in PeerSettings.
[[nodiscard]] std::string missing(const Peer& peer, const std::filesystem::path& folder,
                                  const std::string& program = {});

}  // namespace bench
