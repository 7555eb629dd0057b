#include "bench/wireless_attack.hpp"

#include "bench/codes.hpp"
#include "bench/eavesdropper.hpp"
#include "bench/server_status.hpp"
#include "bench/session.hpp"
#include "bench/vandals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto attack_warm_up = 10s;  // of memory, most of all
constexpr auto aftermath = 2s;        // what an attack delays is still counted to it
constexpr double least_counted_percent = 90;
constexpr double until_counted = 4;  // s: who never spoke as ZeroMQ does, when his handshake is over
constexpr double most_growth_mib = 2;
constexpr const char* listener = "control";

/// The session under attack: the ultrasound's media pass an eavesdropper.
class Besieged {
public:
    explicit Besieged(const AttackOptions& options)
        : options_{options}, session_{options.out / "attack", options.stop}, eavesdropper_{session_.media_port()} {
        session_.enrol(listener, Role::control);
        session_.start_server({"--timecode", "true"});
        session_.start_capture(Modality::ultrasound, options.frames_per_second,
                               fmt::format("127.0.0.1:{}", eavesdropper_.port()));
        session_.start_capture(Modality::xray, options.frames_per_second);
        session_.start_display("display");
        session_.wait_for_pictures("display", attack_warm_up);
    }

    struct Done {
        std::uint64_t sent = 0;
        std::uint64_t counted = 0;
    };
    /// `act` blocks; what it sent, and which counters are to tell.
    template <typename Act, typename Count>
    AttackResult suffer(const std::string& name, Act act, Count count) {
        if (options_.say) options_.say("attack: " + name);
        AttackResult out;
        out.name = name;
        const auto from = session_.clock.now();
        const auto before = status();
        const auto memory = server_kib();
        out.sent = act();
        eavesdropper_.begin(Mischief::none);
        session_.clock.wait_until(session_.clock.now() + aftermath, options_.stop);
        const auto after = status();
        out.growth_mib = static_cast<double>(server_kib() - memory) / 1024;
        out.counted = count(before, after);
        out.dead = session_.dead();
        for (const auto* reason : {"missing", "damaged", "corrupt", "unstamped"})
            out.lost_at_server += growth_of_streams(before, after, reason);
        for (const auto& [stream, figures] : figures_of(read_codes(session_.codes_of("display")), microseconds(from))) {
            out.lost_at_display += figures.lost;
            out.p99_ms = std::max(out.p99_ms, static_cast<double>(figures.p99_us) / 1000);
        }
        return out;
    }
    void wait(double seconds) {
        session_.clock.wait_until(session_.clock.now() + Microseconds{static_cast<std::int64_t>(seconds * 1e6)},
                                  options_.stop);
    }
    Session& session() { return session_; }
    Eavesdropper& eavesdropper() { return eavesdropper_; }

private:
    StatusCounters status() {
        return read_status(ask_server(session_.bus_port(), listener, session_.keys_of(listener)));
    }
    long server_kib() { return resident_kib(session_.process("augment").pid()); }

    const AttackOptions& options_;
    Session session_;
    Eavesdropper eavesdropper_;
};

std::uint64_t nothing_counted(const StatusCounters& /*before*/, const StatusCounters& /*after*/) {
    return 0;
}
std::uint64_t refused_media(const StatusCounters& before, const StatusCounters& after) {
    return growth_of_streams(before, after, "forged or replayed");
}
std::uint64_t strangers(const StatusCounters& before, const StatusCounters& after) {
    return growth(before, after, "strangers refused");
}

AttackResult dial_as_capture(Besieged& besieged, const std::string& name, const AttackOptions& options,
                             bool knows_server) {
    TemporaryKeys others;
    const std::string node = "capture-ultrasound";
    const std::filesystem::path keys = others.add(node, {Role::capture}, {Modality::ultrasound});
    if (knows_server)
        std::filesystem::copy_file(besieged.session().keys().folder() + "/server.pub", keys / "server.pub",
                                   std::filesystem::copy_options::overwrite_existing);
    Hello hello;
    hello.node = node;
    hello.role = Role::capture;
    auto out = besieged.suffer(
        name,
        [&] {
            const bool in = dial_with_keys(besieged.session().bus_port(), keys, hello, options.seconds, options.stop);
            return std::uint64_t{in ? 1'000'000U : 1U};  // let in: nothing can count that
        },
        strangers);
    out.counted = std::min<std::uint64_t>(out.counted, 1);  // how often it dialled, libzmq alone knows
    return out;
}

