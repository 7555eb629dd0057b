#include "bench/report.hpp"

#include "bench/explain.hpp"
#include "bench/report_page.hpp"
#include "bench/report_words.hpp"
#include "bench/scenario_floors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

namespace {

/// What a scenario leaves beside its results.
std::optional<Floors> floors_beside(const ReportedResult& result) {
    const auto file = floors_file(result.file.parent_path(), result.result.scenario);
    return std::filesystem::exists(file) ? std::optional{read_floors(file)} : std::nullopt;
}

}  // namespace

std::string_view report_help() {
    return R"(Usage: scialytic bench report RESULT.json… [--out FILE.html] [--title TEXT] [--worst N]

One page that needs no network and no scripts: every contender and judge side by side, single frames stage by stage, hops
and legs, histogram, CDF and percentiles, latency over time, what differs and whether it is more than noise, definitions,
conditions, and how to make it again. Results of one scenario share a chapter, in the order given; what is compared is
compared with the first. Beside RESULT.json are looked for its frames, RESULT.csv, and the raw data of its repeats,
RESULT/1, RESULT/2, …, and the scenario's floors, SCENARIO-floors.json, against which the page says in words where the
time goes; what is missing is named in the page. What other benchmarks wrote, as remote.json, becomes a table.

  --out FILE.html   where the page goes. Default: report.html beside the first result
  --title TEXT      the page's title. Default: the scenarios
  --worst N         how many of the worst frames of each stream are drawn stage by stage. 1 to 30, default 5
  --help            this text

Exit codes: 0 written, 1 a file is missing, malformed or cannot be written, 2 wrong usage.
)";
}

int run_report(const std::vector<std::string>& words) {
    const ReportWords given{"report", words, {"--out", "--title", "--worst"}, {}};
    if (given.files.empty() || given.files.size() > most_reported)
        given.refuse(
            fmt::format("wanted: 1 to {} results, [--out FILE.html] [--title TEXT] [--worst N]", most_reported));
    const Picking picking{given.number("--worst", 5, 1, 30), 1};
    std::vector<ReportedResult> results;
    std::vector<HouseRows> others;
    for (const auto& file : given.files) {
        if (auto rows = read_house_rows(file))
            others.push_back(std::move(*rows));
        else
            results.push_back(read_reported(file, picking));
    }
    label_apart(results);
    for (auto& one : results)
        if (one.has_lanes()) one.words = explain(one.result, floors_beside(one));
    const auto out = given.value("--out").value_or(
        (std::filesystem::path{given.files.front()}.parent_path() / "report.html").string());
    write_file(out, report_page(results, given.value("--title").value_or(""), others));
    for (const auto& one : results)
        for (const auto& line : one.not_shown) fmt::print(stderr, "{}\n", line);
    fmt::print("{}\n", out);
    return 0;
}

}  // namespace bench
