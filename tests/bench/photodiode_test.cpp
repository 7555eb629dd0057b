// Two diodes whose flips are known.
#include "bench/photodiode.hpp"
#include "transport/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>

namespace {

using namespace bench;

/// 0 or 1, flipping at these times, with a rise time and noise.
double light_at(double us, const std::vector<double>& flips, double rise_us) {
    double value = 0;
    double sign = 1;
    for (const double flip : flips) {
        value += sign * std::clamp((us - flip) / rise_us + 0.5, 0.0, 1.0);
        sign = -sign;
    }
    return value;
}

struct Flipping {
    std::vector<double> source;
    std::vector<double> display;
};
Flipping flips_later_by(double latency_us) {
    std::minstd_rand random{11};
    Flipping out;
    double at = 50'000;
    for (int i = 0; i < 40; ++i) {
        out.source.push_back(at);
        out.display.push_back(at + latency_us + static_cast<double>(random() % 5'000));
        at += 120'000 + static_cast<double>(random() % 90'000);
    }
    return out;
}

LightTraces traces_of(const Flipping& flips, double sample_us, double rise_us) {
    std::minstd_rand random{5};
    LightTraces out;
    for (double at = 0; at < flips.display.back() + 50'000; at += sample_us)
        for (std::size_t channel = 0; channel < 2; ++channel) {
            out[channel].at_us.push_back(at);
            const double noise = static_cast<double>(random() % 1'000) / 50'000;
            out[channel].value.push_back(
                300 + 500 * (noise + light_at(at, channel == 0 ? flips.source : flips.display, rise_us)));
        }
    return out;
}

void put_little(std::string& bytes, std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}
std::string wav_of(const LightTraces& traces, std::uint32_t rate) {
    std::string data;
    for (std::size_t i = 0; i < traces[0].value.size(); ++i)
        for (const auto& trace : traces)
            put_little(data, static_cast<std::uint32_t>(static_cast<std::int32_t>(trace.value[i] * 30)), 2);
    std::string out = "RIFF";
    put_little(out, static_cast<std::uint32_t>(36 + data.size()), 4);
    out += "WAVEfmt ";
    put_little(out, 16, 4);
    put_little(out, 1, 2);
    put_little(out, 2, 2);
    put_little(out, rate, 4);
    put_little(out, rate * 4, 4);
    put_little(out, 4, 2);
    put_little(out, 16, 2);
    out += "data";
    put_little(out, static_cast<std::uint32_t>(data.size()), 4);
    return out + data;
}

TEST(Photodiode, finds_the_latency_of_every_flip_within_its_uncertainty) {
    const auto flips = flips_later_by(42'000);
    const auto report = light_report(traces_of(flips, 500, 2'000));
    EXPECT_EQ(report.source_edges, 40U);
    EXPECT_EQ(report.latency.count, 40U);
    EXPECT_EQ(report.unanswered, 0U);
    std::vector<double> truth;
    for (std::size_t i = 0; i < flips.source.size(); ++i) truth.push_back(flips.display[i] - flips.source[i]);
    std::ranges::sort(truth);
    EXPECT_NEAR(static_cast<double>(report.latency.p50), truth[19], report.uncertainty_us);
    EXPECT_NEAR(static_cast<double>(report.latency.max), truth[39], report.uncertainty_us);
    EXPECT_NEAR(report.uncertainty_us, 500 + 500 + 1'000, 500);
}

TEST(Photodiode, a_sound_cards_wave_file_says_the_same) {
    const auto flips = flips_later_by(42'000);
    const auto traces = traces_of(flips, 1e6 / 8000, 300);
    const auto report = light_report(read_light_wav(wav_of(traces, 8000)));
    EXPECT_EQ(report.latency.count, 40U);
    EXPECT_NEAR(static_cast<double>(report.latency.p50), static_cast<double>(light_report(traces).latency.p50), 20);
    EXPECT_NE(light_json("a.wav", report).find("\"p99\""), std::string::npos);
}

TEST(Photodiode, a_flip_that_the_display_swallows_is_counted) {
    auto flips = flips_later_by(20'000);
    flips.display.erase(flips.display.begin() + 10, flips.display.begin() + 12);
    const auto report = light_report(traces_of(flips, 500, 1'000));
    EXPECT_EQ(report.unanswered, 2U);
    EXPECT_EQ(report.latency.count, 38U);
    EXPECT_LT(report.latency.max, 30'000);
}

TEST(Photodiode, noise_is_no_flip) {
    LightTraces traces;
    std::minstd_rand random{9};
    for (int i = 0; i < 5'000; ++i)
        for (auto& trace : traces) {
            trace.at_us.push_back(500.0 * i);
            trace.value.push_back(static_cast<double>(random() % 100));
        }
    EXPECT_TRUE(light_edges(traces[0]).edges.empty());
    EXPECT_THROW((void)light_report(traces), std::runtime_error);
    EXPECT_THROW((void)light_report({}), std::runtime_error);
}

TEST(Photodiode, lines_of_a_microcontroller_are_read) {
    const auto traces = read_light_lines("# meter 1.0\r\n0,0,512\r\n10,1,3.5\n\n500,0,513\n510,1,4\n1000,0,5");
    EXPECT_EQ(traces[0].value, (std::vector<double>{512, 513}));
    EXPECT_EQ(traces[1].at_us, (std::vector<double>{10, 510}));
    for (const std::string bad : {"0,2,5\n", "0,0\n", "x,0,1\n", "0,0,1,2\n", "10,0,1\n5,0,1\n", "0,0,nan\n"})
        EXPECT_THROW((void)read_light_lines(bad), std::runtime_error) << bad;
}

TEST(Photodiode, what_is_no_stereo_wave_file_is_refused) {
    const auto good = wav_of(traces_of(flips_later_by(1'000), 10'000, 100), 100);
    EXPECT_NO_THROW((void)read_light_wav(good));
    auto mono = good;
    mono[22] = 1;
    auto eight_bits = good;
    eight_bits[34] = 8;
    for (const auto& bad : {std::string{}, std::string{"RIFF1234WAVE"}, good.substr(0, 30), mono, eight_bits})
        EXPECT_THROW((void)read_light_wav(bad), std::runtime_error);
    EXPECT_THROW((void)run_photodiode({}), transport::UsageError);
    EXPECT_THROW((void)run_photodiode({"/nowhere.wav"}), std::runtime_error);
}

}  // namespace
