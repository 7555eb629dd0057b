// Who hears whom, sample by sample, through real socket pairs.
#include "render/share_mix.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>

namespace {

using namespace render;

/// One end writes, the other is what the browser would hear.
struct Ear {
    std::array<int, 2> ends{};
    std::shared_ptr<PipeWriter> pipe;
    PipeReader reader;
    Ear() {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
        for (const int end : ends) fcntl(end, F_SETFL, O_NONBLOCK);
        pipe = std::make_shared<PipeWriter>(ends[0]);
    }
    ~Ear() {
        for (const int end : ends) close(end);
    }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    SoundTick hears() {
        static_cast<void>(reader.read(ends[1]));
        SoundTick last{};
        while (const auto message = reader.take())
            if (message->bytes.size() == sizeof last) std::memcpy(last.data(), message->bytes.data(), sizeof last);
        return last;
    }
};

SoundTick tone(int amplitude) {
    SoundTick out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::int16_t>(
            std::lround(amplitude * std::sin(2 * std::numbers::pi * 500 * static_cast<double>(i) / sound_rate)));
    return out;
}

struct Mixing : testing::Test {
    Ear anna, ben, cleo;
    ShareMix mix;
    Mixing() {
        mix.add(1, anna.pipe);
        mix.add(2, ben.pipe);
        mix.add(3, cleo.pipe);
    }
    void say(ShareMix::Talker who, const SoundTick& what, int ticks = 1) {
        for (int i = 0; i < ticks; ++i) mix.heard(who, std::as_bytes(std::span{what}));
    }
};

TEST_F(Mixing, everybody_hears_the_others_and_never_himself) {
    const auto low = tone(4000);
    const auto high = tone(9000);
    say(1, low, 3);
    say(2, high, 3);
    mix.tick();
    EXPECT_EQ(anna.hears(), high);
    EXPECT_EQ(ben.hears(), low);
    const auto both = cleo.hears();
    for (std::size_t i = 0; i < both.size(); ++i) EXPECT_EQ(both[i], low[i] + high[i]);
}

TEST_F(Mixing, a_loud_sum_is_cut_off_and_does_not_wrap_around) {
    const auto loud = tone(32'000);
    say(1, loud, 3);
    say(2, loud, 3);
    mix.tick();
    const auto both = cleo.hears();
    EXPECT_EQ(both[24], 32767);  // a quarter of the 500 Hz period
    EXPECT_EQ(both[72], -32768);
}

TEST_F(Mixing, a_silenced_one_hears_and_is_not_heard) {
    mix.silence(1, true);
    say(1, tone(4000), 3);
    say(2, tone(9000), 3);
    mix.tick();
    EXPECT_EQ(ben.hears(), SoundTick{});
    EXPECT_EQ(anna.hears(), tone(9000));
    mix.silence(1, false);
    mix.tick();
    EXPECT_EQ(ben.hears(), tone(4000));
}

TEST_F(Mixing, silence_comes_on_time_where_nobody_speaks) {
    mix.tick();
    static_cast<void>(anna.reader.read(anna.ends[1]));
    const auto message = anna.reader.take();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, PipeKind::sound);
    EXPECT_EQ(message->bytes.size(), sizeof(SoundTick));
}

TEST_F(Mixing, who_begins_to_speak_is_heard_after_40_ms_and_then_without_a_gap) {
    say(1, tone(4000));
    mix.tick();
    EXPECT_EQ(ben.hears(), SoundTick{});
    say(1, tone(4000));
    for (int i = 0; i < 5; ++i) {
        mix.tick();
        EXPECT_EQ(ben.hears(), tone(4000)) << i;
        say(1, tone(4000));
    }
}

TEST_F(Mixing, a_burst_is_cut_back_so_that_nobody_is_heard_late) {
    say(1, tone(100), 4);
    say(1, tone(4000), 8);
    EXPECT_GT(mix.dropped(), 0U);
    int ticks = 0;
    for (mix.tick(); ben.hears() != SoundTick{}; mix.tick()) ++ticks;
    EXPECT_LE(ticks, 5);
}

TEST_F(Mixing, who_speaks_is_told_and_for_half_a_second_after) {
    EXPECT_FALSE(mix.speaks(1));
    say(1, tone(4000), 3);
    mix.tick();
    EXPECT_TRUE(mix.speaks(1));
    EXPECT_FALSE(mix.speaks(2));
    for (int i = 0; i < 40; ++i) mix.tick();
    EXPECT_FALSE(mix.speaks(1));
}

TEST_F(Mixing, who_has_left_is_neither_heard_nor_sent_to) {
    mix.remove(2);
    say(2, tone(4000), 3);
    mix.tick();
    EXPECT_EQ(anna.hears(), SoundTick{});
    static_cast<void>(ben.reader.read(ben.ends[1]));
    EXPECT_FALSE(ben.reader.take());
}

}  // namespace
