// What a skilled person writes in an afternoon: one synthetic picture, encoded and sent in one hop, its tone beside it
// on the same peer connection, every setting the default but tune=zerolatency.
#include "bench/gst_rtc.hpp"
#include "bench/plain_page.hpp"
#include "bench/remote_room.hpp"
#include "bench/stopper.hpp"
#include "devices/devices.hpp"
#include "transport/handle.hpp"
#include "transport/options.hpp"
#include "transport/timecode.hpp"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

using PlainElement = Handle<GstElement, gst_object_unref>;

/// As many pixels as our page gets: the picture, the strip below it.
Pixels pixels_in(std::vector<std::uint8_t>& memory, int width, int height) {
    memory.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3 / 2, 128);
    const auto luma = static_cast<std::ptrdiff_t>(width) * height;
    Pixels out;
    out.width = width;
    out.height = height;
    out.planes = {
        {{memory.data(), width}, {memory.data() + luma, width / 2}, {memory.data() + luma + luma / 4, width / 2}}};
    return out;
}

std::string read_sdp() {
    std::string out;
    for (std::string line; std::getline(std::cin, line) && line != ".";) {
        if (line.ends_with('\r')) line.pop_back();
        out += line + "\r\n";
    }
    return out;
}

}  // namespace

int run_plain_page(const std::vector<std::string>& words) {
    if (!words.empty()) throw UsageError{"bench plain-page: wants no words"};
    const Stopper stopper{0};
    SystemClock clock;
    gst_init(nullptr, nullptr);
    const auto source = devices::open_source(fmt::format("synthetic?width={}&height={}", remote_width, remote_height),
                                             Modality::xray, {.frames_per_second = rate_of(Modality::xray)}, clock);
    const int width = padded_width(remote_width);
    const int height = padded_height(remote_height);
    const auto strip = timecode_rect(remote_height);
    GError* error = nullptr;
    const PlainElement pipeline{gst_parse_launch(
        fmt::format("webrtcbin name=rtc "
                    "appsrc name=in is-live=true do-timestamp=true format=time max-buffers=1 leaky-type=downstream "
                    "caps=video/x-raw,format=I420,width={},height={},framerate={}/10 ! "
                    "x264enc tune=zerolatency ! video/x-h264,profile=constrained-baseline ! rtph264pay ! "
                    "application/x-rtp,media=video,encoding-name=H264,payload=96 ! rtc. "
                    "audiotestsrc is-live=true ! opusenc ! rtpopuspay ! "
                    "application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! rtc.",
                    width, height, std::lround(10 * rate_of(Modality::xray)))
            .c_str(),
        &error)};
    const Handle<GError, g_error_free> owned{error};
    if (!pipeline || error != nullptr)
        throw std::runtime_error(fmt::format("GStreamer: {}", error != nullptr ? error->message : "no pipeline"));
    const PlainElement rtc{gst_bin_get_by_name(GST_BIN(pipeline.get()), "rtc")};
    const PlainElement in{gst_bin_get_by_name(GST_BIN(pipeline.get()), "in")};
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    bool said = false;
    std::vector<std::uint8_t> memory;
    auto picture = pixels_in(memory, width, height);
    for (std::uint32_t sequence = 0; !stopper.token().stop_requested(); ++sequence) {
        Frame frame;
        if (source->next(frame, stopper.token()) != capture::Reading::ready) continue;
        const auto captured = clock.now();
        for (int y = 0; y < remote_height; ++y)
            std::memcpy(picture.row(0, y), frame.pixels->row(0, y), static_cast<std::size_t>(remote_width));
        write_timecode(picture, strip.x, strip.y, {2, sequence, microseconds(captured)});
        gst_app_src_push_buffer(GST_APP_SRC(in.get()), gst_buffer_new_memdup(memory.data(), memory.size()));
        if (std::exchange(said, true)) continue;
        fmt::print("{{\"x\":{},\"y\":{},\"width\":{},\"height\":{}}}\n{}\n.\n", strip.x, strip.y, strip.width,
                   strip.height, offer_of(rtc.get()));
        std::fflush(stdout);
        take_answer(rtc.get(), read_sdp());
    }
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return 0;
}

}  // namespace bench
