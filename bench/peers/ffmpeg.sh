#!/usr/bin/env bash
# The peer `ffmpeg`: FFmpeg's own command lines, RTP over UDP.
#
#   source → ffmpeg (libx264) → RTP ──▶ ffmpeg (2 x h264, scale, overlay, libx264) → RTP ──▶ ffmpeg (h264, SDL window)
#
# Chosen for latency, each against a wait that the usual command line has:
# - encoder: ultrafast, zerolatency, intra refresh, constant quantiser: the product's own settings;
# - slices that fit a packet, each handed to the decoder by itself (noparse, chunks): FFmpeg's H.264 parser, which RTP and
#   MPEG-TS otherwise go through, knows the end of a picture only when the next one begins, a frame later;
# - both sources in one SDP, so that the server has one input: with two, ffmpeg asks them in turn every 10 ms;
# - nobuffer, low_delay, no analysis, no frame threads: https://ffmpeg.org/ffmpeg-formats.html , …/ffmpeg-codecs.html ;
# - overlay waits for the other input's next picture, to know which is nearer in time: up to a period for the X-ray, which
#   makes the pictures, and a whole one for the echo. Times here are those of arrival, the echo's half a period later:
#   whichever way the two sources' phases fall, the cheaper of waiting and of taking the echo before is what happens;
# - the window by ffmpeg's SDL device, not ffplay, which looks for a new picture every 10 ms; drawn by SDL itself into shared
#   memory: where there is no graphics card, its OpenGL costs 15 ms a picture more; on one thread: with two, ffmpeg's raw
#   pictures leave it a picture late.
# It has no repair, no feedback, no time stamps from end to end.
# shellcheck source=bench/peers/common.sh
. "$(dirname "$0")/common.sh"
needs ffmpeg ffmpeg
ffmpeg -hide_banner -devices 2>/dev/null | grep -q sdl2 || fail "needs an ffmpeg with SDL: apt-get install ffmpeg"
ready "$@"

quiet=(-hide_banner -nostdin -loglevel warning)
low_delay=(-protocol_whitelist "file,udp,rtp" -fflags "nobuffer+noparse+nofillin" -flags low_delay -flags2 chunks
    -threads 2 -thread_type slice -probesize 32 -analyzeduration 0 -max_delay 0 -reorder_queue_size 0 -buffer_size 4194304
    -listen_timeout 60) # seconds for the first picture: the sources draw theirs before

encode=() # frames/s quantiser: sets it
encode_as() {
    local period
    period=$(printf '%.0f' "$1")
    encode=(-c:v libx264 -preset ultrafast -tune zerolatency -threads 2 -qp "$2" -g "$((period < 10 ? 10 : period))"
        -x264-params "intra-refresh=1:scenecut=0:psy=0:no-dct-decimate=1:slice-max-size=1150:repeat-headers=1"
        -fps_mode passthrough -an)
}

# RTP's reports go to the port after it.
sdp() { # file port…
    local file=$1 port
    shift
    printf 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' >"$file"
    for port in "$@"; do
        printf 'm=video %d RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n' "$port" >>"$file"
    done
}
sdp "$OUT/view.sdp" "${ports[4]}"
sdp "$OUT/sources.sdp" "${ports[0]}" "${ports[2]}"

arrival="settb=1/1000000,setpts=RTCTIME-$(date +%s)000000"
half_a_period=$(awk '{ printf "%d", 500000 / $1 }' <<<"$RATE_ULTRASOUND")
compose="[0:1]$arrival,scale=$xray_pane_w:$xray_pane_h:flags=bilinear,pad=$canvas_w:$canvas_h:$xray_x:${xray_y}[xray];
[0:0]$arrival+$half_a_period,split[echo][over];
[echo]scale=$echo_pane_w:$echo_pane_h:flags=bilinear[alone];
[over]crop=$ultrasound_w:$image_h:0:0,scale=$overlay_w:$overlay_h:flags=bilinear,format=yuva420p,lutyuv=a=128[half];
[xray][alone]overlay=$echo_x:${echo_y}[both];[both][half]overlay=$overlay_x:$overlay_y,format=yuv420p[view]"

SDL_FRAMEBUFFER_ACCELERATION=0 SDL_RENDER_DRIVER=software start display ffmpeg "${quiet[@]}" "${low_delay[@]}" -i "$OUT/view.sdp" \
    -fps_mode passthrough -pix_fmt yuv420p -threads 1 -f sdl2 -window_x 0 -window_y 0 -window_borderless 1 view
wait_for_port udp "${ports[4]}"
encode_as "$view_rate" "$VIEW_QUALITY"
start server ffmpeg "${quiet[@]}" "${low_delay[@]}" -i "$OUT/sources.sdp" -filter_complex "$compose" -map "[view]" \
    "${encode[@]}" -enc_time_base 1:90000 -f rtp "rtp://127.0.0.1:${ports[4]}?pkt_size=1200"
wait_for_port udp "${ports[0]}"
wait_for_port udp "${ports[2]}"

capture() { # ultrasound|xray WIDTHxHEIGHT frames/s port
    local pipe
    pipe=$(pipe "$1")
    start_source "$1" "$pipe"
    encode_as "$3" "$QUALITY"
    start "encode-$1" ffmpeg "${quiet[@]}" -fflags nobuffer -probesize 32 -analyzeduration 0 -f rawvideo \
        -pix_fmt yuv420p -video_size "$2" -framerate "$3" -use_wallclock_as_timestamps 1 -i "$pipe" \
        "${encode[@]}" -enc_time_base 1:90000 -f rtp "rtp://127.0.0.1:$4?pkt_size=1200"
}
capture ultrasound "$ULTRASOUND_SIZE" "$RATE_ULTRASOUND" "${ports[0]}"
capture xray "$XRAY_SIZE" "$RATE_XRAY" "${ports[2]}"
watch_children