AttackResult pass_by(Besieged& besieged, const std::string& name, const AttackOptions& options, Mischief mischief,
                     const std::function<std::uint64_t(const StatusCounters&, const StatusCounters&)>& count) {
    auto& eavesdropper = besieged.eavesdropper();
    return besieged.suffer(
        name,
        [&] {
            const auto before = eavesdropper.counts();
            eavesdropper.begin(mischief);
            besieged.wait(options.seconds);
            const auto after = eavesdropper.counts();
            return after.repeated - before.repeated + after.spoilt - before.spoilt + after.garbage - before.garbage;
        },
        count);
}

}  // namespace

std::vector<Row> attack_rows(const AttackResult& quiet, const std::vector<AttackResult>& attacks) {
    std::vector<Row> rows;
    rows.push_back({"attack none: frames lost at the server", static_cast<double>(quiet.lost_at_server), ""});
    rows.push_back({"attack none: frames lost at the display", static_cast<double>(quiet.lost_at_display), ""});
    rows.push_back({"attack none: p99 presented", quiet.p99_ms, "ms"});
    rows.push_back({"attack none: server's memory grows by", quiet.growth_mib, "MiB"});
    for (const auto& attack : attacks) {
        const auto title = [&](std::string_view what) { return fmt::format("attack {}: {}", attack.name, what); };
        rows.push_back({title("processes that died"), static_cast<double>(attack.dead), "", 0.0});
        rows.push_back({title("frames lost at the server"), static_cast<double>(attack.lost_at_server), "",
                        static_cast<double>(quiet.lost_at_server)});
        rows.push_back({title("frames lost at the display"), static_cast<double>(attack.lost_at_display), "",
                        static_cast<double>(quiet.lost_at_display)});
        rows.push_back({title("p99 presented"), attack.p99_ms, "ms"});
        rows.push_back({title("server's memory grows by"), attack.growth_mib, "MiB", most_growth_mib});
        rows.push_back({title("sent"), static_cast<double>(attack.sent), ""});
        rows.push_back(
            {title("counted by the server"),
             static_cast<double>(attack.counted) * 100 / static_cast<double>(std::max<std::uint64_t>(attack.sent, 1)),
             "%", least_counted_percent, Bar::at_least});
    }
    return rows;
}

std::vector<Row> attack_rows(const AttackOptions& options) {
    if (options.say) options.say("attack: the session begins");
    Besieged besieged{options};
    std::vector<AttackResult> attacks;
    const auto quiet = besieged.suffer(
        "none",
        [&] {
            besieged.wait(options.flood_seconds);
            return std::uint64_t{0};
        },
        nothing_counted);
    attacks.push_back(dial_as_capture(besieged, "key that is not enrolled", options, true));
    attacks.push_back(dial_as_capture(besieged, "key of another server", options, false));
    attacks.push_back(pass_by(besieged, "replay from the node's address", options, Mischief::repeat,
                              [](const StatusCounters& before, const StatusCounters& after) {
                                  return growth_of_streams(before, after, "twice");
                              }));
    attacks.push_back(
        pass_by(besieged, "replay from elsewhere", options, Mischief::repeat_from_elsewhere, refused_media));
    if (RawSocket::allowed())
        attacks.push_back(pass_by(besieged, "spoofed source address", options, Mischief::spoil,
                                  [](const StatusCounters& before, const StatusCounters& after) {
                                      // One of them bears the number of a packet that has come.
                                      return refused_media(before, after) + growth_of_streams(before, after, "twice");
                                  }));
    else if (options.say)
        options.say("attack: spoofed source address is left out: raw sockets are root's");
    attacks.push_back(besieged.suffer(
        fmt::format("flood of {} packets/s", options.flood_per_second),
        [&] {
            const auto sent = flood(besieged.session().media_port(), besieged.eavesdropper().ssrc(),
                                    options.flood_per_second, options.flood_seconds, options.stop);
            return sent.nonsense + sent.right_ssrc;
        },
        [](const StatusCounters& before, const StatusCounters& after) {
            return growth(before, after, "foreign packets") + refused_media(before, after);
        }));
    attacks.push_back(besieged.suffer(
        "garbage at the bus",
        [&] {
            const auto sent = rattle_at_bus(besieged.session().bus_port(), options.seconds, options.stop);
            besieged.wait(until_counted);
            return sent;
        },
        strangers));
    return attack_rows(quiet, attacks);
}

}  // namespace bench
