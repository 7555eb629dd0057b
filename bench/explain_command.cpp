#include "bench/explain.hpp"
#include "bench/word_values.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>

namespace bench {

using transport::UsageError;

namespace {

constexpr auto explain_text = R"(Usage: scialytic bench explain RESULT.json [--floors FILE]

Where is my time? Says of a result, stream by stream: which hop takes most at the median and which grows most at p99, how
much of it is the link's delay, the work itself measured alone, or queueing and scheduling; what we add to the codecs' own
times; what capturing and displaying in frames costs beside that; and which settings touch it, with their values. What
was not measured is said not to be.

  --floors FILE  what `scialytic bench floors` wrote on the same machine; default: out/bench/floors.json if it is there
  --help         this text

Exit codes: 0 explained, 2 wrong usage, or a file that is no result or holds no floors.
)";

/// A file that cannot be read, or is not what it should be, is wrong usage.
template <typename Read>
auto read_explained(Read read) {
    try {
        return read();
    } catch (const std::runtime_error& error) {
        throw UsageError{fmt::format("bench explain: {}", error.what())};
    }
}

std::optional<Floors> floors_for(const WordValues& given) {
    constexpr auto usual = "out/bench/floors.json";
    const std::filesystem::path path = given.text("--floors", usual);
    if (!given.has("--floors") && !std::filesystem::exists(path)) return std::nullopt;
    return read_explained([&] { return read_floors(path); });
}

}  // namespace

std::string_view explain_help() {
    return explain_text;
}

int run_explain(const std::vector<std::string>& words) {
    if (words.empty() || words.front().starts_with("--"))
        throw UsageError{"bench explain: wanted: RESULT.json [--floors FILE]"};
    const WordValues given{"bench explain", {words.begin() + 1, words.end()}, {"--floors"}};
    const auto result = read_explained([&] { return read_result(std::filesystem::path{words.front()}); });
    fmt::print("{}, {}: {}\n", result.scenario, result.contender, words.front());
    for (const auto& line : explain(result, floors_for(given))) fmt::print("- {}\n", line);
    return 0;
}

}  // namespace bench
