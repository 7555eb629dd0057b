#include "bench/named_file.hpp"
#include "bench/report_rows.hpp"
#include "bench/result.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

namespace bench {

namespace {

using HouseJson = nlohmann::json;

constexpr std::size_t most_rows = 2000;

Row house_row(const HouseJson& one) {
    Row row;
    row.name = one.at("name").get<std::string>();
    const auto& value = one.at("value");
    row.value = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    row.unit = one.at("unit").get<std::string>();
    if (one.at("goal").is_null()) return row;
    row.goal = one.at("goal").get<double>();
    // Which way the bar goes is not in the file; whether it was met tells, unless the value is the goal itself.
    const bool met = !one.at("met").is_null() && one.at("met").get<bool>();
    if ((row.value > *row.goal) == met && row.value != *row.goal) row.bar = Bar::at_least;
    return row;
}

}  // namespace

std::optional<HouseRows> read_house_rows(const std::filesystem::path& path) {
    return read_named(path, [&](std::istream& file) -> std::optional<HouseRows> {
        std::string text(most_result_bytes + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
        if (text.size() > most_result_bytes) throw std::runtime_error("larger than a result may be");
        try {
            const auto all = HouseJson::parse(text);
            if (all.contains("format")) return std::nullopt;
            HouseRows out{path.stem().string(), {}};
            out.results.commit = all.at("commit").get<std::string>();
            out.results.date = all.at("date").get<std::string>();
            out.results.machine = all.at("machine").get<std::string>();
            if (all.at("rows").size() > most_rows)
                throw std::runtime_error(fmt::format("more than {} rows", most_rows));
            for (const auto& one : all.at("rows")) out.results.rows.push_back(house_row(one));
            return out;
        } catch (const HouseJson::exception&) {
            throw std::runtime_error("neither a result nor rows of a benchmark");
        }
    });
}

}  // namespace bench
