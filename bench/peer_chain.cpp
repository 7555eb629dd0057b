#include "bench/peer_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace bench {

using namespace transport;

namespace {

constexpr auto rtp_caps = "caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96";
constexpr auto payloader = "rtph264pay config-interval=0 aggregate-mode=zero-latency mtu=1200";
constexpr auto receive_buffer = "buffer-size=4194304";

/// The product's encoder settings: ultrafast, zero latency, intra refresh once a second, the same constant quantiser,
/// no psychovisual grain, no decimation. Below their ceilings both make the same bits of the same picture.
std::string encode(const PeerChain& chain, int quantiser) {
    return fmt::format(
        "x264enc speed-preset=ultrafast tune=zerolatency threads=2 sliced-threads=true intra-refresh={} "
        "key-int-max={} pass=quant quantizer={} option-string=scenecut=0:psy=0:no-dct-decimate=1 ! "
        "video/x-h264,stream-format=byte-stream",
        !chain.keyframes, std::max(10, chain.frames_per_second), quantiser);
}

std::string udp_sink(int port, int from) {
    const auto bound = from == 0 ? std::string{} : fmt::format("bind-port={} ", from);
    return fmt::format("udpsink host=127.0.0.1 port={} {}sync=false async=false", port, bound);
}

std::string send_by(const Hop& hop) {
    switch (hop.wire) {
        case Wire::udp: return fmt::format("{} ! {}", payloader, udp_sink(hop.to, hop.from));
        case Wire::rtpbin:
            return fmt::format(
                "{} ! out.send_rtp_sink_0 rtpbin name=out out.send_rtp_src_0 ! {} out.send_rtcp_src_0 ! {} "
                "udpsrc port={} ! out.recv_rtcp_sink_0",
                payloader, udp_sink(hop.to, hop.from), udp_sink(hop.reports_to_receiver, 0), hop.reports_to_sender);
        case Wire::srt:
            return fmt::format(
                "mpegtsmux alignment=7 ! srtsink uri=srt://127.0.0.1:{}?mode={} sync=false async=false {}",
                hop.receiver_calls ? hop.at : hop.to, hop.receiver_calls ? "listener" : "caller",
                hop.receiver_calls ? "wait-for-connection=false" : "");
    }
    return {};
}

/// `name`: of the stream, for elements that need one.
std::string receive_by(const Hop& hop, const std::string& name) {
    constexpr auto decode = "avdec_h264 thread-type=slice";
    switch (hop.wire) {
        case Wire::udp:
            return fmt::format("udpsrc port={} {} {} ! rtpjitterbuffer latency=20 ! rtph264depay ! {}", hop.at,
                               receive_buffer, rtp_caps, decode);
        case Wire::rtpbin:
            return fmt::format(
                "rtpbin name={0} udpsrc port={1} {2} {3} ! {0}.recv_rtp_sink_0 udpsrc port={4} ! {0}.recv_rtcp_sink_0 "
                "{0}.send_rtcp_src_0 ! {5} {0}. ! rtph264depay ! {6}",
                name, hop.at, receive_buffer, rtp_caps, hop.reports_to_receiver, udp_sink(hop.reports_to_sender, 0),
                decode);
        case Wire::srt:
            // The demultiplexer's own 700 ms are for broadcasts; 0 lets SRT's be all that is added.
            return fmt::format("srtsrc uri=srt://127.0.0.1:{}?mode={} ! tsdemux latency=0 ! h264parse ! {}",
                               hop.receiver_calls ? hop.to : hop.at, hop.receiver_calls ? "caller" : "listener",
                               decode);
    }
    return {};
}

}  // namespace

std::string raw(int width, int height, int frames_per_second) {
    return fmt::format(
        "video/x-raw,format=I420,width={},height={},framerate={}/1,colorimetry=bt601,"
        "pixel-aspect-ratio=1/1",
        width, height, frames_per_second);
}

std::string pane(int index, const Rect& where, double alpha) {
    return fmt::format(
        "sink_{0}::xpos={1} sink_{0}::ypos={2} sink_{0}::width={3} sink_{0}::height={4} "
        "sink_{0}::alpha={5}",
        index, where.x, where.y, where.width, where.height, alpha);
}

std::string peer_source(const PeerChain& chain, Modality modality) {
    return encode(chain, chain.quality) + " ! " + send_by(modality == Modality::xray ? chain.xray : chain.ultrasound);
}

std::vector<std::string> peer_server_command(const PeerChain& chain) {
    // A pad that feeds two of the compositor's must not wait for the other: a queue that never holds a picture back.
    const auto description = fmt::format(
        "compositor name=mix background=black force-live=true latency=0 ignore-inactive-pads=true {} {} {} "
        "! {} ! {} ! {} {} ! mix.sink_0 "
        "{} ! tee name=echo ! queue max-size-buffers=3 ! mix.sink_1 "
        "echo. ! queue max-size-buffers=3 ! mix.sink_2",
        pane(0, xray_picture), pane(1, echo_picture), pane(2, echo_overlay, 0.5),
        raw(chain_width, chain_height, chain.frames_per_second), encode(chain, chain.view_quality), send_by(chain.view),
        receive_by(chain.xray, "inx"), receive_by(chain.ultrasound, "inu"));
    std::vector<std::string> command{"gst-launch-1.0", "-q"};
    std::istringstream words{description};
    for (std::string word; words >> word;) command.push_back(word);
    return command;
}

std::string peer_view(const PeerChain& chain) {
    return receive_by(chain.view, "in");
}

}  // namespace bench
