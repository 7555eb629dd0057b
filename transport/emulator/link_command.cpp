#include "transport/emulator/link_command.hpp"

#include "transport/emulator/profile_yaml.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace transport {

namespace {

struct LinkKey {
    std::string_view name;
    std::string_view value;
    std::string_view help;
    OptionKey limits;
};
const std::array<LinkKey, 10> link_keys{{
    {"--profile", "NAME", "the link [private-midband]", {.most = 200}},
    {"--listen", "HOST:PORT", "where the nodes send to [127.0.0.1:5604]", {.most = 260}},
    {"--server", "HOST:PORT", "the server's media port [127.0.0.1:5004]", {.most = 260}},
    {"--seed", "N", "the same seed, the same radio [1]", {.kind = OptionKind::whole, .most = 2'000'000'000}},
    {"--seconds", "N", "then end; 0: until stopped [0]", {.kind = OptionKind::number, .most = 1'000'000}},
    {"--out", "FILE.json", "what it did, written at the end", {.most = 4096}},
    {"--real-time", "BOOL", "run before ordinary programs where allowed [true]", {.kind = OptionKind::flag}},
    {"--metrics-port",
     "N",
     "where Prometheus reads /metrics; 0: nowhere [0]",
     {.kind = OptionKind::whole, .most = 65'535}},
    {"--metrics-listen", "ADDRESS", "of that port [127.0.0.1]", {.kind = OptionKind::host}},
    {"--help", "", "this text", {}},
}};

[[noreturn]] void refuse_link(const std::string& line) {
    throw UsageError{"link: " + line};
}

template <typename Value>
void take(const LinkKey& key, Value& value, const std::string& word) {
    if (!read_value(key.limits, value, word))
        refuse_link(fmt::format("{}: {} is not allowed: {}", key.name, in_quotes(word), allowed(key.limits)));
}

Address endpoint(std::string_view key, const std::string& text) {
    const auto colon = text.rfind(':');
    const OptionKey ports{.kind = OptionKind::whole, .least = 1, .most = 65'535};
    const OptionKey hosts{.kind = OptionKind::host};
    int port = 0;
    std::string host;
    if (colon == std::string::npos || !read_value(ports, port, std::string_view{text}.substr(colon + 1)) ||
        !read_value(hosts, host, std::string_view{text}.substr(0, colon)))
        refuse_link(fmt::format("{}: {} is not allowed: HOST:PORT, {}, and a port from 1 to 65535", key,
                                in_quotes(text), allowed(hosts)));
    return resolve(host, port);
}

}  // namespace

LinkCommand read_link(const std::vector<std::string>& arguments, const std::string& recordings) {
    LinkCommand command;
    std::string profile;
    std::string file;
    int seed = 1;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& word = arguments[i];
        if (!word.starts_with("--")) {
            if (!file.empty()) refuse_link(fmt::format("one FILE.yaml is allowed, not also {}", in_quotes(word)));
            file = word;
            continue;
        }
        const auto key = std::ranges::find(link_keys, word, &LinkKey::name);
        if (key == link_keys.end()) {
            std::vector<std::string_view> names;
            for (const auto& each : link_keys) names.push_back(each.name);
            const auto near = closest(word, names);
            refuse_link(fmt::format("unknown key {}{}", in_quotes(word),
                                    near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
        }
        if (++i == arguments.size()) refuse_link(fmt::format("{} needs a value", word));
        if (word == "--profile") take(*key, profile, arguments[i]);
        if (word == "--listen") take(*key, command.listen, arguments[i]);
        if (word == "--server") take(*key, command.server, arguments[i]);
        if (word == "--seed") take(*key, seed, arguments[i]);
        if (word == "--seconds") take(*key, command.seconds, arguments[i]);
        if (word == "--out") take(*key, command.out, arguments[i]);
        if (word == "--metrics-port") take(*key, command.metrics_port, arguments[i]);
        if (word == "--metrics-listen") take(*key, command.metrics_listen, arguments[i]);
        if (word == "--real-time") take(*key, command.settings.real_time, arguments[i]);
    }
    if (!file.empty() && !profile.empty())
        refuse_link("FILE.yaml or --profile, not both; the file may say 'from: NAME'");
    command.settings.profile = file.empty()
                                   ? link_profile(profile.empty() ? link_profile_names().front() : profile, recordings)
                                   : read_link_profile(file, recordings);
    command.settings.seed = static_cast<std::uint64_t>(seed);
    command.settings.listen = endpoint("--listen", command.listen);
    command.settings.server = endpoint("--server", command.server);
    return command;
}

std::string link_help() {
    std::string text =
        "scialytic link: a 5G link between nodes and server on one machine\n\n"
        "Relays UDP as a radio would: delay, loss, rate, queue, outages, handovers, each\n"
        "direction its own. Nodes send to --listen instead of the server's media port.\n\n"
        "Usage: scialytic link [FILE.yaml] [--key value ...]\n\nKeys\n";
    for (const auto& key : link_keys)
        text += fmt::format("  {:<24}{}\n", fmt::format("{} {}", key.name, key.value), key.help);
    text += "\nProfiles\n";
    for (const auto name : link_profile_names()) text += fmt::format("  {}\n", name);
    text +=
        "With '+loss=2%' behind the name packets are lost one by one, with '+loss=2%x8'\n"
        "in bursts of 8 on the mean, in place of the profile's own loss.\n"
        "Profiles are fitted to published figures; where the environment's SCIALYTIC_DATA\n"
        "names a folder of recordings, those are used, and the report says which.\n\n"
        "FILE.yaml: name, from (a profile), then below both, up or down\n";
    text += link_profile_help();
    text +=
        "\nExit codes: 0 done, 1 failed, 2 wrong usage\n\n"
        "Example:\n  scialytic link --profile public-5g --seconds 60 --out link.json\n";
    return text;
}

void tell_relay(MetricsPage& page, const RelayReport& report) {
    const auto direction = [&page](std::string_view which, const LinkStatistics& one) {
        for (const auto fate : {Fate::delivered, Fate::lost, Fate::outage, Fate::queue_full})
            page.add(Metric::emulator_packets, {{"direction", which}, {"fate", name(fate)}}, one.count(fate));
        page.add(Metric::emulator_bytes, {{"direction", which}}, one.bytes);
        page.add(Metric::emulator_delay, {{"direction", which}}, duration_counts(one.delay));
    };
    direction("up", report.up);
    direction("down", report.down);
}

std::string link_line(const RelayReport& report) {
    const auto direction = [](const LinkStatistics& one) {
        return fmt::format("{} offered, {} delivered, {} lost, {} in outages, {} queue full, p50 {:.1f} p99 {:.1f} ms",
                           one.offered, one.count(Fate::delivered), one.count(Fate::lost), one.count(Fate::outage),
                           one.count(Fate::queue_full), static_cast<double>(one.delay.at_percent(50)) / 1000,
                           static_cast<double>(one.delay.at_percent(99)) / 1000);
    };
    return fmt::format("link {}: up {} | down {} | scheduled {} µs late at p99", report.profile, direction(report.up),
                       direction(report.down), report.scheduling.at_percent(99));
}

}  // namespace transport
