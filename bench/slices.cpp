#include "bench/slices.hpp"

#include "bench/cathlab_pictures.hpp"
#include "bench/fusion_speed.hpp"
#include "bench/median.hpp"
#include "bench/progress.hpp"
#include "bench/rows.hpp"
#include "bench/slice_path.hpp"
#include "bench/stopper.hpp"
#include "bench/word_values.hpp"
#include "transport/options.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr auto slices_text = R"(Usage: scialytic bench slices [--key value ...]

One hop from captured to decoded, encoder and decoder on this machine: pictures that are sent whole beside pictures whose
slices are sent as they leave the encoder and are decoded as they come, in turns, picture by picture. An experiment: the
product sends whole pictures (docs/latency.md says why). Nothing else should run meanwhile.

  --pictures N    of each way, size and link. 10 to 10000, default 60
  --mbit-per-s R  of the link that is not loopback. 1 to 1000, default 50
  --pause-ms P    between two pictures, so that caches cool down. 0 to 1000, default 4
  --out DIR       where slices.json goes. Default out/bench
  --help          this text

Exit codes: 0 measured, 1 failed, 2 wrong usage.
)";

/// The first is what the product does; the others are compared with it.
constexpr std::array slice_ways{
    SliceWay{"whole, 2 slices at once", 2, 2, false, false},
    SliceWay{"whole, 1 slice", 1, 1, false, false},
    SliceWay{"early, 2 slices at once", 2, 2, true, true},
    SliceWay{"early, 8 slices, 2 at once", 2, 8, true, true},
    SliceWay{"early, 8, 2 at once, decoded whole", 2, 8, true, false},
    SliceWay{"early, 4 slices one by one", 1, 4, true, true},
    SliceWay{"early, 8 slices one by one", 1, 8, true, true},
};

struct SliceOptions {
    int pictures = 60;
    double mbit_per_s = 50;
    double pause_ms = 4;
    std::filesystem::path out = "out/bench";
};

