// A viewer without a decoder, many of which fit on one machine: a webrtcbin that receives one picture, whose stamps are
// read.
#pragma once

#include "bench/deliveries.hpp"
#include "transport/clock.hpp"

#include <memory>
#include <string>
#include <vector>

struct _GstElement;

namespace bench {

class PictureWatcher {
public:
    enum class Opens : std::uint8_t { offer, answer };  ///< whose description comes first: its own, or the sender's
    /// `name` stands in what it delivers. Throws std::runtime_error: no webrtcbin here.
    PictureWatcher(std::string name, Opens opens, transport::Clock& clock);
    ~PictureWatcher();
    PictureWatcher(const PictureWatcher&) = delete;
    PictureWatcher& operator=(const PictureWatcher&) = delete;

    [[nodiscard]] _GstElement* rtc() const;
    /// What came since the last call; when that is nothing, a keyframe is asked for, as a browser does that waits.
    [[nodiscard]] std::vector<Delivery> take();
    [[nodiscard]] bool has_keyframe();

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace bench
