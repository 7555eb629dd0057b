#include "bench/photodiode.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace bench {

namespace {

std::uint32_t little(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

struct WavFormat {
    std::uint32_t rate = 0;
    std::size_t bytes = 0;  ///< of a sample of one channel
    bool floats = false;
};

WavFormat wav_format(std::string_view chunk) {
    constexpr std::uint32_t pcm = 1;
    constexpr std::uint32_t ieee_float = 3;
    constexpr std::uint32_t extensible = 0xFFFE;  // the true one is in its extension
    if (chunk.size() < 16) throw std::runtime_error("its format is cut off");
    auto kind = little(chunk, 0, 2);
    if (kind == extensible && chunk.size() >= 26) kind = little(chunk, 24, 2);
    const auto channels = little(chunk, 2, 2);
    const auto bits = little(chunk, 14, 2);
    const WavFormat out{little(chunk, 4, 4), bits / 8, kind == ieee_float};
    const bool known = (kind == pcm && (bits == 16 || bits == 24 || bits == 32)) || (kind == ieee_float && bits == 32);
    if (!known) throw std::runtime_error(fmt::format("samples of kind {} with {} bits are not read", kind, bits));
    if (channels != 2) throw std::runtime_error(fmt::format("{} channels; two are wanted: source, display", channels));
    if (out.rate < 100 || out.rate > 10'000'000) throw std::runtime_error(fmt::format("{} samples a second", out.rate));
    return out;
}

double wav_sample(std::string_view data, std::size_t at, const WavFormat& format) {
    const auto raw = little(data, at, format.bytes) << (32 - 8 * format.bytes);
    const double value = format.floats ? static_cast<double>(std::bit_cast<float>(raw))
                                       : static_cast<double>(static_cast<std::int32_t>(raw)) / 2147483648.0;
    return std::abs(value) <= 1e6 ? value : 0;  // also what is no number
}

template <typename Number>
bool take_light(std::string_view& rest, Number& value) {
    const auto cell = rest.substr(0, rest.find(','));
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc{} || end != cell.data() + cell.size()) return false;
    rest.remove_prefix(std::min(cell.size() + 1, rest.size()));
    return true;
}

}  // namespace

LightTraces read_light_wav(std::string_view bytes) {
    if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE")
        throw std::runtime_error("it is no WAVE file");
    WavFormat format;
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const auto name = bytes.substr(at, 4);
        const auto size = std::min<std::size_t>(little(bytes, at + 4, 4), bytes.size() - at - 8);
        const auto chunk = bytes.substr(at + 8, size);
        if (name == "fmt ") format = wav_format(chunk);
        if (name == "data") {
            if (format.rate == 0) throw std::runtime_error("its samples come before their format");
            const auto count = size / (2 * format.bytes);
            if (count > most_light_samples) throw std::runtime_error("it is too long");
            LightTraces out;
            for (std::size_t i = 0; i < count; ++i)
                for (std::size_t channel = 0; channel < 2; ++channel) {
                    out[channel].at_us.push_back(static_cast<double>(i) * 1e6 / format.rate);
                    out[channel].value.push_back(wav_sample(chunk, (2 * i + channel) * format.bytes, format));
                }
            return out;
        }
        at += 8 + size + (size & 1);
    }
    throw std::runtime_error("there are no samples in it");
}

LightTraces read_light_lines(std::string_view text) {
    constexpr double farthest = 1e14;  // three years in µs
    LightTraces out;
    std::size_t count = 0;
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) break;  // still being written
        auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.front() == '#') continue;
        auto rest = line;
        double at_us = 0;
        unsigned channel = 0;
        double value = 0;
        const bool whole =
            take_light(rest, at_us) && take_light(rest, channel) && take_light(rest, value) && rest.empty();
        if (!whole || channel > 1 || !(std::abs(at_us) <= farthest) || !(std::abs(value) <= farthest))
            throw std::runtime_error(fmt::format("line {} is no t_us,channel,value: '{:.80}'", number, line));
        auto& trace = out[channel];
        if (!trace.at_us.empty() && at_us < trace.at_us.back())
            throw std::runtime_error(fmt::format("line {} goes back in time: '{:.80}'", number, line));
        if (++count > 2 * most_light_samples) throw std::runtime_error("it is too long");
        trace.at_us.push_back(at_us);
        trace.value.push_back(value);
    }
    return out;
}

}  // namespace bench
