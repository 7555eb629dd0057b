#include "bench/deliveries.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

std::optional<Delivery> parse_delivery(std::string_view line) {
    const auto comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    Delivery out;
    out.display = line.substr(0, comma);
    line.remove_prefix(comma);
    const auto take_number = [&](auto& value) {
        if (line.empty() || line.front() != ',') return false;
        line.remove_prefix(1);
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
        line.remove_prefix(static_cast<std::size_t>(end - line.data()));
        return error == std::errc{};
    };
    const bool whole = take_number(out.delivered_us) && take_number(out.ultrasound_us) && take_number(out.xray_us) &&
                       take_number(out.bytes) && take_number(out.missing) && take_number(out.keyframes_asked) &&
                       line.empty();
    return whole ? std::optional{std::move(out)} : std::nullopt;
}

}  // namespace

std::string to_line(const Delivery& of) {
    return fmt::format("{},{},{},{},{},{},{}\n", of.display, of.delivered_us, of.ultrasound_us, of.xray_us, of.bytes,
                       of.missing, of.keyframes_asked);
}

std::vector<Delivery> read_deliveries(std::istream& csv) {
    std::vector<Delivery> out;
    std::string line;
    for (int number = 1; std::getline(csv, line); ++number) {
        if (csv.eof()) break;  // no line end: it is still being written
        if (number == 1) {
            if (line + '\n' != deliveries_header)
                throw std::runtime_error("line 1 is not the header of deliveries.csv");
            continue;
        }
        auto delivery = parse_delivery(line);
        if (!delivery) throw std::runtime_error(fmt::format("line {} is no delivery: '{:.80}'", number, line));
        out.push_back(std::move(*delivery));
    }
    return out;
}

std::vector<Delivery> read_deliveries(const std::filesystem::path& path) {
    std::ifstream file{path};
    if (!file) throw std::runtime_error(fmt::format("cannot read {}", path.string()));
    return read_deliveries(file);
}

DeliveryFigures delivery_figures(const std::vector<Delivery>& deliveries, std::int64_t from_us, std::int64_t until_us) {
    struct Counts {
        std::uint64_t missing = 0;
        std::uint64_t keyframes_asked = 0;
        bool operator==(const Counts&) const = default;
    };
    DeliveryFigures out;
    Histogram ultrasound;
    Histogram xray;
    std::map<std::string, Counts> before;
    std::map<std::string, Counts> last;
    std::uint64_t bytes = 0;
    for (const auto& delivery : deliveries) {
        const Counts counts{delivery.missing, delivery.keyframes_asked};
        if (delivery.delivered_us < from_us) before[delivery.display] = counts;
        if (delivery.delivered_us < from_us || delivery.delivered_us >= until_us) continue;
        last[delivery.display] = counts;
        const auto record = [&](Histogram& into, std::int64_t captured_us) {
            if (captured_us >= 0) into.record(Microseconds{delivery.delivered_us - captured_us});
        };
        record(ultrasound, delivery.ultrasound_us);
        record(xray, delivery.xray_us);
        ++out.pictures;
        bytes += delivery.bytes;
    }
    for (const auto& [display, counts] : last) {
        out.missing += counts.missing - before[display].missing;
        out.keyframes_asked += counts.keyframes_asked - before[display].keyframes_asked;
    }
    out.ultrasound = ultrasound.percentiles();
    out.xray = xray.percentiles();
    if (!last.empty())
        out.kbit_per_s = static_cast<double>(bytes) * 8e3 / static_cast<double>(until_us - from_us) /
                         static_cast<double>(last.size());
    return out;
}

}  // namespace bench
