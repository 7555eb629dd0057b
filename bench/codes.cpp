#include "bench/codes.hpp"

#include "bench/named_file.hpp"
#include "transport/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

template <typename Number>
bool take(std::string_view& rest, Number& value, char end) {
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc{}) return false;
    rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
    if (end == '\0') return rest.empty();
    if (rest.empty() || rest.front() != end) return false;
    rest.remove_prefix(1);
    return true;
}

std::optional<SeenCode> parse(std::string_view line) {
    SeenCode code;
    const bool whole = take(line, code.presented_us, ',') && take(line, code.stream, ',') &&
                       take(line, code.sequence, ',') && take(line, code.time_us, '\0');
    return whole ? std::optional{code} : std::nullopt;
}

}  // namespace

std::vector<SeenCode> read_codes(std::istream& csv) {
    std::vector<SeenCode> codes;
    std::string line;
    for (int number = 1; std::getline(csv, line); ++number) {
        if (csv.eof()) break;  // no line end: it is still being written
        if (number == 1) {
            if (line + '\n' != codes_header) throw std::runtime_error("line 1 is not the header of codes.csv");
            continue;
        }
        const auto code = parse(line);
        if (!code) throw std::runtime_error(fmt::format("line {} is no code: '{:.80}'", number, line));
        codes.push_back(*code);
    }
    return codes;
}

std::vector<SeenCode> read_codes(const std::filesystem::path& path) {
    return read_named(path, [](std::istream& csv) { return read_codes(csv); });
}

std::optional<std::int64_t> measuring_from(const std::vector<SeenCode>& codes,
                                           const std::vector<transport::StreamId>& streams,
                                           transport::Microseconds warm_up) {
    auto last_to_come = std::numeric_limits<std::int64_t>::min();
    for (const auto stream : streams) {
        const auto first = std::ranges::find(codes, stream, &SeenCode::stream);
        if (first == codes.end()) return std::nullopt;
        last_to_come = std::max(last_to_come, first->presented_us);
    }
    return last_to_come + warm_up.count();
}

std::map<transport::StreamId, std::vector<SeenCode>> first_shown(const std::vector<SeenCode>& codes) {
    std::map<transport::StreamId, std::vector<SeenCode>> out;
    for (const auto& code : codes) {
        auto& frames = out[code.stream];
        if (frames.empty() || code.sequence > frames.back().sequence) frames.push_back(code);
    }
    return out;
}

std::map<transport::StreamId, StreamFigures> figures_of(const std::vector<SeenCode>& codes, std::int64_t from_us) {
    std::map<transport::StreamId, StreamFigures> out;
    for (const auto& [stream, frames] : first_shown(codes)) {
        StreamFigures figures;
        transport::Histogram latency;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            if (frames[i].presented_us < from_us) continue;
            // A gap at the border of the warm-up counts: the frames after it were due inside.
            if (i > 0) figures.lost += frames[i].sequence - frames[i - 1].sequence - 1;
            ++figures.frames;
            latency.record(transport::Microseconds{frames[i].presented_us - frames[i].time_us});
        }
        if (figures.frames == 0) continue;
        const auto percentiles = latency.percentiles();
        figures.p50_us = percentiles.p50;
        figures.p99_us = percentiles.p99;
        figures.max_us = percentiles.max;
        out[stream] = figures;
    }
    return out;
}

}  // namespace bench
