#include "bench/remote.hpp"

#include "bench/stopper.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr auto remote_text = R"(Usage: scialytic bench remote [--key value ...]

A room of two synthetic streams (ultrasound 800x600, X-ray 512x512, 15/s each), one fused picture of 640x360, an OR display,
and the remote session beside it, each a process with keys of its own. A real headless Chromium watches as a colleague
whose microphone is on, over this machine's own address. Judged by the code in the pixels that are shown, from captured
to when the browser expects the picture on the panel. Nothing else should run meanwhile.

  --seconds N     length of each measurement, after the warm-up. 10 to 3600, default 20
  --only LIST     sections, divided by commas, default all
                  browser    the page by itself: its latency, its bound, whether codes and stamps agree
                  plain      beside it a plain <video> that webrtcbin sends to in one hop, every setting its default
                  draw       a stroke in a page, until its video and the OR display show it
                  midband    the page, with the radio private-midband between captures and server
                  eight      eight viewers, one the browser, seven by WHEP without a decoder; what the OR display notices
                  janus      twenty viewers of half the size, one the browser, through a Janus gateway; 8/s each source
                  churn      people come and go by WHEP and by WebSocket: memory, descriptors and children of
                             share, and what the OR display notices
  --joins N       of the churn. 100 to 100000, default 500
  --out DIR       where remote.json goes, and a folder with the logs of every section. Default out/bench
  --help          this text

Chromium, Node.js and what npm brought for the page are needed by all but churn.
Exit codes: 0 measured (the table says which goals were met), 1 failed, 2 wrong usage.
)";

struct NamedSection {
    std::string_view name;
    RemoteSection (*measure)(const RemoteOptions& options, RemoteSoFar& so_far);
};
constexpr std::array named_sections{NamedSection{"browser", browser_section}, NamedSection{"plain", plain_section},
                                    NamedSection{"draw", draw_section},       NamedSection{"midband", midband_section},
                                    NamedSection{"eight", eight_section},     NamedSection{"janus", janus_section},
                                    NamedSection{"churn", churn_section}};

template <typename Number>
Number remote_number(std::string_view key, std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
        throw UsageError{fmt::format("bench remote: {}: '{:.80}' is not in {} to {}", key, text, least, most)};
    return value;
}

std::vector<std::string> remote_names(std::string_view text) {
    std::vector<std::string> names;
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        const auto name = text.substr(0, comma);
        if (!std::ranges::count(remote_sections(), name))
            throw UsageError{fmt::format("bench remote: --only: '{:.80}' is unknown; allowed: {}", name,
                                         fmt::join(remote_sections(), ", "))};
        names.emplace_back(name);
        if (comma == text.size()) return names;
        text.remove_prefix(comma + 1);
    }
}

void write_remote(const std::filesystem::path& path, const Results& results) {
    std::ofstream file{path};
    file << to_json(results);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

}  // namespace

bool RemoteOptions::wants(std::string_view section) const {
    return only.empty() || std::ranges::count(only, section) > 0;
}

const std::vector<std::string_view>& remote_sections() {
    static const auto names = [] {
        std::vector<std::string_view> all;
        for (const auto& section : named_sections) all.push_back(section.name);
        return all;
    }();
    return names;
}

RemoteOptions read_remote_options(const std::vector<std::string>& arguments) {
    RemoteOptions options;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        const auto& key = arguments[i];
        constexpr std::array keys{"--seconds", "--only", "--joins", "--out"};
        if (std::ranges::find(keys, key) == keys.end())
            throw UsageError{fmt::format("bench remote: '{:.80}' is unknown; allowed: {}", key, fmt::join(keys, ", "))};
        if (i + 1 == arguments.size()) throw UsageError{fmt::format("bench remote: {} wants a value", key)};
        const auto& value = arguments[i + 1];
        if (key == "--seconds") options.seconds = remote_number(key, value, 10.0, 3600.0);
        if (key == "--joins") options.joins = remote_number(key, value, 100, 100'000);
        if (key == "--only") options.only = remote_names(value);
        if (key == "--out" && value.empty()) throw UsageError{"bench remote: --out wants a folder"};
        if (key == "--out") options.out = value;
    }
    return options;
}

std::string remote_help() {
    return remote_text;
}

int run_remote(const std::vector<std::string>& arguments) {
    auto options = read_remote_options(arguments);
    std::filesystem::create_directories(options.out);
    const Stopper stopper{0};
    options.stop = stopper.token();
    options.progress = std::make_shared<Progress>();
    const auto path = options.out / "remote.json";
    auto results = results_here();
    RemoteSoFar so_far;
    std::string left_out;
    for (const auto& [name, measure] : named_sections) {
        if (!options.wants(name)) continue;
        const auto section = measure(options, so_far);
        results.rows.insert(results.rows.end(), section.rows.begin(), section.rows.end());
        for (const auto& line : section.left_out) left_out += fmt::format("left out: {}: {}\n", name, line);
        write_remote(path, results);  // what is measured stays, whatever fails later
    }
    options.progress.reset();
    fmt::print("{}\n{}{}\n", to_table(results), left_out, path.string());
    return 0;
}

}  // namespace bench