SliceOptions read_slice_options(const std::vector<std::string>& words) {
    SliceOptions out;
    const WordValues given{"bench slices", words, {"--pictures", "--mbit-per-s", "--pause-ms", "--out"}};
    given.read("--pictures", out.pictures, 10, 10'000);
    given.read("--mbit-per-s", out.mbit_per_s, 1.0, 1000.0);
    given.read("--pause-ms", out.pause_ms, 0.0, 1000.0);
    out.out = given.text("--out", out.out.string());
    return out;
}

struct SlicePictures {
    std::string name;
    int quality = 20;
    std::vector<SharedPixels> pictures;
};

/// What the three encoders of the cathlab are given, one after the other.
std::vector<SlicePictures> slice_pictures() {
    constexpr std::size_t loop = 30;
    CathlabPictures cathlab{{}, false};
    std::vector<SlicePictures> out{{"echo 576x456", 20, {}}, {"X-ray 512x512", 20, {}}, {"canvas 1280x720", 23, {}}};
    const auto fusion = augment::make_fusion_cpu();
    for (std::size_t i = 0; i < loop; ++i)
        for (const auto stream : {Modality::ultrasound, Modality::xray}) {
            const SourceFrame which{stream, i};
            const auto source = cathlab.source(which);
            out[index(stream)].pictures.push_back(source);
            const auto frames = cathlab.pair(which, source);
            auto canvas = fusion->canvas(cathlab.plan().width, cathlab.plan().height);
            fusion->draw(*canvas, cathlab.scene(frames));
            out[2].pictures.push_back(std::move(canvas));
        }
    return out;
}

using WayTimes = std::vector<std::vector<SliceTimes>>;  // by way

/// Each way gets the same pictures in the same order; they take turns, and who begins changes.
WayTimes time_ways(const SlicePictures& what, double mbit_per_s, const SliceOptions& options,
                   const std::stop_token& stop) {
    SliceSettings settings;
    settings.width = what.pictures.front()->width;
    settings.height = what.pictures.front()->height;
    settings.quality = what.quality;
    std::vector<std::unique_ptr<SlicePath>> paths;
    for (const auto& way : slice_ways) paths.push_back(std::make_unique<SlicePath>(way, settings, mbit_per_s));
    WayTimes out(paths.size());
    SystemClock clock;
    constexpr int slice_warm_up = 5;  // the first pictures are keyframes, and fill the pools
    for (int i = 0; i < options.pictures + slice_warm_up; ++i)
        for (std::size_t turn = 0; turn < paths.size(); ++turn) {
            const auto way = (turn + static_cast<std::size_t>(i)) % paths.size();
            const auto pause = Microseconds{static_cast<std::int64_t>(options.pause_ms * 1000)};
            if (!clock.wait_until(clock.now() + pause, stop)) throw std::runtime_error("bench slices: stopped");
            const auto times = paths[way]->show(what.pictures[static_cast<std::size_t>(i) % what.pictures.size()]);
            if (i >= slice_warm_up) out[way].push_back(times);
        }
    return out;
}

std::vector<double> every(const std::vector<SliceTimes>& times, double SliceTimes::*what) {
    std::vector<double> out;
    for (const auto& one : times) out.push_back(one.*what);
    return out;
}

double mean_kilobytes(const std::vector<SliceTimes>& times) {
    double sum = 0;
    for (const auto& one : times) sum += static_cast<double>(one.bytes);
    return sum / static_cast<double>(times.size()) / 1000;
}

void add_way_rows(const std::string& where, const WayTimes& times, std::vector<Row>& rows) {
    for (std::size_t way = 0; way < times.size(); ++way) {
        const auto name = fmt::format("{}, {}", where, slice_ways.at(way).name);
        const auto decoded = every(times[way], &SliceTimes::decoded);
        rows.push_back({name + ": first slice out, p50", median(every(times[way], &SliceTimes::first_slice)), "ms"});
        rows.push_back({name + ": encoded, p50", median(every(times[way], &SliceTimes::encoded)), "ms"});
        rows.push_back({name + ": decoded, p50", median(decoded), "ms"});
        rows.push_back({name + ": decoded, p95", percentile(decoded, 0.95), "ms"});
        rows.push_back({name + ": processor, p50", median(every(times[way], &SliceTimes::processor)), "ms"});
        rows.push_back({name + ": a picture", mean_kilobytes(times[way]), "kB"});
        if (way == 0) continue;
        // The same picture, a moment apart: what the machine does meanwhile touches both.
        std::vector<double> saved;
        for (std::size_t i = 0; i < decoded.size(); ++i) saved.push_back(times[0][i].decoded - decoded[i]);
        rows.push_back({name + ": earlier than whole, p50", median(saved), "ms"});
    }
}

void print_ways(const std::string& where, const WayTimes& times) {
    fmt::print("{}\n  {:<36}{:>8}{:>9}{:>9}{:>8}{:>11}{:>8}{:>10}\n", where, "ms, p50", "first", "encoded", "decoded",
               "p95", "processor", "kB", "earlier");
    for (std::size_t way = 0; way < times.size(); ++way) {
        std::vector<double> saved;
        for (std::size_t i = 0; i < times[way].size(); ++i)
            saved.push_back(times[0][i].decoded - times[way][i].decoded);
        const auto decoded = every(times[way], &SliceTimes::decoded);
        fmt::print("  {:<36}{:>8.2f}{:>9.2f}{:>9.2f}{:>8.2f}{:>11.2f}{:>8.1f}{:>10}\n", slice_ways.at(way).name,
                   median(every(times[way], &SliceTimes::first_slice)), median(every(times[way], &SliceTimes::encoded)),
                   median(decoded), percentile(decoded, 0.95), median(every(times[way], &SliceTimes::processor)),
                   mean_kilobytes(times[way]), way == 0 ? "" : fmt::format("{:.2f}", median(saved)));
    }
}

}  // namespace

std::string_view slices_help() {
    return slices_text;
}

int run_slices(const std::vector<std::string>& words) {
    const auto options = read_slice_options(words);
    const Stopper stopper{0};
    static_cast<void>(run_in_real_time());
    auto results = results_here();
    for (const auto& what : slice_pictures())
        for (const double rate : {0.0, options.mbit_per_s}) {
            const auto where =
                fmt::format("{}, {}", what.name, rate > 0 ? fmt::format("{:g} Mbit/s", rate) : "loopback");
            const auto times = time_ways(what, rate, options, stopper.token());
            print_ways(where, times);
            add_way_rows(where, times, results.rows);
        }
    std::filesystem::create_directories(options.out);
    const auto path = options.out / "slices.json";
    std::ofstream file{path};
    file << to_json(results);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    fmt::print("{}\n", path.string());
    return 0;
}

}  // namespace bench
