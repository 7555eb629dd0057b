// Links that carry less than the pictures would take: what is sent then, on a clock that jumps.
#include "fakes/emulated_stream.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::run_up;

fakes::StreamResult dbg(fakes::EmulatedLink& radio) {
    fakes::EmulatedStream* it = nullptr;
    fakes::StreamSource source{.length = 300s, .period = 33'333us, .bytes = 40'000, .adapts = true};
    source.each = [&](int n) {
        if (n % 15 != 0 || n > 900) return;
        const auto h = it->sender().health();
        const auto a = it->sender().allowance();
        std::printf("%5.1f target %d queueing %.1f ms allow %d room %d ans %d sent %d intact %d real %.0f\n", n / 30.0, h.target_kbit_per_s.value_or(-1), static_cast<double>(h.queueing.count()) / 1e3, a.kbit_per_s, a.room, a.answered, it->result.sent, it->result.intact, radio.up().kbit_per_s(radio.clock.now()));
        for (const auto& q : it->receiver().health().paths) std::printf("   recv path carries %d rtt %ld first %lu\n", q.carries, q.round_trip ? q.round_trip->count() : -1, q.first);
        for (const auto& q : h.paths) std::printf("   send path carries %d rtt %ld first %lu\n", q.carries, q.round_trip ? q.round_trip->count() : -1, q.first);
    };
    fakes::EmulatedStream stream{radio, radio.node, fakes::emulated_end(radio.ways()), radio.server, fakes::emulated_end({}), source};
    it = &stream;
    radio.run_until(radio.clock.now() + source.length, [&](transport::Timestamp now) { return stream.step(now); });
    return stream.finish();
}
TEST(ThinLink, x) {
    for (const auto* name : {"private-midband", "public-5g", "lte-fallback", "private-oran", "stress"}) {
        fakes::EmulatedLink radio{{link_profile(name, {})}, 1};
        const auto result = std::string_view{name} == "lte-fallback" ? dbg(radio) : run_up(radio, {.length = 300s, .period = 33'333us, .bytes = 40'000, .adapts = true});
        std::printf("%s: offered %d sent %d intact %.4f p50 %.1f p95 %.1f p99 %.1f max %.1f; gap %.0f ms; %.2f of %.2f Mbit/s, standing %.1f ms\n", name,
                    result.offered, result.sent, result.share(), result.ms(0.5), result.ms(0.95), result.ms(0.99), result.ms(1),
                    static_cast<double>(result.longest_gap.count()) / 1000, result.megabits / 300, radio.mean_kbit_per_s(300s)/1000, radio.standing_queue_ms());
    }
}

}  // namespace
