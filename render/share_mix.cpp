#include "render/share_mix.hpp"

#include <algorithm>
#include <cmath>

namespace render {

namespace {
constexpr std::size_t begin_with = 2 * sound_samples;  // 40 ms: the browser's and our clock are two
constexpr std::size_t most_sound = 5 * sound_samples;
constexpr double whisper = 300;  // root mean square
constexpr int speaks_for = 25;   // ticks
}  // namespace

void ShareMix::add(Talker talker, std::shared_ptr<PipeWriter> to) {
    const std::scoped_lock lock{mutex_};
    const bool silenced = seats_.contains(talker) && seats_[talker].silenced;
    seats_[talker] = Seat{std::move(to), {}, false, silenced, 0};
}

void ShareMix::remove(Talker talker) {
    const std::scoped_lock lock{mutex_};
    seats_.erase(talker);
}

void ShareMix::silence(Talker talker, bool on) {
    const std::scoped_lock lock{mutex_};
    if (const auto found = seats_.find(talker); found != seats_.end()) found->second.silenced = on;
}

void ShareMix::heard(Talker talker, std::span<const std::byte> bytes) {
    const std::scoped_lock lock{mutex_};
    const auto found = seats_.find(talker);
    if (found == seats_.end()) return;
    auto& waiting = found->second.waiting;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        waiting.push_back(static_cast<std::int16_t>(std::to_integer<unsigned>(bytes[i]) |
                                                    std::to_integer<unsigned>(bytes[i + 1]) << 8U));
    if (waiting.size() <= most_sound) return;
    // Down to what it begins with: one gap instead of many.
    dropped_ += waiting.size() - begin_with;
    waiting.erase(waiting.begin(), waiting.end() - static_cast<std::ptrdiff_t>(begin_with));
}

bool ShareMix::take(Seat& seat, SoundTick& into) {
    if (!seat.begun) seat.begun = seat.waiting.size() >= begin_with;
    if (seat.waiting.size() < sound_samples) seat.begun = false;
    if (!seat.begun) return false;
    std::copy_n(seat.waiting.begin(), sound_samples, into.begin());
    seat.waiting.erase(seat.waiting.begin(), seat.waiting.begin() + sound_samples);
    return true;
}

void ShareMix::tick() {
    const std::scoped_lock lock{mutex_};
    std::array<std::int32_t, sound_samples> sum{};
    std::map<Talker, SoundTick> own;
    for (auto& [talker, seat] : seats_) {
        SoundTick sound{};
        seat.loud_ticks = std::max(0, seat.loud_ticks - 1);
        if (!take(seat, sound) || seat.silenced) continue;
        double power = 0;
        for (std::size_t i = 0; i < sound_samples; ++i) {
            sum[i] += sound[i];
            power += static_cast<double>(sound[i]) * sound[i];
        }
        if (std::sqrt(power / sound_samples) > whisper) seat.loud_ticks = speaks_for;
        own.emplace(talker, sound);
    }
    for (const auto& [talker, seat] : seats_) {
        const auto mine = own.find(talker);
        SoundTick out{};
        for (std::size_t i = 0; i < sound_samples; ++i)
            out[i] = static_cast<std::int16_t>(
                std::clamp(sum[i] - (mine == own.end() ? 0 : std::int32_t{mine->second[i]}), -32768, 32767));
        seat.to->send(PipeKind::sound, std::as_bytes(std::span{out}));
    }
}

bool ShareMix::speaks(Talker talker) const {
    const std::scoped_lock lock{mutex_};
    const auto found = seats_.find(talker);
    return found != seats_.end() && found->second.loud_ticks > 0;
}

std::uint64_t ShareMix::dropped() const {
    const std::scoped_lock lock{mutex_};
    return dropped_;
}

}  // namespace render
