#include "transport/emulator/relay.hpp"

#include <nlohmann/json.hpp>

namespace transport {

namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson histogram_json(const Histogram& histogram) {
    const auto all = histogram.percentiles();
    return {{"count", all.count}, {"p50", all.p50},   {"p95", all.p95},
            {"p99", all.p99},     {"p999", all.p999}, {"max", all.max}};
}

OrderedJson direction_json(const LinkStatistics& one) {
    OrderedJson lost;
    for (const auto fate : {Fate::lost, Fate::outage, Fate::queue_full})
        lost[std::string{name(fate)}] = one.count(fate);
    return {{"offered", one.offered},
            {"offered_bytes", one.bytes},
            {"delivered", one.count(Fate::delivered)},
            {"lost", lost},
            {"delay_us", histogram_json(one.delay)},
            {"queueing_us", histogram_json(one.queueing)}};
}

}  // namespace

std::string to_json(const RelayReport& report) {
    auto by_client = OrderedJson::array();
    for (const auto& client : report.by_client)
        by_client.push_back({{"host", client.host},
                             {"pictures_up_us", histogram_json(client.pictures_up)},
                             {"pictures_down_us", histogram_json(client.pictures_down)}});
    const OrderedJson all{{"profile", report.profile},
                          {"said_from", report.said_from},
                          {"seed", report.seed},
                          {"seconds", report.seconds},
                          {"clients", report.clients},
                          {"by_client", by_client},
                          {"up", direction_json(report.up)},
                          {"down", direction_json(report.down)},
                          {"scheduling_error_us", histogram_json(report.scheduling)},
                          {"real_time", report.real_time.empty() ? "yes" : report.real_time},
                          {"not_relayed",
                           {{"strangers", report.strangers},
                            {"too_long", report.too_long},
                            {"too_many", report.too_many},
                            {"not_sent", report.not_sent}}},
                          {"most_held", report.most_held}};
    return all.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace transport
