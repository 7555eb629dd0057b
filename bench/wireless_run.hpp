// One measured run over emulated radios: started, watched, ended, judged.
//
//   captures ──▶ relay (up) ──▶ server ──▶ another relay (down) ──▶ display
#pragma once

#include "bench/peer_chain.hpp"
#include "bench/relay_report.hpp"
#include "bench/wireless_figures.hpp"
#include "transport/latency.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Who carries the pictures.
enum class Carrier : unsigned char { product, rtpbin, srt };
[[nodiscard]] std::string_view name(Carrier carrier);

/// What all of them are given: the same sources, the same quantisers.
struct Load {
    int frames_per_second = 30;
    int quality = 26;                  ///< of the sources
    int view_quality = 28;             ///< of the picture that the server makes
    int max_kbit_per_s = 12'000;       ///< of each source; the product's ceiling
    int view_max_kbit_per_s = 20'000;  ///< the product's ceiling
};

struct RadioRun {
    Carrier carrier = Carrier::product;
    std::vector<std::string> profiles;  ///< one for each path; a peer takes the first alone
    Load load;
    double seconds = 20;  ///< measured, after the warm-up
    int seed = 1;         ///< the radio of the uplink's first path; the others follow
    std::filesystem::path out;
    std::function<void(double seconds_left)> progress;  ///< several times a second
};

struct RadioResult {
    std::map<transport::Modality, ShownStream> streams;
    double fused_percent = 0;  ///< no number for a peer: it does not say what it trusts
    /// The delay of the radio itself, both hops of the first path: p50 of a whole picture of that source on the way up,
    /// and of the picture made for the display on the way down. Empty for a peer.
    std::map<transport::Modality, double> picture_by_link_ms;
    std::vector<RelayFigures> up;     ///< the relays of the uplink, path by path
    std::vector<RelayFigures> down;   ///< of the downlink
    transport::Histogram bare_timer;  ///< of this machine, meanwhile
    double cpu_s_per_minute = 0;      ///< all processes but the relays
    std::vector<Span> outages;  ///< the radio's own while measured, of all paths and hops; those that overlap are one
    std::optional<double> slowest_return_ms;  ///< of either stream; nothing without an outage
    std::optional<double> slowest_live_ms;    ///< the same until the display says LIVE; nothing for a peer
};

/// Blocks for the run's length and what starting takes. Throws std::runtime_error naming the log of what failed, or
/// "stopped".
[[nodiscard]] RadioResult run_over_radio(const RadioRun& run, std::stop_token stop);

}  // namespace bench
