// Somebody's link profile, and recordings that it names: refused in one line, or a link that can be run.
#include "transport/emulator/link_model.hpp"
#include "transport/emulator/profile_yaml.hpp"
#include "transport/emulator/recordings.hpp"
#include "transport/options_schema.hpp"

#include <unistd.h>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using namespace transport;

void check(bool holds) {
    if (!holds) std::abort();
}

/// In a folder of the fuzzer's own, where a profile finds it as "x".
const std::string& recording() {
    static const std::string file = [] {
        const auto folder = std::filesystem::temp_directory_path() / ("profile_fuzz" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder);
        return (folder / "x").string();
    }();
    return file;
}

void run(const LinkDirection& direction) {
    LinkModel model{direction, 1, timestamp(0)};
    auto last = timestamp(0);
    for (int i = 0; i < 50; ++i) {
        const auto now = timestamp(i * 7919);
        const auto passage = model.enter(1200, now);
        check(passage.queueing >= Microseconds{0} && model.kbit_per_s(now) >= 0);
        if (passage.fate != Fate::delivered) continue;
        check(passage.out >= now && (passage.out >= last || direction.reorder > 0));
        last = passage.out;
    }
}

template <typename Read>
void refuses_in_one_line(Read read) {
    try {
        read();
    } catch (const UsageError& error) {
        check(std::string_view{error.what()}.find('\n') == std::string_view::npos);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    std::ofstream{recording()} << text;
    const auto rates = [](const auto& trace) {
        check(trace->mean_kbit_per_s() > 0 && trace->kbit_per_s(Microseconds{0}) >= 0);
    };
    refuses_in_one_line([&] {
        switch (data[0] % 6) {
            case 0: (void)read_delay_histogram(recording()); break;
            case 1: (void)read_half_round_trips(recording(), 100); break;
            case 2: rates(read_deliveries(recording())); break;
            case 3: rates(read_rates(recording())); break;
            case 4: rates(read_drive_test(recording(), uplink_share)); break;
            default: {
                const auto profile = read_link_profile_text(text, recording(), "");
                run(profile.up);
                run(profile.down);
            }
        }
    });
    return 0;
}
