#include "transport/emulator/recordings.hpp"

#include "transport/options_schema.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>

namespace transport {

namespace {

constexpr std::uintmax_t largest_recording = 16U << 20U;
constexpr std::size_t most_values = 1'000'000;
constexpr double longest_ms = 60'000;
constexpr double longest_trace_s = 86'400;
constexpr std::string_view column_blanks = " \t\r,;";

/// A file by its lines; knows where it is for whoever complains.
class Lines {
public:
    explicit Lines(const std::string& file) : name_{file}, text_{file} {
        std::error_code error;
        const auto size = std::filesystem::file_size(file, error);
        if (error || !text_) throw UsageError{fmt::format("{}: cannot be read", name())};
        if (size > largest_recording) throw UsageError{fmt::format("{}: more than 16 MiB are not allowed", name())};
    }
    bool next(std::string& line) {
        while (std::getline(text_, line)) {
            ++number_;
            if (line.find_first_not_of(column_blanks) == std::string::npos) continue;
            if (++used_ > most_values) refuse("more than 1000000 lines are not allowed");
            return true;
        }
        return false;
    }
    [[noreturn]] void refuse(const std::string& reason) const {
        throw UsageError{fmt::format("{}:{}: {}", name(), number_, reason)};
    }
    [[nodiscard]] std::string name() const { return plain_text(name_, 200); }

private:
    std::string name_;
    std::ifstream text_;
    std::size_t number_ = 0;
    std::size_t used_ = 0;
};

std::optional<double> recorded_number(std::string_view word) {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// Exactly so many numbers on the line, each from 0.
template <std::size_t count>
std::array<double, count> numbers_of(const Lines& lines, std::string_view line, std::string_view what) {
    std::array<double, count> values{};
    auto rest = line;
    for (auto& value : values) {
        rest.remove_prefix(std::min(rest.find_first_not_of(column_blanks), rest.size()));
        const auto word = rest.substr(0, rest.find_first_of(column_blanks));
        const auto found = recorded_number(word);
        if (!found || *found < 0) lines.refuse(fmt::format("{} is not allowed: {}", in_quotes(line), what));
        value = *found;
        rest.remove_prefix(word.size());
    }
    if (rest.find_first_not_of(column_blanks) != std::string_view::npos)
        lines.refuse(fmt::format("{} is not allowed: {}", in_quotes(line), what));
    return values;
}

template <typename Make>
auto or_usage_error(const std::string& file, Make make) {
    try {
        return make();
    } catch (const std::invalid_argument& error) {
        throw UsageError{fmt::format("{}: {}", plain_text(file, 200), error.what())};
    }
}

std::shared_ptr<const RateTrace> made_trace(const std::string& file, std::vector<RateStep> steps, Microseconds period) {
    return or_usage_error(file, [&] { return std::make_shared<const RateTrace>(std::move(steps), period); });
}

std::vector<std::string_view> columns_of(std::string_view line) {
    std::vector<std::string_view> columns;
    while (true) {
        const auto comma = std::min(line.find(','), line.size());
        columns.push_back(line.substr(0, comma));
        if (comma == line.size()) return columns;
        line.remove_prefix(comma + 1);
    }
}

std::int64_t rate_in(const Lines& lines, double kbit_per_s) {
    if (kbit_per_s > static_cast<double>(RateTrace::most_kbit_per_s))
        lines.refuse(fmt::format("{} kbit/s are not allowed: from 0 to {}", kbit_per_s, RateTrace::most_kbit_per_s));
    return std::llround(kbit_per_s);
}

}  // namespace

Quantiles read_delay_histogram(const std::string& file) {
    constexpr auto what = "delay in ms (to 60000, rising) and count";
    Lines lines{file};
    std::vector<Quantile> points;
    double sum = 0;
    for (std::string line; lines.next(line);) {
        const auto [delay, count] = numbers_of<2>(lines, line, what);
        if (delay > longest_ms || count > 1e12 || (!points.empty() && delay <= points.back().value))
            lines.refuse(fmt::format("{} is not allowed: {}", in_quotes(line), what));
        sum += count;
        points.push_back({sum, delay});
    }
    if (sum <= 0) throw UsageError{fmt::format("{}: holds no delays", lines.name())};
    for (auto& point : points) point.share = std::min(1.0, point.share / sum);
    points.insert(points.begin(), {0, points.front().value});
    return or_usage_error(file, [&] { return Quantiles{std::move(points)}; });
}

Quantiles read_half_round_trips(const std::string& file, double most_ms) {
    Lines lines{file};
    std::vector<double> delays;
    for (std::string line; lines.next(line);) {
        constexpr std::string_view mark = " time=";
        const auto at = line.find(mark);
        if (at == std::string::npos) continue;
        const auto word = std::string_view{line}.substr(at + mark.size());
        const auto round_trip = recorded_number(word.substr(0, word.find(' ')));
        if (!round_trip || *round_trip < 0 || *round_trip > longest_ms)
            lines.refuse(fmt::format("{} is not allowed: time=MS, from 0 to 60000", in_quotes(line)));
        if (*round_trip <= most_ms) delays.push_back(*round_trip / 2);
    }
    if (delays.empty()) throw UsageError{fmt::format("{}: holds no round trips", lines.name())};
    std::ranges::sort(delays);
    std::vector<Quantile> points{{0, delays.front()}};
    for (std::size_t i = 0; i < delays.size(); ++i)
        points.push_back({static_cast<double>(i + 1) / static_cast<double>(delays.size()), delays[i]});
    return Quantiles{std::move(points)};
}

std::shared_ptr<const RateTrace> read_deliveries(const std::string& file) {
    constexpr auto what = "a whole number of ms from 0 to 86400000, none less than the one before";
    Lines lines{file};
    std::vector<std::int64_t> times;
    for (std::string line; lines.next(line);) {
        const auto [ms] = numbers_of<1>(lines, line, what);
        if (ms > longest_trace_s * 1000 || ms != std::floor(ms) ||
            (!times.empty() && ms < static_cast<double>(times.back())))
            lines.refuse(fmt::format("{} is not allowed: {}", in_quotes(line), what));
        times.push_back(static_cast<std::int64_t>(ms));
    }
    if (times.empty()) throw UsageError{fmt::format("{}: holds no deliveries", lines.name())};
    return or_usage_error(file, [&] { return std::make_shared<const RateTrace>(RateTrace::deliveries(times)); });
}

std::shared_ptr<const RateTrace> read_rates(const std::string& file) {
    constexpr auto what = "seconds (rising from 0, to 86400) and kbit/s (0 to 10000000)";
    Lines lines{file};
    std::vector<RateStep> steps;
    for (std::string line; lines.next(line);) {
        const auto [second, rate] = numbers_of<2>(lines, line, what);
        if (second > longest_trace_s) lines.refuse(fmt::format("{} is not allowed: {}", in_quotes(line), what));
        const Microseconds at{std::llround(second * 1e6)};
        if (steps.empty() ? at != Microseconds{0} : at <= steps.back().at)
            lines.refuse(fmt::format("{} is not allowed: {}", in_quotes(line), what));
        steps.push_back({at, rate_in(lines, rate)});
    }
    if (steps.empty()) throw UsageError{fmt::format("{}: holds no rates", lines.name())};
    const auto last = steps.back().at;
    const auto length = steps.size() > 1 ? last - steps[steps.size() - 2].at : Microseconds{1'000'000};
    return made_trace(file, std::move(steps), last + length);
}

std::shared_ptr<const RateTrace> read_drive_test(const std::string& file, double scale) {
    Lines lines{file};
    std::string line;
    if (!lines.next(line)) throw UsageError{fmt::format("{}: holds no rows", lines.name())};
    const auto header = columns_of(line);
    const auto column = [&](std::string_view name) {
        const auto found = std::ranges::find(header, name);
        if (found == header.end()) lines.refuse(fmt::format("a column {} is needed", name));
        return static_cast<std::size_t>(found - header.begin());
    };
    const auto rate_column = column("DL_bitrate");
    const auto state_column = column("State");
    std::vector<RateStep> steps;
    while (lines.next(line)) {
        const auto row = columns_of(line);
        if (row.size() <= std::max(rate_column, state_column)) lines.refuse("the row is shorter than the header");
        if (row[state_column] != "D" || row[rate_column] == "-") continue;  // nothing was asked of the link then
        const auto rate = recorded_number(row[rate_column]);
        if (!rate || *rate < 0)
            lines.refuse(fmt::format("DL_bitrate: {} is not allowed: kbit/s from 0", in_quotes(row[rate_column])));
        const auto second = static_cast<std::int64_t>(steps.size());
        steps.push_back({Microseconds{second * 1'000'000}, rate_in(lines, *rate * scale)});
    }
    if (steps.empty()) throw UsageError{fmt::format("{}: holds no rates", lines.name())};
    const Microseconds period{static_cast<std::int64_t>(steps.size()) * 1'000'000};
    return made_trace(file, std::move(steps), period);
}

void use_recordings(LinkProfile& profile, const std::string& folder) {
    std::vector<std::string> used;
    const auto use = [&](const std::string& file, auto&& take) {
        const auto path = folder + "/net/" + file;
        if (!std::filesystem::exists(path)) return;
        take(path);
        used.push_back(file);
    };
    auto& up = profile.up;
    auto& down = profile.down;
    const auto delays = [&](const std::string& kind, const std::string& number) {
        const auto file = "deterministic6g/5G-" + kind + "-{}link_PD-Wireless-5G-" + number + ".csv";
        use(fmt::format(fmt::runtime(file), "Up"), [&](const auto& p) { up.delay_ms = read_delay_histogram(p); });
        use(fmt::format(fmt::runtime(file), "Down"), [&](const auto& p) { down.delay_ms = read_delay_histogram(p); });
    };
    const auto& name = profile.name;
    if (name == "private-mmw") delays("URLLC-mmW", "3a");
    if (name == "private-midband" || name == "stress") delays("midband", "2a");
    if (name == "private-oran")
        use("deterministic6g/ping-MEC-ORAN.txt", [&](const auto& path) {
            constexpr double stall_ms = 100;
            up.delay_ms = down.delay_ms = read_half_round_trips(path, stall_ms);
        });
    if (name == "public-5g")
        use("irish5g/static_B_2020.02.14_13.21.26.csv", [&](const auto& path) {
            up.rate = read_drive_test(path, uplink_share);
            down.rate = read_drive_test(path, 1);
        });
    if (name == "lte-fallback") {
        use("mahimahi/Verizon-LTE-short.up", [&](const auto& path) { up.rate = read_deliveries(path); });
        use("mahimahi/Verizon-LTE-short.down", [&](const auto& path) { down.rate = read_deliveries(path); });
    }
    if (!used.empty()) profile.said_from = fmt::format("measured: {}; the rest parametric", fmt::join(used, ", "));
}

}  // namespace transport
