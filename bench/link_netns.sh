#!/usr/bin/env bash
# A server and nodes in network namespaces of their own, with the emulated radio in a third between them: every packet
# crosses real interfaces. The radio takes media (UDP) on their way; the bus (TCP) is routed past it.
#
#   node1 10.77.1.2 ──┐
#   node2 10.77.2.2 ──┼── air, `scialytic link` ── server 10.77.0.2
#   node3 10.77.3.2 ──┘
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
program=${SCIALYTIC:-$root/build/release/scialytic}
media_port=${MEDIA_PORT:-5004}
node_count=${NODES:-3}
folder=$root/out/link_netns
prefix=scialytic
server=10.77.0.2

help() {
    cat <<'HELP'
Usage: bench/link_netns.sh COMMAND

  up PROFILE [--key value …]  make the namespaces and start the radio with that profile;
                              keys as in `scialytic link --help`
  run PLACE COMMAND…          run a command at a place: server, air, node1, node2, …
  down                        end the radio, remove the namespaces, print the report's name

The server is 10.77.0.2 for everybody and must listen there:
  bench/link_netns.sh run server build/release/scialytic augment --listen 10.77.0.2
  bench/link_netns.sh run node1 build/release/scialytic capture --server 10.77.0.2

Environment: SCIALYTIC   the program [build/release/scialytic]
             NODES       how many nodes [3]
             MEDIA_PORT  UDP port that is the radio's [5004]
Needs root and iproute2. Exit codes: 0 done, 1 failed, 2 wrong usage.
HELP
}

fail() { echo "link_netns: $*" >&2; exit 1; }
wrong_usage() { echo "link_netns: $* (bench/link_netns.sh --help)" >&2; exit 2; }
at() { # place command…
    local place=$1
    shift
    ip netns exec "$prefix-$place" "$@"
}
exists() { ip netns list | grep -qE "^$prefix-$1( |$)"; }

# A namespace with one interface, eth0, and its other end in the air.
add_place() { # name number address-of-the-air address
    ip netns add "$prefix-$1"
    ip link add "$1" netns "$prefix-air" type veth peer name eth0 netns "$prefix-$1"
    at air ip address add "$3/30" dev "$1"
    at air ip link set "$1" up
    at "$1" ip address add "$4/30" dev eth0
    at "$1" ip link set lo up
    at "$1" ip link set eth0 up
    at "$1" ip route add default via "$3"
}

stop_radio() {
    [[ -f $folder/radio.pid ]] || return 0
    local radio
    radio=$(<"$folder/radio.pid")
    rm -f "$folder/radio.pid"
    [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$radio/cmdline") == *" link "* ]] || return 0
    kill "$radio"
    tail --pid="$radio" -f /dev/null # until its report is written
}

down() {
    stop_radio
    local place
    for place in $(ip netns list | awk '{print $1}' | grep "^$prefix-" || true); do ip netns delete "$place"; done
}

up() { # profile [--key value …]
    [[ $node_count =~ ^[1-9][0-9]?$ ]] || wrong_usage "NODES: '$node_count' is not allowed: 1 to 99"
    [[ -x $program ]] || fail "no program $program: build it, or name it with SCIALYTIC"
    down
    mkdir -p "$folder"
    rm -f "$folder/report.json"
    ip netns add "$prefix-air"
    at air ip link set lo up
    at air sysctl -qw net.ipv4.ip_forward=1
    add_place server 0 10.77.0.1 "$server"
    local i
    for ((i = 1; i <= node_count; i++)); do
        add_place "node$i" "$i" "10.77.$i.1" "10.77.$i.2"
        # Media for the server end here, at the radio, which answers in the server's name.
        at air ip rule add iif "node$i" ipproto udp dport "$media_port" lookup 100
    done
    at air ip route add local "$server" dev lo table 100

    local profile=$1
    shift
    ip netns exec "$prefix-air" "$program" link --profile "$profile" --listen "$server:$media_port" --server "$server:$media_port" \
        --out "$folder/report.json" "$@" >"$folder/radio.log" 2>&1 &
    local radio=$!
    echo "$radio" >"$folder/radio.pid"
    local port
    printf -v port '%04X' "$media_port"
    for ((i = 0; i < 100; i++)); do
        kill -0 "$radio" 2>/dev/null || break
        if grep -q ":$port " <(at air cat /proc/net/udp); then
            echo "link_netns: $profile between $node_count nodes and the server, log in ${folder#"$root/"}/radio.log"
            return
        fi
        sleep 0.1
    done
    tail -n 3 "$folder/radio.log" >&2
    down
    fail "the radio did not start"
}

command=${1:-}
if (($#)); then shift; fi
case $command in
    up)
        (($# >= 1)) || wrong_usage "up needs a profile"
        ((EUID == 0)) || fail "needs root"
        up "$@"
        ;;
    run)
        (($# >= 2)) || wrong_usage "run needs a place and a command"
        exists "$1" || fail "no place '$1': one of $(ip netns list | sed -n "s/^$prefix-\([a-z0-9]*\).*/\1/p" | xargs)"
        place=$1
        shift
        exec ip netns exec "$prefix-$place" "$@"
        ;;
    down)
        ((EUID == 0)) || fail "needs root"
        down
        [[ ! -f $folder/report.json ]] || echo "link_netns: report in ${folder#"$root/"}/report.json"
        ;;
    -h | --help) help ;;
    '') wrong_usage "which command?" ;;
    *) wrong_usage "no command '$command'" ;;
esac
