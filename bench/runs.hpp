// One measured run of the product, or of its peer: started, watched, ended, judged.
#pragma once

#include "bench/codes.hpp"
#include "bench/quality.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class Contender : unsigned char { product, peer };
[[nodiscard]] std::string_view name(Contender contender);

inline constexpr std::chrono::seconds path_warm_up{2};  ///< after both streams are shown

/// Memory of all processes of a run together, once a second from the first judged picture on.
struct Resident {
    double second = 0;
    long kib = 0;
};

struct RunSettings {
    Contender contender = Contender::product;
    int frames_per_second = 30;
    double seconds = 20;  ///< measured, after the warm-up
    std::filesystem::path out;
    bool watch_memory = false;
    std::function<void(double seconds_left)> progress;  ///< several times a second
};

struct RunResult {
    std::map<transport::Modality, StreamFigures> streams;
    double cpu_s_per_minute = 0;   ///< all processes, user and system, while measuring
    double wire_mbit_per_s = 0;    ///< both hops, RTP, UDP and IP headers included: all that crossed the loopback
    std::vector<Quality> samples;  ///< of the echo's pane
    std::vector<Resident> resident;
};

/// Blocks for the run's length and what starting takes. `echo_references`: by run_references. Throws
/// std::runtime_error naming the log of what failed, or "stopped".
[[nodiscard]] RunResult measure(const RunSettings& settings, const std::vector<Luma>& echo_references,
                                std::stop_token stop);
/// What the contender's echo pane shows when nothing is encoded, for every frame of the source's loop.
[[nodiscard]] std::vector<Luma> run_references(Contender contender, int frames_per_second);

}  // namespace bench
