// `scialytic bench remote`: what a browser shows, how old it is, and what the operating room notices of it.
#pragma once

#include "bench/progress.hpp"
#include "bench/remote_page.hpp"
#include "bench/rows.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct RemoteOptions {
    double seconds = 20;            ///< of each measurement
    int joins = 500;                ///< of the churn
    std::vector<std::string> only;  ///< sections; empty: all of them
    std::filesystem::path out = "out/bench";
    // of whoever runs it
    std::shared_ptr<Progress> progress;  ///< null: nobody looks
    std::stop_token stop{};

    [[nodiscard]] bool wants(std::string_view section) const;
    void say(const std::string& what) const {
        if (progress) progress->begin(what);
    }
};

/// What one section measured, and what it could not.
struct RemoteSection {
    std::vector<Row> rows;
    std::vector<std::string> left_out;  ///< a line each, with the reason
    void add(const std::vector<Row>& more) { rows.insert(rows.end(), more.begin(), more.end()); }
};

/// The browser's figures of sections before: the ratios are made within one run.
struct RemoteSoFar {
    std::optional<PageFigures> browser;
};

/// In the order in which they are run.
[[nodiscard]] const std::vector<std::string_view>& remote_sections();
/// `arguments` after "remote". Throws transport::UsageError with one line.
[[nodiscard]] RemoteOptions read_remote_options(const std::vector<std::string>& arguments);
[[nodiscard]] std::string remote_help();
/// Blocks; writes remote.json after every section, prints the table. Throws std::runtime_error naming what failed.
int run_remote(const std::vector<std::string>& arguments);

// The sections. They throw std::runtime_error naming the folder with the logs of what failed, or "stopped".
[[nodiscard]] RemoteSection browser_section(const RemoteOptions& options, RemoteSoFar& so_far);
[[nodiscard]] RemoteSection midband_section(const RemoteOptions& options, RemoteSoFar& so_far);
[[nodiscard]] RemoteSection draw_section(const RemoteOptions& options, RemoteSoFar& so_far);
[[nodiscard]] RemoteSection plain_section(const RemoteOptions& options, RemoteSoFar& so_far);
[[nodiscard]] RemoteSection eight_section(const RemoteOptions& options, RemoteSoFar& so_far);
[[nodiscard]] RemoteSection janus_section(const RemoteOptions& options, RemoteSoFar& so_far);
[[nodiscard]] RemoteSection churn_section(const RemoteOptions& options, RemoteSoFar& so_far);

}  // namespace bench
