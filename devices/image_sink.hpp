// A panel without a screen: the newest picture as a file, for machines that have none and for people far away.
#pragma once

#include "render/sink.hpp"
#include "transport/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace devices {

/// `panel.png`: the newest picture, replaced whole about once a second and at the end. `panel.y4m`: every picture
/// presented, if wanted. Encoding and writing happen beside: present() never waits for them. A picture that cannot
/// be written is counted, and said once.
class ImageSink final : public render::Sink {
public:
    struct Settings {
        std::filesystem::path folder;  ///< made if need be; empty: nothing is written
        bool y4m = false;
        double frames_per_second = 30;  ///< what the recording claims
    };
    /// Throws std::runtime_error naming the folder when it cannot be written to.
    ImageSink(const Settings& settings, transport::Clock& clock);
    ~ImageSink() override;
    render::Presentation present(const transport::SharedPixels& picture) override;
    [[nodiscard]] std::string name() const override { return "headless"; }
    /// Pictures that could not be written, since the start.
    [[nodiscard]] std::uint64_t lost() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace devices
