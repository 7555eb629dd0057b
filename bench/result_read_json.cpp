// "scialytic-bench-1" from a file that anybody may have written: a result that keeps what its struct promises, or one
// line that says what is wrong.
#include "bench/figure_names.hpp"
#include "bench/named_file.hpp"
#include "bench/result.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

namespace bench {

namespace {

using transport::Microseconds;
using GivenJson = nlohmann::json;

constexpr int deepest_result = 8;  // ours are 5 deep
constexpr std::size_t most_words = 500;
constexpr std::size_t most_pairs = 200;
constexpr std::size_t most_streams = 64;
constexpr std::size_t most_repeats = 1000;
constexpr std::int64_t longest_recorded_us = 60'000'000;
constexpr std::int64_t most_frames = 1'000'000'000'000;

[[noreturn]] void refuse_result(const std::string& where, std::string_view why) {
    throw std::runtime_error(fmt::format("no result of a benchmark: {}: {}", transport::plain_text(where, 200), why));
}

/// Refuses what nlohmann-json would take without a word: the same key twice, brackets without end.
GivenJson parse_strictly(std::string_view text) {
    std::vector<std::set<std::string>> keys;
    const auto watch = [&](int depth, GivenJson::parse_event_t event, GivenJson& parsed) {
        using Event = GivenJson::parse_event_t;
        if (depth > deepest_result) refuse_result("its brackets", fmt::format("more than {} deep", deepest_result));
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second)
            refuse_result(parsed.get<std::string>(), "is there twice");
        return true;
    };
    try {
        return GivenJson::parse(text, watch);
    } catch (const GivenJson::exception& error) {
        throw std::runtime_error(fmt::format("not JSON: {}", transport::plain_text(error.what(), 160)));
    }
}

/// An object whose every key must be taken.
class Part {
public:
    Part(const GivenJson& json, std::string where) : json_{json}, where_{std::move(where)} {
        if (!json.is_object()) refuse_result(where_, "an object is needed");
    }
    const GivenJson& take(const std::string& key) {
        taken_.insert(key);
        const auto found = json_.find(key);
        if (found == json_.end()) refuse_result(at(key), "is missing");
        return *found;
    }
    std::string words(const std::string& key, std::size_t least = 0, std::size_t most = most_words) {
        return words_in(take(key), at(key), least, most);
    }
    std::int64_t whole(const std::string& key, std::int64_t least, std::int64_t most) {
        return whole_in(take(key), at(key), least, most);
    }
    double number(const std::string& key, double least, double most) {
        const auto& given = take(key);
        const double value = given.is_number() ? given.get<double>() : std::numeric_limits<double>::quiet_NaN();
        if (!(value >= least && value <= most))
            refuse_result(at(key), fmt::format("a number from {:g} to {:g} is needed", least, most));
        return value;
    }
    /// null: nobody vouches.
    Microseconds bound(const std::string& key) {
        return take(key).is_null() ? no_clock : Microseconds{whole(key, 0, most_frames)};
    }
    const GivenJson& list(const std::string& key, std::size_t most) {
        const auto& given = take(key);
        if (!given.is_array() || given.size() > most)
            refuse_result(at(key), fmt::format("a list of at most {} is needed", most));
        return given;
    }
    std::map<std::string, std::string> pairs(const std::string& key) {
        const auto& given = take(key);
        if (!given.is_object() || given.size() > most_pairs)
            refuse_result(at(key), fmt::format("an object of at most {} keys is needed", most_pairs));
        std::map<std::string, std::string> out;
        for (const auto& [name, value] : given.items())
            out[words_in(name, at(key), 1, most_words)] = words_in(value, at(key) + "." + name, 0, most_words);
        return out;
    }
    void nothing_else() const {
        for (const auto& [key, value] : json_.items())
            if (!taken_.contains(key)) refuse_result(at(key), "is unknown");
    }
    [[nodiscard]] std::string at(const std::string& key) const { return where_.empty() ? key : where_ + "." + key; }

    static std::int64_t whole_in(const GivenJson& given, const std::string& where, std::int64_t least,
                                 std::int64_t most) {
        const bool fits = given.is_number_unsigned() &&
                          given.get<std::uint64_t>() >= static_cast<std::uint64_t>(least) &&
                          given.get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
        if (!fits) refuse_result(where, fmt::format("a whole number from {} to {} is needed", least, most));
        return given.get<std::int64_t>();
    }

private:
    static std::string words_in(const GivenJson& given, const std::string& where, std::size_t least, std::size_t most) {
        if (!given.is_string()) refuse_result(where, "a text is needed");
        auto text = given.get<std::string>();
        if (text.size() < least || text.size() > most || !transport::is_plain_text(text))
            refuse_result(where, fmt::format("one line of {} to {} bytes of UTF-8 is needed", least, most));
        return text;
    }

