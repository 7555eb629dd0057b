# shellcheck shell=bash disable=SC2154,SC2034 # common.sh sets the panes, the scripts use the words
# What the peers that are made of GStreamer's elements have in common, as gst-launch's words.
#
# Encoder: the product's settings, so that both make the same bits of the same picture: ultrafast, zero latency (no
# frames held back), two slice threads, intra refresh (no large keyframe to wait for), a constant quantiser, and x264's
# own parameters without psychovisual grain and decimation.
# Compositor: live, with no latency of its own; an input that has nothing does not hold the others up.
# Window: sync=false shows a picture when it comes, not when its time stamp says.
# https://gstreamer.freedesktop.org/documentation/x264/ , …/compositor/ , …/ximagesink/

gst_period() { # frames/s: pictures of one refresh, a second's, at least 10
    local whole
    whole=$(printf %.0f "$1")
    echo "$((whole < 10 ? 10 : whole))"
}

gst_encode() { # frames/s quantiser
    echo "x264enc speed-preset=ultrafast tune=zerolatency threads=2 sliced-threads=true intra-refresh=true" \
        "key-int-max=$(gst_period "$1") pass=quant quantizer=$2" \
        "option-string=scenecut=0:psy=0:no-dct-decimate=1 ! video/x-h264,stream-format=byte-stream"
}
gst_decode="avdec_h264 thread-type=slice"
gst_pay="rtph264pay config-interval=0 aggregate-mode=zero-latency mtu=1200"
gst_rtp="application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96"

gst_pane() { # pad x y width height [alpha]
    echo "sink_$1::xpos=$2 sink_$1::ypos=$3 sink_$1::width=$4 sink_$1::height=$5 sink_$1::alpha=${6:-1}"
}

# A pad that feeds two of the compositor's must not wait for the other: a queue that never holds a picture back.
gst_compose() { # words that give the X-ray, words that give the echo, words that take the canvas
    echo "compositor name=mix background=black force-live=true latency=0 ignore-inactive-pads=true" \
        "$(gst_pane 0 "$xray_x" "$xray_y" "$xray_pane_w" "$xray_pane_h")" \
        "$(gst_pane 1 "$echo_x" "$echo_y" "$echo_pane_w" "$echo_pane_h")" \
        "$(gst_pane 2 "$overlay_x" "$overlay_y" "$overlay_w" "$overlay_h" 0.5)" \
        "! video/x-raw,format=I420,width=$canvas_w,height=$canvas_h,framerate=$(printf %.0f "$view_rate")/1,colorimetry=bt601,pixel-aspect-ratio=1/1" \
        "! $3 $1 ! mix.sink_0 $2 ! tee name=echo ! queue max-size-buffers=3 ! mix.sink_1" \
        "echo. ! queue max-size-buffers=3 ! videocrop bottom=$((${ULTRASOUND_SIZE#*x} - image_h)) ! mix.sink_2"
}
gst_show="videoconvert ! ximagesink sync=false async=false"

# Words are divided at blanks; caps must not have any.
start_gst() { # name words…
    local name=$1 words
    shift
    read -ra words <<<"$*"
    start "$name" gst-launch-1.0 -q "${words[@]}"
}

# The source's pictures, encoded, into the words that send them.
start_gst_capture() { # ultrasound|xray words
    local source=$ULTRASOUND rate=$RATE_ULTRASOUND
    if [[ $1 == xray ]]; then source=$XRAY rate=$RATE_XRAY; fi
    start "capture-$1" "$SCIALYTIC" bench peer-capture "$1" "$rate" "$(gst_encode "$rate" "$QUALITY") ! $2" "$source"
}

needs_gst() { # element package, again and again
    needs gst-launch-1.0 gstreamer1.0-tools
    needs_element x264enc gstreamer1.0-plugins-ugly
    needs_element avdec_h264 gstreamer1.0-libav
    needs_element compositor gstreamer1.0-plugins-base
    needs_element ximagesink gstreamer1.0-x
    while (($# > 1)); do
        needs_element "$1" "$2"
        shift 2
    done
}
