#!/usr/bin/env bash
# The peer `openigtlink`: raw images over TCP, as PLUS Toolkit sends them to 3D Slicer; who receives fuses and shows.
#
#   source → IMAGE message → TCP ──▶ 2 x IMAGE message → compositor → window
#
# Chosen for latency: no codec at all; uncompressed 8-bit grey, as PLUS sends B-mode and fluoroscopy; the library's own
# sockets, which send at once (TCP_NODELAY); the newest image wins where the window is slower. The check sum of each
# message is made and checked, as Slicer does unless it is told not to. 67 Mbit/s for 576x488 pixels at 30/s: made for a
# cable in a room. It has no encryption, no answer to a slow link but a growing queue in TCP, and no time stamps beyond
# the window of who receives.
# http://openigtlink.org/developers/spec , http://perk-software.cs.queensu.ca/plus/doc/nightly/user/
# shellcheck source=bench/peers/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=bench/peers/gst_words.sh
. "$(dirname "$0")/gst_words.sh"
needs_gst compositor gstreamer1.0-plugins-base
"${SCIALYTIC:-scialytic}" bench peer-openigtlink --check 2>/dev/null ||
    fail "needs a build with OpenIGTLink: apt-get install libopenigtlink-dev, then build again"
ready "$@"

serve() { # ultrasound|xray port source frames/s
    start "server-$1" "$SCIALYTIC" bench peer-openigtlink send "$2" "$1" "$4" "$3"
}
images() { # ultrasound|xray WIDTHxHEIGHT frames/s
    echo "appsrc name=$1 is-live=true do-timestamp=true format=time max-buffers=1 leaky-type=downstream" \
        "caps=video/x-raw,format=GRAY8,width=${2%x*},height=${2#*x},framerate=$3/1"
}

serve ultrasound "${ports[0]}" "$ULTRASOUND" "$RATE_ULTRASOUND"
serve xray "${ports[1]}" "$XRAY" "$RATE_XRAY"
wait_for_port tcp "${ports[0]}"
wait_for_port tcp "${ports[1]}"
start display "$SCIALYTIC" bench peer-openigtlink show \
    "$(gst_compose "$(images xray "$XRAY_SIZE" "$RATE_XRAY")" \
        "$(images ultrasound "$ULTRASOUND_SIZE" "$RATE_ULTRASOUND")" "$gst_show")" \
    "${ports[0]}" "$ULTRASOUND_SIZE" "${ports[1]}" "$XRAY_SIZE"
watch_children
