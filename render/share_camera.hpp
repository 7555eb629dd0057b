// A browser's camera into the room: an ordinary capture stream `camera`, as the browser encoded it.
#pragma once

#include "render/share_pipe.hpp"
#include "render/share_wiring.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"
#include "transport/metrics/page.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

namespace render {

class ShareCamera {
public:
    /// Dials at once as node "camera". `refused` is told why the server does not take the stream; bus thread.
    ShareCamera(const ShareWiring& wiring, transport::Clock& clock,
                std::function<void(const std::string& why)> refused);
    /// An access unit with its UnitHead before it.
    void give(std::span<const std::byte> unit);
    /// True once after the server has asked for a keyframe, or lost the one before.
    [[nodiscard]] bool take_keyframe_wish();
    /// For a scrape. Any thread.
    void tell(transport::MetricsPage& page);

private:
    void on_message(const ShareWiring& wiring, const transport::Message& message);

    transport::Clock& clock_;
    std::function<void(const std::string& why)> refused_;
    std::mutex mutex_;  ///< bus thread and main loop's
    std::unique_ptr<transport::Sender> sender_;
    transport::StreamId stream_ = 0;
    std::uint32_t sequence_ = 0;
    bool needs_keyframe_ = true;
    bool wish_ = true;
    std::optional<transport::Timestamp> last_;
    std::unique_ptr<transport::BusClient> bus_;  // last: its thread calls the others
};

}  // namespace render
