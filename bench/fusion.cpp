#include "bench/fusion.hpp"

#include "bench/fusion_accuracy.hpp"
#include "bench/fusion_gpu.hpp"
#include "bench/fusion_lag.hpp"
#include "bench/fusion_moving.hpp"
#include "bench/fusion_speed.hpp"
#include "bench/fusion_tip.hpp"
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

using transport::UsageError;

namespace {

constexpr auto fusion_text = R"(Usage: scialytic bench fusion [--key value ...]

One fused picture of 1920x1080 from an X-ray picture of 1024x1024 and an echo of 800x600, both new in every frame and
in the codecs' own planar YUV: the product's way, with an echo that stands and one that moves in perspective, beside the
straightforward one (to BGR, warpPerspective, applyColorMap, addWeighted, back), in turns on the same machine. Nothing
else should run meanwhile.

  --seconds N     of each contender in every round, after a tenth of it to warm up. 0.1 to 600, default 2
  --rounds R      medians over them are reported; ratios are those within a round. 1 to 100, default 5
  --only LIST     sections, divided by commas, default all of them:
{}  --out DIR       where fusion.json goes. Default out/bench
  --help          this text

Exit codes: 0 measured (the table says which goals were met), 1 failed, 2 wrong usage.
)";

FusionFigures fusion_accuracy(const FusionOptions& options) {
    options.say("registration in drawn exposures");
    return {accuracy_rows({}), {}};
}

FusionFigures fusion_on_gpu(const FusionOptions& options) {
    const auto say = [&](const std::string& what) { options.say(what); };
    auto figures = gpu_figures(say, options.stop);
    FusionFigures out{std::move(figures.rows), {}};
    if (!figures.missing.empty()) out.missing.push_back(std::move(figures.missing));
    return out;
}

/// A part of the benchmark that can be run alone.
struct FusionSection {
    std::string_view name;
    std::string_view help;
    FusionFigures (*figures)(const FusionOptions& options);
};
constexpr std::array fusion_parts{
    FusionSection{"speed", "a frame's time on the processor, and the straightforward way's", fusion_speed},
    FusionSection{"accuracy", "the probe found and followed in drawn exposures whose truth is known; minutes",
                  fusion_accuracy},
    FusionSection{"moving", "a beating, breathing phantom in real time: targets of the echo against their shadows",
                  fusion_moving},
    FusionSection{"tip", "the catheter's tip clicked and followed, hidden and withdrawn: error, false tracking, time",
                  fusion_tip},
    FusionSection{"lag", "the lag of a device, found in motions and pictures whose truth is known, and in a recording",
                  fusion_lag},
    FusionSection{"gpu", "upload, kernel and download on the GPU, for one operating room, 8 and 32", fusion_on_gpu},
};

template <typename Number>
Number fusion_number(std::string_view key, std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
        throw UsageError{fmt::format("bench fusion: {}: '{:.80}' is not in {} to {}", key, text, least, most)};
    return value;
}

std::vector<std::string> fusion_names(std::string_view text) {
    std::vector<std::string> names;
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        const auto name = text.substr(0, comma);
        if (std::ranges::find(fusion_parts, name, &FusionSection::name) == fusion_parts.end())
            throw UsageError{fmt::format("bench fusion: --only: '{:.80}' is unknown; allowed: {}", name,
                                         fmt::join(fusion_sections(), ", "))};
        names.emplace_back(name);
        if (comma == text.size()) return names;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

void FusionOptions::say(const std::string& what) const {
    if (progress) progress->begin(what);
}

std::vector<std::string_view> fusion_sections() {
    std::vector<std::string_view> names;
    for (const auto& part : fusion_parts) names.push_back(part.name);
    return names;
}

FusionOptions read_fusion_options(const std::vector<std::string>& arguments) {
    FusionOptions options;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        const auto& key = arguments[i];
        constexpr std::array keys{"--seconds", "--rounds", "--only", "--out"};
        if (std::ranges::find(keys, key) == keys.end())
            throw UsageError{fmt::format("bench fusion: '{:.80}' is unknown; allowed: {}", key, fmt::join(keys, ", "))};
        if (i + 1 == arguments.size()) throw UsageError{fmt::format("bench fusion: {} wants a value", key)};
        const auto& value = arguments[i + 1];
        if (key == "--seconds") options.seconds = fusion_number(key, value, 0.1, 600.0);
        if (key == "--rounds") options.rounds = fusion_number(key, value, 1, 100);
        if (key == "--only") options.only = fusion_names(value);
        if (key == "--out" && value.empty()) throw UsageError{"bench fusion: --out wants a folder"};
        if (key == "--out") options.out = value;
    }
    return options;
}

std::string fusion_help() {
    std::string parts;
    for (const auto& part : fusion_parts) parts += fmt::format("{:18}{:<10}{}\n", "", part.name, part.help);
    return fmt::format(fmt::runtime(fusion_text), parts);
}

int run_fusion(const std::vector<std::string>& arguments) {
    auto options = read_fusion_options(arguments);
    std::filesystem::create_directories(options.out);
    const Stopper stopper{0};
    options.stop = stopper.token();
    options.progress = std::make_shared<Progress>();
    auto results = results_here();
    std::vector<std::string> missing;
    for (const auto& part : fusion_parts) {
        if (!options.only.empty() && std::ranges::count(options.only, part.name) == 0) continue;
        const auto figures = part.figures(options);
        results.rows.insert(results.rows.end(), figures.rows.begin(), figures.rows.end());
        missing.insert(missing.end(), figures.missing.begin(), figures.missing.end());
    }
    options.progress.reset();

    const auto path = options.out / "fusion.json";
    std::ofstream file{path};
    file << to_json(results);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    fmt::print("{}\n", to_table(results));
    for (const auto& line : missing) fmt::print("{}\n", line);
    fmt::print("{}\n", path.string());
    return 0;
}

}  // namespace bench
