// One viewer class of the augmentation server, as encoded there, to every browser that watches it.
#pragma once

#include "render/share_pipe.hpp"
#include "render/share_wiring.hpp"
#include "transport/clock.hpp"
#include "transport/metrics/page.hpp"
#include "transport/options.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace render {

class ShareFeed {
public:
    /// Dials at once as node `suffix`.
    ShareFeed(const ShareWiring& wiring, transport::Clock& clock, const transport::ViewerClass& viewer_class,
              const std::string& suffix);

    /// A browser that watches from the next keyframe on, which is asked for. Any thread.
    void add(std::shared_ptr<PipeWriter> viewer);
    void remove(const std::shared_ptr<PipeWriter>& viewer);
    /// That browser has lost a picture. Any thread.
    void want_keyframe();
    [[nodiscard]] const transport::ViewerClass& viewer_class() const { return class_; }
    [[nodiscard]] const std::string& suffix() const { return suffix_; }
    [[nodiscard]] std::size_t viewers() const;
    [[nodiscard]] bool connected() const { return bus_->connected(); }
    /// For the children, which tell their browsers.
    [[nodiscard]] ServerClock server_clock() const;
    /// Pictures that a child did not take.
    [[nodiscard]] std::uint64_t dropped() const;
    /// For a scrape. Any thread.
    void tell(transport::MetricsPage& page) const;

private:
    struct Viewer {
        std::shared_ptr<PipeWriter> pipe;
        bool needs_keyframe = true;
    };
    void on_message(const ShareWiring& wiring, const transport::Message& message);
    void on_arrival(const transport::Arrival& arrival);

    transport::Clock& clock_;
    const transport::ViewerClass class_;
    const std::string suffix_;
    mutable std::mutex mutex_;  ///< viewers; the link's thread and the main loop's
    std::vector<Viewer> viewers_;
    std::uint64_t dropped_ = 0;
    std::uint64_t units_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t server_boot_ = 0;
    transport::Timestamp asked_{};
    mutable std::mutex receiver_mutex_;
    std::unique_ptr<transport::Receiver> receiver_;
    std::unique_ptr<transport::BusClient> bus_;  // last: its thread calls the others
};

}  // namespace render
