#include "bench/radio.hpp"

#include "bench/relay_report.hpp"
#include "transport/emulator/link_model.hpp"

#include <fmt/format.h>

#include <chrono>

namespace bench {

using namespace transport;

namespace {

constexpr Microseconds scanned_by{1'000};

/// Its report says how long it has run, and is written then.
Timestamp began(const Radio& radio) {
    const auto ran = std::chrono::duration<double>{read_relay_report(radio.report).seconds};
    const auto written_ago = std::filesystem::file_time_type::clock::now() - last_write_time(radio.report);
    return SystemClock{}.now() - std::chrono::duration_cast<Microseconds>(written_ago) -
           std::chrono::duration_cast<Microseconds>(ran);
}

}  // namespace

void start_radio(Group& group, const Radio& radio) {
    group.start(radio.name, {own_program, "link", "--profile", radio.profile, "--seed", std::to_string(radio.seed),
                             "--listen", fmt::format("127.0.0.1:{}", radio.port), "--server",
                             fmt::format("127.0.0.1:{}", radio.server_port), "--out", radio.report.string()});
}

std::vector<Span> outages_of(const Radio& radio, const Span& span) {
    const auto profile = link_profile(radio.profile, recordings_folder());
    const auto start = began(radio);
    std::vector<Span> out;
    for (const auto& direction : {profile.up, profile.down}) {
        const LinkModel model{direction, static_cast<std::uint64_t>(radio.seed), start};
        for (auto time = timestamp(span.from_us); time < timestamp(span.until_us); time += scanned_by) {
            if (!model.in_gap(time)) continue;
            const auto up = model.next_up(time);
            out.push_back({microseconds(time), microseconds(up)});
            time = std::max(time, up - scanned_by);
        }
    }
    return out;
}

}  // namespace bench
