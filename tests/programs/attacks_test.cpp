// Strangers at a running session of real processes: what they send is counted, and no picture is lost.
#include "bench/eavesdropper.hpp"
#include "bench/server_status.hpp"
#include "bench/session.hpp"
#include "bench/vandals.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace bench;
using namespace std::chrono_literals;
using transport::Modality;
using transport::Role;

constexpr auto attacked_for = 1s;
constexpr auto still_under_way = 500ms;

struct Attacks : testing::Test {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("scialytic-attacks-" + std::to_string(getpid()));
    Session session{folder, {}, BUILD_DIR "/scialytic"};
    Eavesdropper eavesdropper{session.media_port()};

    Attacks() {
        session.enrol("control", Role::control);
        session.start_server();
        session.start_capture(Modality::ultrasound, 30, "127.0.0.1:" + std::to_string(eavesdropper.port()));
    }
    ~Attacks() override { std::filesystem::remove_all(folder); }

    StatusCounters status() {
        return read_status(ask_server(session.bus_port(), "control", session.keys_of("control")));
    }
    void wait(transport::Microseconds length) { session.watch(session.clock.now() + length); }
    /// What the counters told while it went on.
    void expect_counted(const std::vector<std::string>& counters, const std::function<std::uint64_t()>& attack) {
        const auto before = status();
        const auto sent = attack();
        wait(still_under_way);
        const auto after = status();
        EXPECT_GT(sent, 0U);
        std::uint64_t counted = 0;
        for (const auto& counter : counters) counted += growth(before, after, counter);
        EXPECT_GE(counted, sent * 9 / 10) << counters.front();
        EXPECT_GT(growth(before, after, "ultrasound frames"), 0U);
        for (const std::string reason : {"missing", "damaged", "corrupt", "unstamped"})
            EXPECT_EQ(growth(before, after, "ultrasound " + reason), 0U) << reason << " while " << counters.front();
    }
    std::uint64_t pass(Mischief mischief) {
        const auto before = eavesdropper.counts();
        eavesdropper.begin(mischief);
        wait(attacked_for);
        eavesdropper.begin(Mischief::none);
        const auto after = eavesdropper.counts();
        return after.repeated + after.spoilt + after.garbage - before.repeated - before.spoilt - before.garbage;
    }
};

TEST_F(Attacks, what_is_replayed_forged_or_nonsense_is_counted_and_no_picture_is_lost) {
    ASSERT_TRUE(session.watch(session.clock.now() + 30s, [&] { return eavesdropper.ssrc() != 0; }));
    wait(1s);
    expect_counted({"ultrasound forged or replayed"}, [&] { return pass(Mischief::repeat_from_elsewhere); });
    if (RawSocket::allowed())  // some bear the number of a packet that has come
        expect_counted({"ultrasound forged or replayed", "ultrasound twice"}, [&] { return pass(Mischief::spoil); });
    expect_counted({"foreign packets"},
                   [&] { return flood(session.media_port(), eavesdropper.ssrc(), 2000, 0.5, {}).nonsense; });
}

}  // namespace
