#include "bench/screen_looks.hpp"

#include <algorithm>

namespace bench {

using namespace transport;

std::vector<Sighting> ScreenLooks::take(const ScreenLook& look) {
    std::vector<Sighting> out;
    redrawn_ = redrawn_ || look.redrawn;
    const auto here = std::min(places_.size(), look.codes.size());
    bool news = false;
    bool readable = false;
    for (std::size_t i = 0; i < here; ++i) {
        readable = readable || look.codes[i];
        news = news || (look.codes[i] && places_[i].code && look.codes[i] != places_[i].code);
    }
    for (std::size_t i = 0; i < here; ++i) {
        auto& place = places_[i];
        const auto& code = look.codes[i];
        if (!code) continue;
        if (place.code && code != place.code) place.told = true;
        if (place.told && (news || redrawn_)) {
            const auto earliest = microseconds(place.read_after);
            const auto latest = microseconds(look.after);
            out.push_back({{earliest + (latest - earliest) / 2, code->stream, code->sequence, code->time_us},
                           Microseconds{(latest - earliest + 1) / 2}});
        }
        place.code = code;
        place.read_after = look.before;
    }
    if (readable) redrawn_ = false;
    std::ranges::stable_sort(out, {}, [](const Sighting& one) { return one.code.presented_us; });
    return out;
}

void ScreenLooks::begin(std::size_t place) {
    if (place >= places_.size()) places_.resize(place + 1);
    places_[place] = {};
}

std::optional<StreamId> ScreenLooks::stream_at(std::size_t place) const {
    if (place >= places_.size() || !places_[place].code) return std::nullopt;
    return places_[place].code->stream;
}

std::optional<Timestamp> ScreenLooks::last_read(std::size_t place) const {
    if (place >= places_.size() || !places_[place].code) return std::nullopt;
    return places_[place].read_after;
}

}  // namespace bench
