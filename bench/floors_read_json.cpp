// "scialytic-floors-1" from a file that anybody may have written.
#include "bench/figure_names.hpp"
#include "bench/floors.hpp"
#include "bench/named_file.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace bench {

namespace {

using FloorsGiven = nlohmann::json;

constexpr int deepest_floors = 4;
constexpr std::size_t most_floor_hops = 1000;
constexpr double longest_floor_ms = 60'000;
constexpr double most_floor_count = 1e9;
constexpr double most_floor_pixels = 16'384;

[[noreturn]] void refuse_floors(std::string_view where, std::string_view why) {
    throw std::runtime_error(fmt::format("no floors of a benchmark: {}: {}", transport::plain_text(where, 200), why));
}

FloorsGiven parse_floors(std::string_view text) {
    std::vector<std::set<std::string>> keys;
    const auto watch = [&](int depth, FloorsGiven::parse_event_t event, FloorsGiven& parsed) {
        using Event = FloorsGiven::parse_event_t;
        if (depth > deepest_floors) refuse_floors("its brackets", fmt::format("more than {} deep", deepest_floors));
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second)
            refuse_floors(parsed.get<std::string>(), "is there twice");
        return true;
    };
    try {
        return FloorsGiven::parse(text, watch);
    } catch (const FloorsGiven::exception& error) {
        throw std::runtime_error(fmt::format("not JSON: {}", transport::plain_text(error.what(), 160)));
    }
}

/// An object with exactly these keys.
const FloorsGiven& with_keys(const FloorsGiven& given, const std::string& where, const std::set<std::string>& keys) {
    if (!given.is_object()) refuse_floors(where, "an object is needed");
    for (const auto& [key, value] : given.items())
        if (!keys.contains(key)) refuse_floors(where + "." + key, "is unknown");
    for (const auto& key : keys)
        if (!given.contains(key)) refuse_floors(where + "." + key, "is missing");
    return given;
}

std::string floor_words(const FloorsGiven& given, const std::string& where) {
    constexpr std::size_t most = 500;
    if (!given.is_string()) refuse_floors(where, "a text is needed");
    auto out = given.get<std::string>();
    if (out.size() > most || !transport::is_plain_text(out))
        refuse_floors(where, fmt::format("one line of at most {} bytes of UTF-8 is needed", most));
    return out;
}

double floor_number(const FloorsGiven& given, const std::string& where, double most) {
    const double value = given.is_number() ? given.get<double>() : std::numeric_limits<double>::quiet_NaN();
    if (!(value >= 0 && value <= most)) refuse_floors(where, fmt::format("a number from 0 to {:g} is needed", most));
    return value;
}

bool floor_flag(const FloorsGiven& given, const std::string& where) {
    if (!given.is_boolean()) refuse_floors(where, "true or false is needed");
    return given.get<bool>();
}

FloorCost cost_in(const FloorsGiven& given, const std::string& where) {
    with_keys(given, where, {"p50_ms", "p99_ms", "count"});
    return {floor_number(given["p50_ms"], where + ".p50_ms", longest_floor_ms),
            floor_number(given["p99_ms"], where + ".p99_ms", longest_floor_ms),
            static_cast<std::size_t>(floor_number(given["count"], where + ".count", most_floor_count))};
}

Floor floor_in(const FloorsGiven& given, const std::string& where) {
    with_keys(given, where, {"stream", "stage", "width", "height", "paced", "back_to_back"});
    Floor out;
    out.stream = floor_words(given["stream"], where + ".stream");
    if (!is_stream_name(out.stream)) refuse_floors(where + ".stream", "1 to 32 of a-z, 0-9, '_' and '-' are needed");
    const auto stage = floor_words(given["stage"], where + ".stage");
    const auto found = std::ranges::find(floor_stages(), stage, [](auto one) { return transport::name(one); });
    if (found == floor_stages().end()) refuse_floors(where + ".stage", "has no floor");
    out.stage = *found;
    out.width = static_cast<int>(floor_number(given["width"], where + ".width", most_floor_pixels));
    out.height = static_cast<int>(floor_number(given["height"], where + ".height", most_floor_pixels));
    out.paced = cost_in(given["paced"], where + ".paced");
    out.back_to_back = cost_in(given["back_to_back"], where + ".back_to_back");
    return out;
}

}  // namespace

Floors read_floors(std::string_view json) {
    if (json.size() > most_floors_bytes) refuse_floors("the file", "larger than 1 MiB");
    const auto given = parse_floors(json);
    with_keys(given, "top",
              {"format", "commit", "date", "machine", "codes", "threads", "real_time", "presented_by", "hops"});
    if (const auto format = floor_words(given["format"], "format"); format != floors_format)
        refuse_floors("format", fmt::format("'{}' is not '{}'", format, floors_format));
    Floors out;
    out.commit = floor_words(given["commit"], "commit");
    out.date = floor_words(given["date"], "date");
    out.machine = floor_words(given["machine"], "machine");
    out.codes = floor_flag(given["codes"], "codes");
    out.real_time = floor_flag(given["real_time"], "real_time");
    out.threads = static_cast<int>(floor_number(given["threads"], "threads", 1000));
    out.presented_by = floor_words(given["presented_by"], "presented_by");
    const auto& hops = given["hops"];
    if (!hops.is_array() || hops.size() > most_floor_hops)
        refuse_floors("hops", fmt::format("a list of at most {} is needed", most_floor_hops));
    for (const auto& hop : hops) {
        auto floor = floor_in(hop, fmt::format("hops[{}]", out.hops.size()));
        if (out.find(floor.stream, floor.stage) != nullptr) refuse_floors("hops", "two of one stream and stage");
        out.hops.push_back(std::move(floor));
    }
    return out;
}

Floors read_floors(const std::filesystem::path& path) {
    return read_named(path, [](std::istream& file) {
        std::string text(most_floors_bytes + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
        return read_floors(std::string_view{text});
    });
}

}  // namespace bench
