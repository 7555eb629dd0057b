#include "bench/screen_watcher.hpp"

#include "bench/code_search.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <sys/resource.h>
#include <algorithm>
#include <future>
#include <set>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto unreadable_for = 1s;  // then it is searched again
constexpr auto longest_between_searches = 8s;
constexpr auto between_surveys = 10s;        // for codes that come later, when nobody said how many there are
constexpr auto between_first_tries = 100ms;  // while there is none

double watcher_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

bool overlap(const Rect& a, const Rect& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

class ScreenWatch {
public:
    ScreenWatch(Watched& watched, const WatchSettings& settings, Clock& clock)
        : watched_{watched}, settings_{settings}, clock_{clock}, searches_itself_{settings.codes.empty()} {
        report_.display = watched.name();
        report_.codes = settings.codes;
        report_.tells_redraws = watched.tells_redraws();
        for (std::size_t i = 0; i < settings.codes.size(); ++i) looks_.begin(i);
    }
    WatchReport run(const std::stop_token& stop);

private:
    void search(const std::stop_token& stop);
    void adopt(const std::vector<FoundCode>& found, int x, int y);
    void look(const std::stop_token& stop);
    void plan_search(Timestamp now);
    [[nodiscard]] bool one_is_unreadable(Timestamp now) const;
    void sum_up(Timestamp now);

    Watched& watched_;
    const WatchSettings& settings_;
    Clock& clock_;
    bool searches_itself_;
    ScreenLooks looks_;
    std::vector<Timestamp> watched_since_;  // by place
    WatchReport report_;
    Histogram uncertainty_;
    std::uint64_t look_count_ = 0;
    Timestamp begun_{};
    Timestamp next_search_{};
    Microseconds between_searches_{unreadable_for};
    double processor_before_ = 0;
    struct Search {
        std::future<std::vector<FoundCode>> found;
        int x = 0;
        int y = 0;
    };
    Search search_;  // on a thread of its own: a search takes as long as many looks
};

void ScreenWatch::search(const std::stop_token& stop) {
    const auto whole = watched_.whole(stop);
    ++report_.searches;
    if (!whole.picture) return;
    search_ = {std::async(std::launch::async,
                          [picture = whole.picture] {
                              run_in_background();
                              return find_codes(*picture);
                          }),
               whole.x, whole.y};
}

void ScreenWatch::adopt(const std::vector<FoundCode>& found, int x, int y) {
    std::set<StreamId> streams;
    for (const auto& one : found)
        if (!streams.insert(one.code.stream).second)
            throw std::runtime_error(fmt::format(
                "the code of stream {} is shown at two places of {}: say by --window or --codes which is to "
                "be judged",
                one.code.stream, report_.display));
    for (const auto& one : found) {
        const Rect where{one.where.x + x, one.where.y + y, one.where.width, one.where.height};
        std::size_t place = 0;
        while (place < report_.codes.size() && looks_.stream_at(place) != one.code.stream &&
               !overlap(report_.codes[place], where))
            ++place;
        if (place == report_.codes.size()) {
            report_.codes.push_back(where);
            watched_since_.push_back(clock_.now());
            looks_.begin(place);
        } else if (!overlap(report_.codes[place], where) || clock_.now() - watched_since_[place] > unreadable_for) {
            const auto read = looks_.last_read(place);
            if (read && clock_.now() - *read < unreadable_for && overlap(report_.codes[place], where)) continue;
            report_.codes[place] = where;
            watched_since_[place] = clock_.now();
            looks_.begin(place);
        }
    }
}

bool ScreenWatch::one_is_unreadable(Timestamp now) const {
    for (std::size_t i = 0; i < report_.codes.size(); ++i)
        if (now - looks_.last_read(i).value_or(watched_since_[i]) >= unreadable_for) return true;
    return false;
}

void ScreenWatch::plan_search(Timestamp now) {
    const bool lost = one_is_unreadable(now);
    const bool waiting = report_.codes.size() < settings_.expected;
    if (!lost) between_searches_ = unreadable_for;
    if (lost || waiting) {
        next_search_ = now + between_searches_;
        if (lost) between_searches_ = std::min<Microseconds>(2 * between_searches_, longest_between_searches);
    } else {
        next_search_ = settings_.expected > 0 ? Timestamp::max() : now + between_surveys;
    }
}

void ScreenWatch::look(const std::stop_token& stop) {
    const auto seen = watched_.look(report_.codes, stop);
    ++look_count_;
    for (const auto& sighting : looks_.take(seen)) {
        ++report_.sightings;
        uncertainty_.record(sighting.bound);
        if (settings_.seen) settings_.seen(sighting);
    }
}

void ScreenWatch::sum_up(Timestamp now) {
    report_.seconds = std::chrono::duration<double>{now - begun_}.count();
    const double seconds = std::max(report_.seconds, 1e-6);
    report_.looks_per_second = static_cast<double>(look_count_) / seconds;
    report_.processor_percent = 100 * (watcher_seconds() - processor_before_) / seconds;
    report_.uncertainty = uncertainty_.percentiles();
}

WatchReport ScreenWatch::run(const std::stop_token& stop) {
    processor_before_ = watcher_seconds();
    begun_ = clock_.now();
    watched_since_.assign(report_.codes.size(), begun_);
    const auto period = watched_.sets_the_pace()
                            ? Microseconds{0}
                            : Microseconds{static_cast<std::int64_t>(1e6 / settings_.looks_per_second)};
    auto due = begun_;
    auto told = begun_;
    bool was_lost = false;
    for (auto now = begun_; !stop.stop_requested(); now = clock_.now()) {
        if (search_.found.valid() &&
            (report_.codes.empty() || search_.found.wait_for(0s) == std::future_status::ready)) {
            adopt(search_.found.get(), search_.x, search_.y);
            plan_search(now);
            if (report_.codes.empty()) next_search_ = now + between_first_tries;
        }
        if (searches_itself_ && !search_.found.valid()) {
            const bool lost = one_is_unreadable(now);
            if (lost && !was_lost) next_search_ = now;
            was_lost = lost;
            if (now >= next_search_) search(stop);
        }
        if (!report_.codes.empty()) look(stop);
        if (settings_.once_a_second && now - told >= 1s) {
            sum_up(now);
            settings_.once_a_second(report_);
            told = now;
        }
        due = std::max(due + period, now);
        if (report_.codes.empty() && !search_.found.valid()) due = std::max(due, next_search_);
        clock_.wait_until(due, stop);
    }
    sum_up(clock_.now());
    return report_;
}

}  // namespace

WatchReport watch(Watched& watched, const WatchSettings& settings, Clock& clock, const std::stop_token& stop) {
    return ScreenWatch{watched, settings, clock}.run(stop);
}

}  // namespace bench
