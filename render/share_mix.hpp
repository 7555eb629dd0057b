// Everybody hears everybody but himself.
#pragma once

#include "render/share_pipe.hpp"
#include "transport/clock.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace render {

inline constexpr int sound_rate = 48'000;          ///< samples a second, mono, 16 bits
inline constexpr std::size_t sound_samples = 960;  ///< of one tick: 20 ms
inline constexpr transport::Microseconds sound_tick{20'000};
using SoundTick = std::array<std::int16_t, sound_samples>;

/// Thread safe. `tick` is called every 20 ms by whoever has the time.
class ShareMix {
public:
    using Talker = std::uint64_t;
    void add(Talker talker, std::shared_ptr<PipeWriter> to);
    void remove(Talker talker);
    /// A silenced one hears, and is not heard.
    void silence(Talker talker, bool on);
    /// What came from him: samples as bytes. What waits longer than 100 ms is dropped, and counted.
    void heard(Talker talker, std::span<const std::byte> bytes);
    /// Takes 20 ms of each and sends each the others' sum.
    void tick();
    /// Louder than a whisper in the last half second.
    [[nodiscard]] bool speaks(Talker talker) const;
    [[nodiscard]] std::uint64_t dropped() const;

private:
    struct Seat {
        std::shared_ptr<PipeWriter> to;
        std::deque<std::int16_t> waiting;
        bool begun = false;  ///< has gathered enough to go on without gaps
        bool silenced = false;
        int loud_ticks = 0;  ///< for so many more he counts as speaking
    };
    [[nodiscard]] static bool take(Seat& seat, SoundTick& into);

    mutable std::mutex mutex_;
    std::map<Talker, Seat> seats_;
    std::uint64_t dropped_ = 0;
};

}  // namespace render