    const GivenJson& json_;
    std::string where_;
    std::set<std::string> taken_;
};

MeasuredStream stream_in(const GivenJson& given, const std::string& where) {
    Part part{given, where};
    MeasuredStream out;
    out.name = part.words("name");
    if (!is_stream_name(out.name)) refuse_result(part.at("name"), "1 to 32 of a-z, 0-9, '_' and '-' are needed");
    out.period = Microseconds{part.whole("period_us", 1, longest_recorded_us)};
    Part clock{part.take("clock"), part.at("clock")};
    out.clock.basis = clock.words("basis");
    out.clock.bound = clock.bound("bound_us");
    clock.nothing_else();
    part.nothing_else();
    return out;
}

Distribution distribution_in(const GivenJson& given, const std::string& where) {
    Part part{given, where};
    Distribution out;
    out.unknown = static_cast<std::uint64_t>(part.whole("unknown", 0, most_frames));
    out.bound = part.bound("bound_us");
    if (out.bound == no_clock) refuse_result(part.at("bound_us"), "what was counted has a bound");
    out.worst_bound = part.bound("worst_bound_us");
    constexpr std::size_t most_numbers = 40'000;  // a histogram has half as many buckets
    const auto& histogram = part.list("histogram", most_numbers);
    if (histogram.size() % 2 != 0) refuse_result(part.at("histogram"), "µs and counts in turn are needed");
    for (std::size_t i = 0; i < histogram.size(); i += 2) {
        const auto least = out.buckets.empty() ? 0 : out.buckets.back().us + 1;
        const auto us = Part::whole_in(histogram[i], part.at("histogram"), least, longest_recorded_us);
        const auto count = Part::whole_in(histogram[i + 1], part.at("histogram"), 1, most_frames);
        out.buckets.push_back({us, static_cast<std::uint64_t>(count)});
    }
    part.nothing_else();
    return out;
}

/// The keys that distributions and numbers may have with these streams.
std::set<std::string> known_keys(const std::vector<MeasuredStream>& streams, bool of_numbers) {
    std::set<std::string> out;
    const auto add = [&](const std::string& what, const std::string& statistic, bool per_stream) {
        if (!per_stream) out.insert(figure_key(what, "", statistic));
        if (per_stream)
            for (const auto& stream : streams) out.insert(figure_key(what, stream.name, statistic));
    };
    if (of_numbers)
        for (const auto& kind : number_kinds()) add(kind.what, kind.statistic, kind.per_stream);
    else
        for (const auto& kind : duration_kinds()) add(kind.what, "", kind.per_stream);
    return out;
}

RepeatFigures repeat_in(const GivenJson& given, const std::string& where, const std::set<std::string>& durations_known,
                        const std::set<std::string>& numbers_known) {
    constexpr double most_seconds = 1e7;
    constexpr double largest = 1e15;
    Part part{given, where};
    RepeatFigures out;
    out.seconds = part.number("seconds", 0, most_seconds);
    Part durations{part.take("durations"), part.at("durations")};
    for (const auto& key : durations_known)
        if (part.take("durations").contains(key))
            out.distributions[key] = distribution_in(durations.take(key), durations.at(key));
    durations.nothing_else();
    Part numbers{part.take("numbers"), part.at("numbers")};
    for (const auto& key : numbers_known)
        if (part.take("numbers").contains(key)) out.numbers[key] = numbers.number(key, -largest, largest);
    numbers.nothing_else();
    part.nothing_else();
    return out;
}

Row row_in(const GivenJson& given, const std::string& where) {
    constexpr auto most = std::numeric_limits<double>::max();
    Part part{given, where};
    Row out;
    out.name = part.words("name", 1);
    const bool is_number = !part.take("value").is_null();
    out.value = is_number ? part.number("value", -most, most) : std::numeric_limits<double>::quiet_NaN();
    out.unit = part.words("unit");
    if (!part.take("goal").is_null()) out.goal = part.number("goal", -most, most);
    const auto& met = part.take("met");
    if (out.goal ? !met.is_boolean() : !met.is_null()) refuse_result(part.at("met"), "true or false with a goal alone");
    // Which way the bar lies is not written down: "met" tells it.
    if (out.goal && out.met() != met.get<bool>()) out.bar = Bar::at_least;
    part.nothing_else();
    return out;
}

}  // namespace

BenchResult read_result(std::string_view json) {
    if (json.size() > most_result_bytes) refuse_result("the file", "larger than 32 MiB");
    const auto given = parse_strictly(json);
    Part part{given, ""};
    if (const auto format = part.words("format"); format != result_format)
        refuse_result("format", fmt::format("'{}' is not '{}'", format, result_format));
    BenchResult out;
    out.scenario = part.words("scenario", 1);
    out.contender = part.words("contender", 1);
    out.house.commit = part.words("commit");
    out.house.date = part.words("date");
    out.house.machine = part.words("machine");
    out.judge = part.words("judge");
    out.presented_by = part.words("presented_by");
    out.grid = part.words("grid");
    constexpr double fastest_cm_per_s = 1000;
    out.motion_cm_per_s = part.number("motion_cm_per_s", 0, fastest_cm_per_s);
    out.seed = static_cast<std::uint64_t>(part.whole("seed", 0, std::numeric_limits<std::int64_t>::max()));
    out.settings = part.pairs("settings");
    out.versions = part.pairs("versions");
    for (const auto& stream : part.list("streams", most_streams)) {
        out.streams.push_back(stream_in(stream, fmt::format("streams[{}]", out.streams.size())));
        if (std::ranges::count(out.streams, out.streams.back().name, &MeasuredStream::name) > 1)
            refuse_result("streams", "two of one name");
    }
    static_cast<void>(part.list("figures", std::numeric_limits<std::size_t>::max()));  // made again when wanted
    for (const auto& row : part.list("rows", most_repeats))
        out.house.rows.push_back(row_in(row, fmt::format("rows[{}]", out.house.rows.size())));
    const auto durations = known_keys(out.streams, false);
    const auto numbers = known_keys(out.streams, true);
    for (const auto& repeat : part.list("repeats", most_repeats))
        out.repeats.push_back(repeat_in(repeat, fmt::format("repeats[{}]", out.repeats.size()), durations, numbers));
    part.nothing_else();
    return out;
}

BenchResult read_result(const std::filesystem::path& path) {
    return read_named(path, [](std::istream& file) {
        std::string text(most_result_bytes + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
        return read_result(std::string_view{text});
    });
}

}  // namespace bench
