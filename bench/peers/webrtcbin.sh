#!/usr/bin/env bash
# The peer `webrtcbin`: plain webrtcbin on every hop, encrypted and with its own congestion feedback, as in a browser's.
#
#   source → x264enc → webrtcbin ──▶ 2 x webrtcbin → avdec_h264 → compositor → x264enc → webrtcbin ──▶ webrtcbin →
#   avdec_h264 → window
#
# Chosen for latency: encoder and compositor as gst_words.sh tells; a jitter buffer of 20 ms in place of webrtcbin's
# default of 200 (its property `latency`), as in gstreamer.sh; pictures only once there is a connection: the jitter buffer
# would keep the delay of those that waited for it, for minutes. Candidates of this machine alone, no STUN. It has
# encryption (DTLS-SRTP), but no repair and no congestion control unless one builds them, and no time stamps from end to
# end.
# https://gstreamer.freedesktop.org/documentation/webrtc/
# shellcheck source=bench/peers/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=bench/peers/gst_words.sh
. "$(dirname "$0")/gst_words.sh"
needs_gst webrtcbin gstreamer1.0-plugins-bad nicesink gstreamer1.0-nice dtlssrtpenc gstreamer1.0-plugins-bad
ready "$@"

hops=(ultrasound xray view)
for hop in "${hops[@]}"; do
    rm -f "$OUT/$hop.offer" "$OUT/$hop.answer"
    mkfifo "$OUT/$hop.offer" "$OUT/$hop.answer"
done

send() { echo "$gst_pay ! $gst_rtp ! webrtcbin name=$1 latency=20 bundle-policy=max-bundle"; }
bin() { echo "webrtcbin name=$1 latency=20 bundle-policy=max-bundle"; }
receive() { echo "rtph264depay name=${1}_in request-keyframe=true ! $gst_decode"; }
webrtc() { # name words…
    start "$1" "$SCIALYTIC" bench peer-webrtc "${@:2}"
}
capture() { # ultrasound|xray source frames/s
    webrtc "capture-$1" "valve name=${1}_valve drop=true ! $(gst_encode "$3" "$QUALITY") ! $(send "$1")" \
        --feed "$1" "$3" "$2" --send "$1" "$OUT"
}

webrtc display "$(bin view) $(receive view) ! $gst_show" --receive view "$OUT"
webrtc server "$(bin ultrasound) $(bin xray) $(gst_compose "$(receive xray)" "$(receive ultrasound)" \
    "valve name=view_valve drop=true ! $(gst_encode "$view_rate" "$VIEW_QUALITY") ! $(send view)")" \
    --receive ultrasound "$OUT" --receive xray "$OUT" --send view "$OUT"
capture ultrasound "$ULTRASOUND" "$RATE_ULTRASOUND"
capture xray "$XRAY" "$RATE_XRAY"
watch_children
