// Every picture into one uncompressed file, on a thread of its own.
#pragma once

#include "transport/frame.hpp"
#include "transport/handle.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace devices {

/// Y4M, 4:2:0, marked full range, one size: that of the first picture. Pictures that the disk is too slow or too full
/// for are counted, and said once; whoever adds them never waits.
class Y4mRecorder {
public:
    /// Throws std::runtime_error when the file cannot be opened.
    Y4mRecorder(std::filesystem::path path, double frames_per_second);
    /// Writes what is waiting, then closes.
    ~Y4mRecorder();
    Y4mRecorder(const Y4mRecorder&) = delete;
    Y4mRecorder& operator=(const Y4mRecorder&) = delete;

    void add(transport::SharedPixels picture);
    [[nodiscard]] std::uint64_t lost() const;

private:
    void write_all(const std::stop_token& stop);
    [[nodiscard]] bool write(const transport::Pixels& picture);
    void lose(const char* why);

    std::filesystem::path path_;
    double frames_per_second_;
    transport::Handle<std::FILE, std::fclose> file_;
    int width_ = 0;
    int height_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<transport::SharedPixels> waiting_;
    std::uint64_t lost_ = 0;
    std::jthread writer_;  // last: it uses the others
};

}  // namespace devices
