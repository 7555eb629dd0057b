#include "bench/explain.hpp"

#include "bench/explain_settings.hpp"
#include "bench/explain_stream.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace bench {

namespace {

std::string quantisation_words(const BenchResult& result, const std::vector<Told>& figures) {
    const auto text = [&](const std::string& name) {
        const auto figure = find_figure(figures, name);
        return figure && figure->value ? fmt::format("{:.1f} ms", *figure->value) : std::string{"unknown"};
    };
    std::string rates;
    for (const auto& stream : result.streams)
        rates += fmt::format("{}{} {:g}/s", rates.empty() ? "" : ", ", stream.name,
                             std::round(1e7 / static_cast<double>(stream.period.count())) / 10);
    return fmt::format(
        "Beside all that, and in none of the figures above: a gesture falls anywhere within a source's frame, {} on "
        "the "
        "mean and {} at worst before it is captured; a picture waits {} on the mean and {} at worst for the screen's "
        "refresh. `frames-per-second` ({}): twice as many halve the first; a screen of 120 Hz halves the second.",
        text("quantisation.capture_mean"), text("quantisation.capture_worst"), text("quantisation.display_mean"),
        text("quantisation.display_worst"), rates);
}

std::string floors_words(const BenchResult& result, const Floors& floors) {
    std::string out =
        fmt::format("Floors: {} threads, {} the in-picture code, presented by {}, commit {}, {}.", floors.threads,
                    floors.codes ? "with" : "without", floors.presented_by, floors.commit, floors.date);
    if (floors.machine != result.house.machine)
        out += fmt::format(" Careful: they are another machine's ({}) than the result's ({}).", floors.machine,
                           result.house.machine);
    return out;
}

}  // namespace

std::vector<std::string> explain(const BenchResult& result, const std::optional<Floors>& floors) {
    std::vector<std::string> out;
    const auto figures = all_figures(result);
    const auto link = link_floor(result);
    const auto* given = floors ? &*floors : nullptr;
    for (const auto& stream : result.streams)
        for (auto& line : explain_stream({result, figures, stream.name, given, link})) out.push_back(std::move(line));
    out.push_back(quantisation_words(result, figures));
    if (floors) out.push_back(floors_words(result, *floors));
    return out;
}

}  // namespace bench
