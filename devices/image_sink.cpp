#include "devices/image_sink.hpp"

#include "devices/png.hpp"
#include "devices/y4m_recorder.hpp"
#include "transport/mailbox.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace devices {

namespace {

constexpr auto between_pictures = std::chrono::seconds{1};

// Readers see the old file or the new one, never half of one. The watchdog's process writes the same file.
void replace_file(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
    auto part = path;
    part += fmt::format(".{}.part", getpid());
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(part.c_str(), "wb"), std::fclose};
    if (!file) throw std::runtime_error(fmt::format("{}: {}", part.string(), std::strerror(errno)));
    const bool written =
        std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() && std::fflush(file.get()) == 0;
    const int reason = errno;
    if (written && std::rename(part.c_str(), path.c_str()) == 0) return;
    std::remove(part.c_str());
    throw std::runtime_error(fmt::format("{}: {}", path.string(), std::strerror(written ? errno : reason)));
}

void check_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error && access(folder.c_str(), W_OK | X_OK) == 0 && std::filesystem::is_directory(folder)) return;
    const auto reason = error ? error.message() : std::string{std::strerror(errno != 0 ? errno : ENOTDIR)};
    throw std::runtime_error(fmt::format("pictures cannot be written to {}: {}", folder.string(), reason));
}

}  // namespace

struct ImageSink::Impl {
    explicit Impl(transport::Clock& the_clock) : clock{the_clock} {}

    transport::Clock& clock;
    std::filesystem::path png;
    std::optional<Y4mRecorder> recorder;
    transport::SharedPixels newest;
    transport::SharedPixels handed_over;  // the newest that the writer was given
    std::optional<transport::Timestamp> handed_over_at;
    transport::Mailbox<transport::SharedPixels> to_write;
    std::atomic<std::uint64_t> lost{0};
    std::jthread writer;  // last: it uses the others

    void write(const transport::Pixels& picture) noexcept {
        try {
            replace_file(png, to_png(picture));
        } catch (const std::exception& error) {
            if (lost++ == 0) fmt::print(stderr, "{}: the picture is not written\n", error.what());
        }
    }
    void hand_over(transport::Timestamp now) {
        handed_over = newest;
        handed_over_at = now;
        to_write.put(newest);
    }
};

ImageSink::ImageSink(const Settings& settings, transport::Clock& clock) : impl_{std::make_unique<Impl>(clock)} {
    if (settings.folder.empty()) return;
    check_folder(settings.folder);
    impl_->png = settings.folder / "panel.png";
    if (settings.y4m) impl_->recorder.emplace(settings.folder / "panel.y4m", settings.frames_per_second);
    impl_->writer = std::jthread{[&impl = *impl_](const std::stop_token& stop) {
        transport::run_in_background();  // a PNG costs as much as thirty pictures of the path
        while (!stop.stop_requested())
            if (const auto picture = impl.to_write.take(stop, std::chrono::seconds{10})) impl.write(**picture);
    }};
}

ImageSink::~ImageSink() {
    if (!impl_->writer.joinable()) return;
    impl_->writer.request_stop();
    impl_->writer.join();
    // One may have been handed over and not been taken any more.
    const bool waiting = impl_->to_write.take({}, std::chrono::microseconds{0}).has_value();
    if (impl_->newest && (waiting || impl_->newest != impl_->handed_over)) impl_->write(*impl_->newest);
}

render::Presentation ImageSink::present(const transport::SharedPixels& picture) {
    const auto now = impl_->clock.now();
    if (impl_->png.empty()) return {now, false};
    impl_->newest = picture;
    if (!impl_->handed_over_at || now - *impl_->handed_over_at >= between_pictures) impl_->hand_over(now);
    if (impl_->recorder) impl_->recorder->add(picture);
    return {now, false};
}

std::uint64_t ImageSink::lost() const {
    return impl_->lost + (impl_->recorder ? impl_->recorder->lost() : 0);
}

}  // namespace devices
