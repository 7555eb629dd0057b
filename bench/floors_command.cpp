#include "bench/floors_command.hpp"

#include "bench/floors_measure.hpp"
#include "bench/progress.hpp"
#include "bench/stopper.hpp"
#include "bench/word_values.hpp"
#include "devices/gst_sink.hpp"
#include "transport/options.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <stdexcept>

namespace bench {

using transport::UsageError;

namespace {

constexpr auto floors_text = R"(Usage: scialytic bench floors [--key value ...]

What each hop of a frame costs at its least: the product's own components on the cathlab's synthetic pictures, each
called for itself with nothing beside it, once at 30 frames/s of each source (caches cold from the other hops, as in
reality) and once back to back. Median and 99th percentile; `bench explain --floors` sets measured hops against them.
Nothing else should run meanwhile.

  --echo WxH        of the ultrasound, 64x64 to 4096x4096, even. Default 576x456
  --xray WxH        of the X-ray. Default 512x512
  --canvas WxH      of the fused picture. Default 1280x720
  --codes BOOL      the pictures carry the in-picture code, as judged runs do: true or false. Default true
  --pictures N      of each source, paced and back to back. 20 to 100000, default 300: 14 s
  --threads N       of each encoder, and of the fusion. 1 to 16, default 2
  --quality Q       quantiser of the sources. 1 to 51, default 20
  --view-quality Q  quantiser of the canvas. 1 to 51, default 23
  --present WHERE   headless, x11, wayland or kms. Default x11 where DISPLAY is set, else headless
  --json FILE       where the floors go as well. Default out/bench/floors.json
  --help            this text

Exit codes: 0 measured, 1 failed, 2 wrong usage.
)";

void read_size(const WordValues& given, const std::string& key, int& width, int& height) {
    if (!given.has(key)) return;
    const auto text = given.text(key, "");
    const auto cross = text.find('x');
    const auto side = [&](std::string_view digits) {
        constexpr int least = 64;
        constexpr int most = 4096;
        int value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (cross == std::string::npos || error != std::errc{} || end != digits.data() + digits.size() ||
            value < least || value > most || value % 2 != 0)
            throw UsageError{fmt::format("bench floors: {}: '{:.80}' is not WIDTHxHEIGHT, even, {} to {} each", key,
                                         text, least, most)};
        return value;
    };
    width = side(std::string_view{text}.substr(0, cross));
    height = side(std::string_view{text}.substr(cross + 1));
}

bool read_flag(const WordValues& given, const std::string& key, bool otherwise) {
    const auto text = given.text(key, otherwise ? "true" : "false");
    if (text != "true" && text != "false")
        throw UsageError{fmt::format("bench floors: {}: '{:.80}' is not true or false", key, text)};
    return text == "true";
}

std::string read_present(const WordValues& given) {
    const bool x11 = devices::find_screen() == devices::Screen::x11;
    auto text = given.text("--present", x11 ? "x11" : "headless");
    if (text != "headless" && text != "x11" && text != "wayland" && text != "kms")
        throw UsageError{fmt::format("bench floors: --present: '{:.80}' is not headless, x11, wayland or kms", text)};
    return text;
}

FloorOptions read_floor_options(const WordValues& given) {
    FloorOptions out;
    read_size(given, "--echo", out.sizes.echo_width, out.sizes.echo_height);
    read_size(given, "--xray", out.sizes.xray_width, out.sizes.xray_height);
    read_size(given, "--canvas", out.sizes.canvas_width, out.sizes.canvas_height);
    given.read("--pictures", out.pictures, 20, 100'000);
    given.read("--threads", out.threads, 1, 16);
    given.read("--quality", out.quality, 1, 51);
    given.read("--view-quality", out.view_quality, 1, 51);
    out.codes = read_flag(given, "--codes", true);
    out.present = read_present(given);
    return out;
}

std::string floors_table(const Floors& floors) {
    auto out = fmt::format("{:<12}{:<18}{:<12}{:>18}{:>18}\n{:<42}{:>18}{:>18}\n", "stream", "hop to", "picture",
                           "at 30/s, ms", "back to back, ms", "", "p50 / p99", "p50 / p99");
    for (const auto& hop : floors.hops)
        out += fmt::format("{:<12}{:<18}{:<12}{:>18}{:>18}\n", hop.stream, transport::name(hop.stage),
                           fmt::format("{}x{}", hop.width, hop.height),
                           fmt::format("{:.2f} / {:.2f}", hop.paced.p50, hop.paced.p99),
                           fmt::format("{:.2f} / {:.2f}", hop.back_to_back.p50, hop.back_to_back.p99));
    for (const auto* stream : {"ultrasound", "xray"})
        if (const auto sum = codec_sum(floors, stream))
            out += fmt::format("{}: the codecs alone, both hops, p50 at 30/s: {:.2f} ms\n", stream, *sum);
    return out;
}

}  // namespace

std::string_view floors_help() {
    return floors_text;
}

int run_floors(const std::vector<std::string>& words) {
    const WordValues given{"bench floors",
                           words,
                           {"--echo", "--xray", "--canvas", "--codes", "--pictures", "--threads", "--quality",
                            "--view-quality", "--present", "--json"}};
    auto options = read_floor_options(given);
    const std::filesystem::path path = given.text("--json", "out/bench/floors.json");
    const Stopper stopper{0};
    options.stop = stopper.token();
    const bool real_time = transport::run_in_real_time().empty();
    Floors floors;
    {
        Progress progress;
        options.say = [&](const std::string& what) { progress.begin(what); };
        floors = measure_floors(options);
    }
    floors.real_time = real_time;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    std::ofstream file{path};
    file << floors_json(floors);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    fmt::print("{}{}{}\n", floors_table(floors),
               floors.real_time ? "" : "the system did not let us run before ordinary programs\n", path.string());
    return 0;
}

}  // namespace bench
