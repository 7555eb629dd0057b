// `scialytic bench wireless`: the whole path over emulated radios, beside rtpbin and SRT over the same radios.
#pragma once

#include "bench/progress.hpp"
#include "bench/rows.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct WirelessOptions {
    double seconds = 20;            ///< of each run, measured, after the warm-up
    int rounds = 1;                 ///< of everything
    int seed = 1;                   ///< of the radios
    std::vector<std::string> only;  ///< sections and contenders by name; empty: all of them
    std::filesystem::path out = "out/bench";
    // of whoever runs it
    std::shared_ptr<Progress> progress;  ///< null: nobody looks
    std::stop_token stop{};

    /// A section of the benchmark (wireless_sections). Names of contenders alone leave every section in.
    [[nodiscard]] bool wants_section(std::string_view name) const;
    /// "product", "rtpbin" or "srt".
    [[nodiscard]] bool wants_contender(std::string_view name) const;
    /// Where the files of a run go.
    [[nodiscard]] std::filesystem::path folder(std::string_view run) const { return out / "wireless" / run; }
};

/// In the order in which they are run.
[[nodiscard]] const std::vector<std::string_view>& wireless_sections();
/// `arguments` after "wireless". Throws transport::UsageError with one line.
[[nodiscard]] WirelessOptions read_wireless_options(const std::vector<std::string>& arguments);
[[nodiscard]] std::string wireless_help();
/// Blocks; writes wireless.json, prints the table. Throws std::runtime_error naming the log of what failed.
int run_wireless(const std::vector<std::string>& arguments);

}  // namespace bench
