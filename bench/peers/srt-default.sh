#!/usr/bin/env bash
# The peer `srt-default`: as SRT is mostly used, MPEG-TS and the default latency of 125 ms a hop.
#
#   source → x264enc → MPEG-TS → SRT ──▶ 2 x avdec_h264 → compositor → x264enc → MPEG-TS → SRT ──▶ avdec_h264 → window
#
# Left as it comes: GStreamer's latency of 125 ms for SRT, made for the public internet. Chosen for latency: the
# demultiplexer's own 700 ms, which are for broadcasts, are 0 here, so that SRT's are all that is added; encoder and
# compositor as gst_words.sh tells. Repair within that latency; no encryption here; no time stamps from end to end.
# https://gstreamer.freedesktop.org/documentation/srt/ , …/mpegtsdemux/tsdemux.html
# shellcheck source=bench/peers/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=bench/peers/gst_words.sh
. "$(dirname "$0")/gst_words.sh"
needs_gst srtsink gstreamer1.0-plugins-bad mpegtsmux gstreamer1.0-plugins-bad
ready "$@"

send() { echo "mpegtsmux alignment=7 ! srtsink uri=srt://127.0.0.1:$1?mode=caller sync=false async=false"; }
receive() { echo "srtsrc uri=srt://127.0.0.1:$1?mode=listener ! tsdemux latency=0 ! h264parse ! $gst_decode"; }

start_gst display "$(receive "${ports[2]}") ! $gst_show"
wait_for_port udp "${ports[2]}"
start_gst server "$(gst_compose "$(receive "${ports[1]}")" "$(receive "${ports[0]}")" \
    "$(gst_encode "$view_rate" "$VIEW_QUALITY") ! $(send "${ports[2]}")")"
wait_for_port udp "${ports[0]}"
wait_for_port udp "${ports[1]}"
start_gst_capture ultrasound "$(send "${ports[0]}")"
start_gst_capture xray "$(send "${ports[1]}")"
watch_children
