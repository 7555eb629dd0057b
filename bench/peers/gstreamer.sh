#!/usr/bin/env bash
# The peer `gstreamer`: what a skilled person builds by hand from GStreamer's elements, RTP over UDP.
#
#   source → x264enc → RTP ──▶ 2 x avdec_h264 → compositor → x264enc → RTP ──▶ avdec_h264 → window
#
# Chosen for latency: encoder and compositor as gst_words.sh tells; RTP payloads sent as they are made (zero-latency
# aggregation); a jitter buffer of 20 ms in place of the default 200, which on a quiet wire hands on what comes in order
# at once, and only bounds how long a gap is waited for. It has no repair, no feedback, no time stamps from end to end.
# https://gstreamer.freedesktop.org/documentation/rtp/rtph264pay.html , …/rtpmanager/rtpjitterbuffer.html
# shellcheck source=bench/peers/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=bench/peers/gst_words.sh
. "$(dirname "$0")/gst_words.sh"
needs_gst rtpjitterbuffer gstreamer1.0-plugins-good
ready "$@"

send() { echo "$gst_pay ! udpsink host=127.0.0.1 port=$1 sync=false async=false"; }
receive() {
    echo "udpsrc address=127.0.0.1 port=$1 buffer-size=4194304 caps=$gst_rtp ! rtpjitterbuffer latency=20 !" \
        "rtph264depay ! $gst_decode"
}

# Nobody asks for a first picture again: who receives is there before who sends.
start_gst display "$(receive "${ports[2]}") ! $gst_show"
wait_for_port udp "${ports[2]}"
start_gst server "$(gst_compose "$(receive "${ports[1]}")" "$(receive "${ports[0]}")" \
    "$(gst_encode "$view_rate" "$VIEW_QUALITY") ! $(send "${ports[2]}")")"
wait_for_port udp "${ports[0]}"
wait_for_port udp "${ports[1]}"
start_gst_capture ultrasound "$(send "${ports[0]}")"
start_gst_capture xray "$(send "${ports[1]}")"
watch_children
