#include "bench/named_file.hpp"
#include "bench/relay_report.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <iterator>
#include <stdexcept>

namespace bench {

namespace {

using nlohmann::json;

double relayed_ms(const json& histogram, const char* percentile) {
    return histogram.at(percentile).get<double>() / 1000;
}

RelayedDirection relayed_direction(const json& one) {
    RelayedDirection out;
    out.offered = one.at("offered").get<std::uint64_t>();
    out.delivered = one.at("delivered").get<std::uint64_t>();
    out.bytes = one.at("offered_bytes").get<std::uint64_t>();
    for (const auto& [cause, count] : one.at("lost").items()) {
        out.lost += count.get<std::uint64_t>();
        if (cause == "queue_full" || cause == "queue full") out.queue_full = count.get<std::uint64_t>();
    }
    out.p50_ms = relayed_ms(one.at("delay_us"), "p50");
    out.p99_ms = relayed_ms(one.at("delay_us"), "p99");
    out.queueing_p50_ms = relayed_ms(one.at("queueing_us"), "p50");
    return out;
}

}  // namespace

RelayFigures read_relay_report(std::string_view text) {
    try {
        const auto all = json::parse(text);
        RelayFigures out;
        out.said_from = all.at("said_from").get<std::string>();
        out.seconds = all.at("seconds").get<double>();
        out.up = relayed_direction(all.at("up"));
        out.down = relayed_direction(all.at("down"));
        for (const auto& client : all.at("by_client"))
            out.clients.push_back({client.at("host").get<std::string>(), relayed_ms(client.at("pictures_up_us"), "p50"),
                                   relayed_ms(client.at("pictures_down_us"), "p50")});
        out.scheduling_p99_ms = relayed_ms(all.at("scheduling_error_us"), "p99");
        for (const char* cause : {"strangers", "too_long", "too_many", "not_sent"})
            out.not_relayed += all.at("not_relayed").at(cause).get<std::uint64_t>();
        return out;
    } catch (const json::exception& error) {
        throw std::runtime_error(fmt::format("no report of a relay: {}", error.what()));
    }
}

RelayFigures read_relay_report(const std::filesystem::path& path) {
    return read_named(path, [](std::istream& file) {
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        return read_relay_report(std::string_view{text});
    });
}

}  // namespace bench
