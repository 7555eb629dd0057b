#!/usr/bin/env bash
# The peer `srt`: as gstreamer.sh, over SRT with as little latency as it takes.
#
#   source → x264enc → RTP → SRT ──▶ 2 x avdec_h264 → compositor → x264enc → RTP → SRT ──▶ avdec_h264 → window
#
# Chosen for latency: SRT hands everything on so long after it was sent, and asks again for what is lost meanwhile. Its
# documentation recommends 3 to 4 round trips, 1 ms is the least (0 means the default): on a loopback whose round trip is
# below 0.1 ms, 1 ms it is. RTP inside SRT, a packet a message: MPEG-TS would hold a picture of more than 64 kB back until
# the next one begins. Encoder and compositor as gst_words.sh tells. Repair within that latency; no encryption here; no
# time stamps from end to end.
# https://github.com/Haivision/srt/blob/master/docs/API/API-socket-options.md (SRTO_RCVLATENCY),
# https://github.com/Haivision/srt/discussions/2532 , https://gstreamer.freedesktop.org/documentation/srt/
# shellcheck source=bench/peers/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=bench/peers/gst_words.sh
. "$(dirname "$0")/gst_words.sh"
needs_gst srtsink gstreamer1.0-plugins-bad
ready "$@"

send() { echo "$gst_pay ! srtsink uri=srt://127.0.0.1:$1?mode=caller latency=1 sync=false async=false"; }
receive() {
    echo "srtsrc uri=srt://127.0.0.1:$1?mode=listener latency=1 ! $gst_rtp ! rtpjitterbuffer latency=20 !" \
        "rtph264depay ! $gst_decode"
}

start_gst display "$(receive "${ports[2]}") ! $gst_show"
wait_for_port udp "${ports[2]}"
start_gst server "$(gst_compose "$(receive "${ports[1]}")" "$(receive "${ports[0]}")" \
    "$(gst_encode "$view_rate" "$VIEW_QUALITY") ! $(send "${ports[2]}")")"
wait_for_port udp "${ports[0]}"
wait_for_port udp "${ports[1]}"
start_gst_capture ultrasound "$(send "${ports[0]}")"
start_gst_capture xray "$(send "${ports[1]}")"
watch_children
