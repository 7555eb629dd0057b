# shellcheck shell=bash disable=SC2034,SC2153 # the scripts use the panes; the runner sets PORTS
# What every peer's script begins with: its needs, its processes, where the panes are. Sourced, never run by itself.
#
# The environment of a script:
#   SCIALYTIC                      path of the program
#   ULTRASOUND, XRAY               sources as `scialytic bench peer-source` takes them
#   ULTRASOUND_SIZE, XRAY_SIZE     WIDTHxHEIGHT of their pictures with the code's strip
#   RATE_ULTRASOUND, RATE_XRAY     frames/s
#   CANVAS                         WIDTHxHEIGHT of what is shown
#   QUALITY, VIEW_QUALITY          H.264 quantisers of the sources and of the view
#   PORTS                          8 free ports, UDP and TCP, divided by blanks
#   OUT                            folder for logs and pipes
#   DISPLAY                        X screen of the one window
# With --check it only tells what is missing: one line and 1, or nothing and 0.
set -euo pipefail
export LC_ALL=C
peer=$(basename "$0" .sh)
told_to=2 # where the one line goes
fail() { echo "$peer: $*" >&"$told_to"; exit 1; }

needs() { # program package
    command -v "$1" >/dev/null || fail "needs $1: apt-get install $2"
}

needs_element() { # GStreamer's element, package
    gst-inspect-1.0 --exists --atleast-version=0.0 "$1" || fail "needs GStreamer's $1: apt-get install $2"
}

declare -A children=() # name of every process by its id

# Every child is told to end, and killed when it does not within 3 s. They also die with this shell, however that ends.
end_children() {
    local pid left
    for pid in "${!children[@]}"; do kill -TERM "$pid" || true; done
    for ((left = 60; left > 0; --left)); do
        jobs -pr | grep -q . || break
        sleep 0.05
    done
    for pid in "${!children[@]}"; do kill -KILL "$pid" || true; done
    wait || true
}

# Runs what follows in the background; NAME.log in OUT takes what it says. Where INPUT and OUTPUT are set, they are its own.
start() { # name command…
    local name=$1
    shift
    setpriv --pdeathsig KILL -- "$@" <"${INPUT:-/dev/null}" >"${OUTPUT:-$OUT/$name.log}" 2>>"$OUT/$name.log" 3>&- &
    children[$!]=$name
}

# The source's raw pictures, into a pipe.
start_source() { # ultrasound|xray pipe
    local source=$ULTRASOUND rate=$RATE_ULTRASOUND
    if [[ $1 == xray ]]; then source=$XRAY rate=$RATE_XRAY; fi
    OUTPUT=$2 start "source-$1" "$SCIALYTIC" bench peer-source "$source" "$1" "$rate"
}

pipe() { # name: makes it anew, prints its path
    rm -f "$OUT/$1.pipe"
    mkfifo "$OUT/$1.pipe"
    echo "$OUT/$1.pipe"
}

child_ended() { # id code
    fail "${children[$1]} ended with $2: see $OUT/${children[$1]}.log"
}

# Until one ends, which is a failure, or until we are told to end, which is not.
watch_children() {
    local code=0 pid=
    wait -n -p pid || code=$?
    child_ended "$pid" "$code"
}

wait_for_port() { # udp|tcp port
    local hex left pid code=0
    hex=$(printf '%04X' "$2")
    for ((left = 600; left > 0; --left)); do
        if grep -qsE "^ *[0-9]+: [0-9A-F]+:$hex " "/proc/net/$1" "/proc/net/${1}6"; then return; fi
        for pid in "${!children[@]}"; do
            if kill -0 "$pid"; then continue; fi
            wait "$pid" || code=$?
            child_ended "$pid" "$code"
        done
        sleep 0.05
    done
    fail "nobody listens on ${1^^} port $2: see $OUT"
}

fit() { # WIDTHxHEIGHT box_width box_height: the largest of its shape that fits, even, as "width height"
    local width=${1%x*} height=${1#*x}
    if ((width * $3 > height * $2)); then
        echo "$(($2 / 2 * 2)) $(($2 * height / width / 2 * 2))"
    else
        echo "$(($3 * width / height / 2 * 2)) $(($3 / 2 * 2))"
    fi
}

even() { echo "$(($1 - $1 % 2))"; }

# As the product's `fused` layout: the X-ray left, the echo alone right, the echo (without its strip) half over the X-ray.
place_panes() {
    local strip=32 left
    canvas_w=${CANVAS%x*} canvas_h=${CANVAS#*x}
    # The faster of the two makes the pictures.
    view_rate=$(printf '%s\n' "$RATE_ULTRASOUND" "$RATE_XRAY" | sort -g | tail -n 1)
    ultrasound_w=${ULTRASOUND_SIZE%x*} image_h=$((${ULTRASOUND_SIZE#*x} - strip))
    left=$(even $((canvas_w * 674 / 1280)))
    read -r xray_pane_w xray_pane_h < <(fit "$XRAY_SIZE" "$left" "$canvas_h")
    xray_x=$(even $(((left - xray_pane_w) / 2))) xray_y=$(even $(((canvas_h - xray_pane_h) / 2)))
    read -r echo_pane_w echo_pane_h < <(fit "$ULTRASOUND_SIZE" $((canvas_w - left)) $((canvas_h * 14 / 15)))
    echo_x=$left echo_y=$(even $((canvas_h / 15)))
    read -r overlay_w overlay_h < <(fit "${ultrasound_w}x$image_h" $((left * 3 / 5)) $((canvas_h / 2)))
    overlay_x=$((xray_x + $(even $((left / 5))))) overlay_y=$(even $((canvas_h * 5 / 18)))
}

# What the script does after its needs: ready "$@".
ready() {
    if [[ ${1:-} == --check ]]; then exit 0; fi
    local name
    for name in SCIALYTIC ULTRASOUND XRAY ULTRASOUND_SIZE XRAY_SIZE RATE_ULTRASOUND RATE_XRAY CANVAS QUALITY \
        VIEW_QUALITY PORTS OUT DISPLAY; do
        [[ -n ${!name:-} ]] || fail "needs $name in the environment"
    done
    read -ra ports <<<"$PORTS"
    ((${#ports[@]} >= 8)) || fail "needs 8 ports in PORTS, not ${#ports[@]}"
    mkdir -p "$OUT"
    place_panes
    # The shell itself has something to say of every process that is killed.
    exec 3>&2 2>>"$OUT/script.log"
    told_to=3
    trap 'exit 0' TERM INT
    trap end_children EXIT
}
