#include "bench/peer_source.hpp"

#include "bench/peer_picture.hpp"
#include "bench/stopper.hpp"
#include "devices/devices.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <thread>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto look_for_the_end_every = 100ms;
constexpr auto look_into_the_pipe_every = 500us;

/// Bytes in a pipe that nobody has read yet; 0 for any other file.
int unread(int file) {
    int bytes = 0;
    return ioctl(file, FIONREAD, &bytes) == 0 ? bytes : 0;
}

bool write_one_picture(int file, const std::vector<std::uint8_t>& bytes, const std::stop_token& stop) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        pollfd room{file, POLLOUT, 0};
        if (poll(&room, 1, std::chrono::milliseconds{look_for_the_end_every}.count()) == 0) {
            if (stop.stop_requested()) return true;
            continue;
        }
        const auto written = write(file, bytes.data() + done, bytes.size() - done);
        if (written > 0) done += static_cast<std::size_t>(written);
        if (written < 0 && errno == EPIPE) return false;
        if (written < 0 && errno != EAGAIN && errno != EINTR)
            throw std::runtime_error(fmt::format("peer-source: cannot write: {}", std::strerror(errno)));
    }
    return true;
}

Pixels planes_of(std::vector<std::uint8_t>& memory, const PeerSize& size) {
    const auto luma = static_cast<std::ptrdiff_t>(size.width) * size.height;
    memory.resize(static_cast<std::size_t>(luma * 3 / 2));
    Pixels out;
    out.width = size.width;
    out.height = size.height;
    out.planes = {{{memory.data(), size.width},
                   {memory.data() + luma, size.width / 2},
                   {memory.data() + luma + luma / 4, size.width / 2}}};
    return out;
}

struct SourceWords {
    std::string source;
    Modality modality{};
    double frames_per_second = 0;
    bool size_only = false;
};

SourceWords read_source_words(const std::vector<std::string>& words) {
    constexpr std::string_view wanted = "wanted: SOURCE MODALITY FRAMES_PER_SECOND [--size]";
    const bool size_only = words.size() == 4 && words[3] == "--size";
    if (words.size() != 3 && !size_only) throw UsageError{fmt::format("bench peer-source: {}", wanted)};
    SourceWords out{.source = words[0], .size_only = size_only};
    const auto modality = modality_named(words[1]);
    if (!modality || *modality == Modality::camera)
        throw UsageError{
            fmt::format("bench peer-source: '{:.80}' is no modality; allowed: ultrasound, xray", words[1])};
    out.modality = *modality;
    const auto& rate = words[2];
    const auto [end, error] = std::from_chars(rate.data(), rate.data() + rate.size(), out.frames_per_second);
    if (error != std::errc{} || end != rate.data() + rate.size() ||
        !(out.frames_per_second >= 1 && out.frames_per_second <= 120))
        throw UsageError{fmt::format("bench peer-source: '{:.80}' frames/s are not in 1 to 120", rate)};
    return out;
}

/// Fills the box until `stop`.
void read_pictures(capture::Source& source, const SourceWords& what, const PeerSize& size, Mailbox<RawPicture>& box,
                   Clock& clock, const std::stop_token& stop) {
    for (std::uint32_t sequence = 0; !stop.stop_requested();) {
        Frame frame;
        const auto reading = source.next(frame, stop);
        if (reading == capture::Reading::ended)
            throw std::runtime_error(fmt::format("peer-source: {} has ended", what.source));
        if (reading != capture::Reading::ready) continue;
        const auto captured = clock.now();
        const auto& image = *frame.pixels;
        if (padded_width(image.width) != size.width || padded_height(image.height) != size.height)
            throw std::runtime_error(fmt::format("peer-source: {} became {}x{}; raw pictures keep one size",
                                                 what.source, image.width, image.height));
        auto memory = std::make_shared<std::vector<std::uint8_t>>();
        auto planes = planes_of(*memory, size);
        write_coded(image, {peer_stream(what.modality), sequence++, microseconds(captured)}, planes);
        box.put(std::move(memory));
    }
}

}  // namespace

PeerSize peer_size(const std::string& source, Modality modality, double frames_per_second, Clock& clock) {
    const auto info = devices::open_source(source, modality, {.frames_per_second = frames_per_second}, clock)->info();
    return {padded_width(info.width), padded_height(info.height)};
}

bool write_pictures(int file, Mailbox<RawPicture>& box, Clock& clock, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        auto picture = box.take(stop, look_for_the_end_every);
        pollfd gone{file, 0, 0};  // a reader that went is seen before there is a picture for it
        if (poll(&gone, 1, 0) > 0 && (gone.revents & POLLERR) != 0) return false;
        if (!picture) continue;
        while (unread(file) > 0 && clock.wait_until(clock.now() + look_into_the_pipe_every, stop))
            if (poll(&gone, 1, 0) > 0 && (gone.revents & POLLERR) != 0) return false;
        if (stop.stop_requested()) return true;
        if (auto newer = box.take(stop, 0us)) picture = std::move(newer);
        if (!write_one_picture(file, **picture, stop)) return false;
    }
    return true;
}

std::string_view peer_source_help() {
    return R"(Usage: scialytic bench peer-source SOURCE MODALITY FRAMES_PER_SECOND [--size]

A source for pipelines that are not ours: its pictures as raw I420 on standard output, one after the other, each with the
in-picture code of the moment when it was captured in a strip below the image. A reader that is too slow loses pictures
and not time: the newest is the next, and the code's sequence tells what was left out. It ends when nobody reads any more.

  SOURCE            as everywhere: synthetic, synthetic?width=576&height=456, a path, gst: DESCRIPTION
  MODALITY          ultrasound or xray
  FRAMES_PER_SECOND 1 to 120; live sources keep their own
  --size            prints WIDTHxHEIGHT of the pictures, and ends
  --help            this text

Exit codes: 0 done, 1 failed, 2 wrong usage.
)";
}

int run_peer_source(const std::vector<std::string>& words) {
    const auto what = read_source_words(words);
    SystemClock clock;
    const Stopper stopper{0};
    const auto source =
        devices::open_source(what.source, what.modality, {.frames_per_second = what.frames_per_second}, clock);
    const auto info = source->info();
    const PeerSize size{padded_width(info.width), padded_height(info.height)};
    if (what.size_only) return fmt::print("{}x{}\n", size.width, size.height), 0;

    std::signal(SIGPIPE, SIG_IGN);
    fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
    // A whole picture in one go, where the system allows it.
    constexpr int most_for_anybody = 1 << 20;
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, std::min(size.width * size.height * 3 / 2, most_for_anybody));

    Mailbox<RawPicture> box;
    std::stop_source end;
    const std::stop_callback end_on_signal{stopper.token(), [&end] { end.request_stop(); }};
    std::exception_ptr trouble;
    std::jthread writer{[&] {
        try {
            write_pictures(STDOUT_FILENO, box, clock, end.get_token());
        } catch (...) {
            trouble = std::current_exception();
        }
        end.request_stop();
    }};
    try {
        read_pictures(*source, what, size, box, clock, end.get_token());
    } catch (...) {
        end.request_stop();
        throw;
    }
    writer.join();
    if (trouble) std::rethrow_exception(trouble);
    return 0;
}

}  // namespace bench
