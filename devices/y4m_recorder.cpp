#include "devices/y4m_recorder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace devices {

namespace {
// Half a second at 60/s, 42 MB at 1280x720: more than a disk's hiccup, less than a memory problem.
constexpr std::size_t most_waiting = 30;
}  // namespace

Y4mRecorder::Y4mRecorder(std::filesystem::path path, double frames_per_second)
    : path_{std::move(path)}, frames_per_second_{frames_per_second}, file_{std::fopen(path_.c_str(), "wb")} {
    if (!file_) throw std::runtime_error(fmt::format("{}: {}", path_.string(), std::strerror(errno)));
    writer_ = std::jthread{[this](const std::stop_token& stop) { write_all(stop); }};
}

Y4mRecorder::~Y4mRecorder() {
    writer_.request_stop();
    if (writer_.joinable()) writer_.join();
}

void Y4mRecorder::add(transport::SharedPixels picture) {
    {
        const std::scoped_lock lock{mutex_};
        if (waiting_.size() < most_waiting) {
            waiting_.push_back(std::move(picture));
            picture = nullptr;
        }
    }
    if (picture) return lose("the disk is too slow");
    arrived_.notify_one();
}

std::uint64_t Y4mRecorder::lost() const {
    const std::scoped_lock lock{mutex_};
    return lost_;
}

void Y4mRecorder::lose(const char* why) {
    const std::scoped_lock lock{mutex_};
    if (lost_++ == 0) fmt::print(stderr, "{}: {}: not every picture is recorded\n", path_.string(), why);
}

void Y4mRecorder::write_all(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    for (;;) {
        arrived_.wait(lock, stop, [this] { return !waiting_.empty(); });
        if (waiting_.empty()) return;
        const auto picture = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        if (!write(*picture)) lose(errno != 0 ? std::strerror(errno) : "the picture has another size");
        lock.lock();
    }
}

bool Y4mRecorder::write(const transport::Pixels& picture) {
    errno = 0;
    if (width_ == 0) {
        width_ = picture.width;
        height_ = picture.height;
        fmt::print(file_.get(), "YUV4MPEG2 W{} H{} F{}:1000 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n", width_, height_,
                   std::lround(frames_per_second_ * 1000));
    }
    if (picture.width != width_ || picture.height != height_ || picture.plane_count() != 3) return false;
    if (std::fputs("FRAME\n", file_.get()) < 0) return false;
    for (int plane = 0; plane < 3; ++plane) {
        const auto width = static_cast<std::size_t>(picture.plane_width(plane));
        for (int y = 0; y < picture.plane_height(plane); ++y)
            if (std::fwrite(picture.row(plane, y), 1, width, file_.get()) != width) return false;
    }
    return std::fflush(file_.get()) == 0;
}

}  // namespace devices
