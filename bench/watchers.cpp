#include "bench/watchers.hpp"

#include "bench/deliveries.hpp"
#include "bench/gst_rtc.hpp"
#include "bench/gst_watcher.hpp"
#include "bench/remote_http.hpp"
#include "bench/stopper.hpp"
#include "transport/clock.hpp"
#include "transport/handle.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto until_first_keyframe = 20s;
constexpr auto look_for_keyframe = 10ms;
constexpr int http_created = 201;

class DeliveriesFile {
public:
    explicit DeliveriesFile(const std::string& path) : file_{std::fopen(path.c_str(), "w")} {
        if (!file_) throw std::runtime_error(fmt::format("cannot write {}", path));
        fmt::print(file_.get(), "{}", deliveries_header);
    }
    void take_from(PictureWatcher& watcher) {
        for (const auto& delivery : watcher.take()) fmt::print(file_.get(), "{}", to_line(delivery));
        std::fflush(file_.get());
    }

private:
    Handle<std::FILE, std::fclose> file_;
};

}  // namespace

int run_whep(const std::vector<std::string>& words) {
    if (words.size() != 4) throw UsageError{"bench whep: wants ADDRESS BEARER NAME OUT"};
    const Stopper stopper{0};
    SystemClock clock;
    PictureWatcher watcher{words[2], PictureWatcher::Opens::offer, clock};
    RemoteDoor door{words[0]};
    const auto got = door.post_offer("/whep", words[1], offer_of(watcher.rtc()));
    if (got.status != http_created) throw std::runtime_error(fmt::format("WHEP: {}: {}", got.status, got.body));
    take_answer(watcher.rtc(), got.body);
    if (words[3] != "-") {
        DeliveriesFile file{words[3]};
        for (bool going_on = true; going_on; file.take_from(watcher))
            going_on = clock.wait_until(clock.now() + 1s, stopper.token());
    } else {
        const auto late = clock.now() + until_first_keyframe;
        while (!watcher.has_keyframe() && clock.now() < late &&
               clock.wait_until(clock.now() + look_for_keyframe, stopper.token())) {
        }
    }
    const bool seen = watcher.has_keyframe();
    const auto left = door.remove(got.location, words[1]);
    if (!seen) throw std::runtime_error("WHEP: no keyframe came");
    return left.status == 200 ? 0 : 1;
}

int run_seat(const std::vector<std::string>& words) {
    if (words.size() != 4) throw UsageError{"bench seat: wants ADDRESS TOKEN NAME OUT"};
    const Stopper stopper{0};
    SystemClock clock;
    PictureWatcher watcher{words[2], PictureWatcher::Opens::answer, clock};
    DeliveriesFile file{words[3]};
    RemoteDoor{words[0]}.watch(
        words[1], words[2], [&](const std::string& offer) { return answer_to(watcher.rtc(), offer); },
        [&] {
            file.take_from(watcher);
            return !stopper.token().stop_requested();
        });
    if (!watcher.has_keyframe()) throw std::runtime_error("Janus: no keyframe came");
    return 0;
}

}  // namespace bench
