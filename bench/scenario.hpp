// What is measured: the sources, the link, the displays, how long and how often. Read from YAML; the command line may
// set every key again, or sweep over it.
#pragma once

#include "transport/frame.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

struct ScenarioSource {
    std::string source = "synthetic";  ///< as devices::open_source takes it
    double rate = 30;                  ///< frames/s; what a live source is expected to give
    bool operator==(const ScenarioSource&) const = default;
};

struct Scenario {
    std::string name;   ///< of its file; of results
    std::string title;  ///< one line for people
    std::map<transport::Modality, ScenarioSource> sources;
    std::string link = "loopback";               ///< or a profile of `scialytic link`, by name or file
    int displays = 1;                            ///< the first is judged; the others receive and do not decode
    std::map<std::string, std::string> options;  ///< keys of docs/example.yaml, for every program that they concern
    bool screen = false;  ///< the display shows a window, and the screen watcher judges beside the code
    std::vector<std::string> peers;
    std::vector<std::string> goals;  ///< of the product, as lines of a budget: "g2g.p99 <= 16.7ms"
    std::string reference;           ///< requirements to be told beside the figures: "3gpp", or none
    double seconds = 10;             ///< of a repeat, measured
    double warm_up = 2;              ///< s, after every source has been seen
    int repeats = 4;
    int seed = 1;   ///< of the link
    int cores = 2;  ///< that it wants: fewer, and it is left out unless it is named
    std::string sweep;
    std::vector<std::string> sweep_values;
    bool operator==(const Scenario&) const = default;
};

/// One key of the file, of --set or of --sweep; of the file's groups "ultrasound.rate". `rate` alone is every source's.
/// Throws transport::UsageError naming key, value and what is allowed, after `where`.
void set_scenario_key(Scenario& scenario, const std::string& key, const std::string& value, const std::string& where);

/// YAML, at most 64 KiB. Throws transport::UsageError naming `file`, and the key.
[[nodiscard]] Scenario read_scenario(std::string_view yaml, const std::string& file);

/// What cannot be measured as it stands: no source, peers over a radio, …
/// Throws transport::UsageError with one line.
void check_scenario(const Scenario& scenario);

/// One for each value that is swept over, named "NAME-KEY-VALUE"; the scenario itself when nothing is.
[[nodiscard]] std::vector<Scenario> variants(const Scenario& scenario);

/// Everything that was set, for a result's settings: key → value, in the file's own words.
[[nodiscard]] std::map<std::string, std::string> scenario_settings(const Scenario& scenario);

/// The goals as the text of a budget file.
[[nodiscard]] std::string goal_lines(const Scenario& scenario);

/// 1 ultrasound, 2 X-ray, 3 camera: what a capture node calls its stream.
[[nodiscard]] constexpr transport::StreamId stream_id(transport::Modality modality) {
    return static_cast<transport::StreamId>(1 + static_cast<int>(modality));
}

// Those that come with the program.

/// In the order in which they are run.
[[nodiscard]] std::vector<Scenario> shipped_scenarios();
/// A shipped one by name, or a file by path. Throws transport::UsageError naming those that there are.
[[nodiscard]] Scenario find_scenario(const std::string& name);

}  // namespace bench
