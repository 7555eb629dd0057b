#include "bench/scenario_floors.hpp"

#include "bench/figures.hpp"
#include "bench/scenario_settings.hpp"
#include "devices/devices.hpp"

#include <fmt/format.h>

#include <limits>

namespace bench {

using namespace transport;

namespace {

constexpr double overhead_aim_ms = 3;

capture::SourceInfo info_of(const Scenario& scenario, Modality modality) {
    const auto& source = scenario.sources.at(modality);
    SystemClock clock;
    return devices::open_source(source.source, modality, {.frames_per_second = source.rate}, clock)->info();
}

}  // namespace

std::optional<PictureSizes> synthetic_sizes(const Scenario& scenario) {
    if (scenario.sources.size() != 2) return std::nullopt;
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        const auto found = scenario.sources.find(modality);
        if (found == scenario.sources.end() || !found->second.source.starts_with("synthetic")) return std::nullopt;
    }
    const auto echo = info_of(scenario, Modality::ultrasound);
    const auto xray = info_of(scenario, Modality::xray);
    return PictureSizes{echo.width,
                        echo.height,
                        xray.width,
                        xray.height,
                        whole_option(scenario, "canvas-width"),
                        whole_option(scenario, "canvas-height")};
}

std::optional<FloorOptions> floor_options(const Scenario& scenario) {
    const auto sizes = synthetic_sizes(scenario);
    if (!sizes || scenario.link != "loopback") return std::nullopt;
    FloorOptions out;
    out.codes = true;
    out.sizes = *sizes;
    out.threads = whole_option(scenario, "threads");
    out.quality = whole_option(scenario, "quality");
    out.view_quality = whole_option(scenario, "view-quality");
    out.present = scenario.screen ? "x11" : "headless";
    return out;
}

std::filesystem::path floors_file(const std::filesystem::path& folder, const std::string& scenario) {
    return folder / (scenario + "-floors.json");
}

std::vector<Row> overhead_rows(const BenchResult& result, const Floors& floors) {
    const auto figures = all_figures(result);
    std::vector<Row> rows;
    for (const auto& stream : result.streams) {
        const auto whole = find_figure(figures, fmt::format("g2g.{}.p50", stream.name));
        const auto codecs = codec_sum(floors, stream.name);
        const bool told = whole && whole->value && codecs;
        rows.push_back({fmt::format("codecs alone, {}, p50", stream.name),
                        codecs.value_or(std::numeric_limits<double>::quiet_NaN()), "ms"});
        rows.push_back({fmt::format("overhead over the codecs alone, {}, p50", stream.name),
                        told ? *whole->value - *codecs : std::numeric_limits<double>::quiet_NaN(), "ms",
                        overhead_aim_ms});
    }
    return rows;
}

}  // namespace bench
