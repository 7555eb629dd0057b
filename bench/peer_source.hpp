// `scialytic bench peer-source`: a source for pipelines that know nothing of us.
#pragma once

#include "transport/clock.hpp"
#include "transport/frame.hpp"
#include "transport/mailbox.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Width and height in pixels of the pictures that a peer gets of this source: the image and the code's strip.
/// Throws std::runtime_error as devices::open_source does.
struct PeerSize {
    int width = 0;
    int height = 0;
};
[[nodiscard]] PeerSize peer_size(const std::string& source, transport::Modality modality, double frames_per_second,
                                 transport::Clock& clock);

/// A whole raw picture, planes one after the other.
using RawPicture = std::shared_ptr<const std::vector<std::uint8_t>>;

/// Writes to `file` what lies in the box, always whole pictures, until `stop` (true) or until nobody reads it any more
/// (false). A pipe gets the next picture, the newest, only once the one before has been read. SIGPIPE must be ignored.
/// Throws std::runtime_error when it cannot be written.
bool write_pictures(int file, transport::Mailbox<RawPicture>& box, transport::Clock& clock,
                    const std::stop_token& stop);

[[nodiscard]] std::string_view peer_source_help();
/// `words` after "peer-source". Throws transport::UsageError with one line.
int run_peer_source(const std::vector<std::string>& words);

}  // namespace bench
