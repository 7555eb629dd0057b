#include "bench/server_status.hpp"

#include "transport/bus.hpp"
#include "transport/frame.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// What stands before the next `end`; the rest stays.
std::string_view take_until(std::string_view& rest, char end) {
    const auto at = std::min(rest.find(end), rest.size());
    const auto part = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return trimmed(part);
}

}  // namespace

StatusCounters read_status(std::string_view line) {
    StatusCounters out;
    while (!line.empty()) {
        auto part = take_until(line, ';');
        std::string stream;
        if (const auto colon = part.find(": "); colon != std::string_view::npos) {
            const auto name = part.substr(0, part.find(' '));
            if (!modality_named(name)) continue;
            stream = std::string{name} + ' ';
            part.remove_prefix(colon + 2);
        }
        while (!part.empty()) {
            auto item = take_until(part, ',');
            if (const auto both = item.find(" and "); both != std::string_view::npos) {
                part = item.substr(both + 5);
                item = item.substr(0, both);
            }
            std::uint64_t count = 0;
            const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), count);
            if (error != std::errc{}) continue;
            out[stream + std::string{trimmed(item.substr(static_cast<std::size_t>(end - item.data())))}] = count;
        }
    }
    return out;
}

std::uint64_t growth(const StatusCounters& before, const StatusCounters& after, std::string_view counter) {
    const auto of = [&](const StatusCounters& counters) {
        const auto found = counters.find(counter);
        return found == counters.end() ? 0 : found->second;
    };
    return of(after) - std::min(of(before), of(after));
}

std::uint64_t growth_of_streams(const StatusCounters& before, const StatusCounters& after, std::string_view counter) {
    std::uint64_t sum = 0;
    for (const auto stream : {Modality::ultrasound, Modality::xray})
        sum += growth(before, after, std::string{name(stream)} + ' ' + std::string{counter});
    return sum;
}

std::string ask_server(int bus_port, const std::string& node, const std::string& keys) {
    SystemClock clock;
    Hello hello;
    hello.node = node;
    hello.role = Role::control;
    std::promise<Reply> answer;
    bool answered = false;
    const auto bus = dial_bus("127.0.0.1", bus_port, hello,
                              [&](const Message& message) {
                                  const auto* reply = std::get_if<Reply>(&message);
                                  if (reply != nullptr && !std::exchange(answered, true)) answer.set_value(*reply);
                              },
                              clock, {true, keys});
    Control control;
    control.want_status = true;
    bus->send(control);
    auto waiting = answer.get_future();
    if (waiting.wait_for(5s) != std::future_status::ready)
        throw std::runtime_error("the server does not tell its status");
    return waiting.get().text;
}

}  // namespace bench
