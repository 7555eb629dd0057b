#include "bench/gst_peer_webrtc.hpp"

#include "bench/gst_line.hpp"
#include "bench/gst_peer.hpp"
#include "bench/gst_rtc.hpp"
#include "devices/devices.hpp"
#include "transport/handle.hpp"
#include "transport/options.hpp"
#include "transport/timecode.hpp"

#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

using RtcElement = Handle<GstElement, gst_object_unref>;

/// One webrtcbin of the pipeline, and the folder where its offer and its answer are handed over.
struct RtcHop {
    std::string name;
    bool sends = false;
    std::filesystem::path folder;
};

struct RtcWords {
    std::string pipeline;
    std::vector<RtcHop> hops;
    struct Feed {
        Modality modality{};
        double frames_per_second = 0;
        std::string source;
    };
    std::optional<Feed> feed;
};

RtcWords read_rtc_words(const std::vector<std::string>& words) {
    constexpr auto wanted =
        "bench peer-webrtc: wanted: WORDS [--feed MODALITY FRAMES_PER_SECOND SOURCE] "
        "[--send NAME FOLDER]... [--receive NAME FOLDER]...";
    if (words.empty()) throw UsageError{wanted};
    RtcWords out{.pipeline = words[0]};
    for (std::size_t i = 1; i < words.size();) {
        const auto left = words.size() - i;
        if ((words[i] == "--send" || words[i] == "--receive") && left >= 3) {
            out.hops.push_back({words[i + 1], words[i] == "--send", words[i + 2]});
            i += 3;
        } else if (words[i] == "--feed" && left >= 4) {
            const auto modality = modality_named(words[i + 1]);
            const auto& rate = words[i + 2];
            double frames_per_second = 0;
            const auto read = std::from_chars(rate.data(), rate.data() + rate.size(), frames_per_second);
            if (!modality || read.ec != std::errc{} || !(frames_per_second >= 1 && frames_per_second <= 120))
                throw UsageError{wanted};
            out.feed = {*modality, frames_per_second, words[i + 3]};
            i += 4;
        } else {
            throw UsageError{wanted};
        }
    }
    return out;
}

/// A named pipe or a file; waits until somebody writes.
std::string read_description(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (text.empty()) throw std::runtime_error(fmt::format("no description comes out of {}", path.string()));
    return text;
}

void write_description(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file{path};
    file << text;
    file.close();
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

/// What is received goes into the element NAME_in.
void on_received(GstElement* /*rtc*/, GstPad* pad, gpointer element) noexcept {
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
    const Handle<GstPad, gst_object_unref> into{gst_element_get_static_pad(GST_ELEMENT(element), "sink")};
    if (into && gst_pad_is_linked(into.get()) == FALSE) gst_pad_link(pad, into.get());
}

void connect_hop(GstElement* rtc, const RtcHop& hop) {
    const auto offer = hop.folder / (hop.name + ".offer");
    const auto answer = hop.folder / (hop.name + ".answer");
    if (hop.sends) {
        write_description(offer, offer_of(rtc));
        take_answer(rtc, read_description(answer));
    } else {
        write_description(answer, answer_to(rtc, read_description(offer)));
    }
}

/// Pictures that were made before there is a way for them would be sent late, and the receiver would take their delay
/// for the way's own: the valve NAME_valve opens when they can be sent.
void open_when_connected(GstLine& line, const RtcHop& hop) {
    constexpr int look_every_ms = 5;
    constexpr int most_looks = 6000;
    const RtcElement rtc{line.element(hop.name)};
    GstWebRTCPeerConnectionState state{};
    for (int looks = 0; state != GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED; ++looks) {
        if (looks == most_looks) throw std::runtime_error(fmt::format("webrtcbin {}: no connection", hop.name));
        line.wait(look_every_ms);
        g_object_get(rtc.get(), "connection-state", &state, nullptr);
    }
    g_object_set(RtcElement{line.element(hop.name + "_valve")}.get(), "drop", FALSE, nullptr);
}

}  // namespace

std::string_view peer_webrtc_help() {
    return R"(Usage: scialytic bench peer-webrtc WORDS [--feed MODALITY FRAMES_PER_SECOND SOURCE]
                                       [--send NAME FOLDER]... [--receive NAME FOLDER]...

A GStreamer pipeline with webrtcbins in it, as gst-launch takes it, and their signalling: who sends offers. Descriptions
are handed over whole, with all candidates, in FOLDER/NAME.offer and FOLDER/NAME.answer: named pipes, made by who starts
both ends. Runs until a signal ends it.

  --feed      pictures of that source with the in-picture code enter at the left end of WORDS
  --send      the webrtcbin NAME sends, and the valve NAME_valve opens when it can
  --receive   the webrtcbin NAME receives; what comes goes into the element NAME_in
  --help      this text

Exit codes: 1 failed, 2 wrong usage.
)";
}

int run_peer_webrtc(const std::vector<std::string>& words) {
    const auto what = read_rtc_words(words);
    SystemClock clock;
    std::unique_ptr<capture::Source> source;
    auto pipeline = what.pipeline;
    if (what.feed) {
        source = devices::open_source(what.feed->source, what.feed->modality,
                                      {.frames_per_second = what.feed->frames_per_second}, clock);
        const auto info = source->info();
        pipeline =
            peer_input(padded_width(info.width), padded_height(info.height), what.feed->frames_per_second, true) +
            " ! " + pipeline;
    }
    GstLine line{pipeline};
    std::vector<RtcElement> kept;
    for (const auto& hop : what.hops) {
        if (hop.sends) continue;
        kept.emplace_back(line.element(hop.name + "_in"));
        const RtcElement rtc{line.element(hop.name)};
        g_signal_connect(rtc.get(), "pad-added", G_CALLBACK(&on_received), kept.back().get());
    }
    line.play();
    for (const auto& hop : what.hops) connect_hop(RtcElement{line.element(hop.name)}.get(), hop);
    for (const auto& hop : what.hops)
        if (hop.sends) open_when_connected(line, hop);
    if (source) feed(line, *source, what.feed->modality, clock, {});
    constexpr int look_every_ms = 1000;
    while (true) line.wait(look_every_ms);
}

}  // namespace bench
