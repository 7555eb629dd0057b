#include "bench/fusion_gpu.hpp"

#include "augment/fusion_gpu.hpp"
#include "bench/fusion_pictures.hpp"
#include "bench/median.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr double bandwidth_goal_percent = 70;
constexpr int kernel_runs = 20;  // behind one another: what is timed is the kernel, not its start
constexpr int batches = 30;
constexpr std::size_t more_than_a_cache = 32;  // rooms: 170 MB, so that memory is what is timed

/// Medians over the batches of so many rooms, new pictures and a new pose in each.
std::vector<Row> gpu_rows(augment::GpuFusion& gpu, std::size_t count, double copy_bytes_per_s,
                          const std::stop_token& stop) {
    std::deque<FusionPictures> rooms;
    std::vector<std::shared_ptr<Pixels>> canvases;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& plan = rooms.emplace_back(static_cast<int>(i)).plan();
        canvases.push_back(gpu.canvas(plan.width, plan.height));
    }
    std::vector<double> upload, kernel, download, share;
    for (std::size_t number = 0; number < batches; ++number) {
        if (stop.stop_requested()) throw std::runtime_error("bench fusion: stopped");
        std::deque<augment::Paired> frames;
        std::deque<augment::Scene> in_turn;
        std::vector<augment::GpuRoom> batch;
        for (std::size_t i = 0; i < count; ++i) {
            const auto& sources = frames.emplace_back(rooms[i].frames(number));
            in_turn.push_back({rooms[i].plan(), sources, 0.5, rooms[i].moving(number + 7 * i), false, EchoHue::gold});
            batch.push_back({canvases[i].get(), &in_turn.back()});
        }
        const auto times = gpu.draw_rooms(batch, kernel_runs);
        if (number < 3) continue;  // memory is allocated in the first ones
        const auto of_each = static_cast<double>(count);
        upload.push_back(times.upload_ms / of_each);
        kernel.push_back(times.kernel_ms / of_each);
        download.push_back(times.download_ms / of_each);
        share.push_back(100 * static_cast<double>(times.kernel_bytes) / (times.kernel_ms / 1000) / copy_bytes_per_s);
    }
    const auto rooms_of = "GPU, " + std::to_string(count) + (count == 1 ? " room: " : " rooms: ");
    const auto titled = [&](const char* what) { return rooms_of + what; };
    std::vector<Row> rows{{titled("kernel, a frame"), median(kernel), "ms"},
                          {titled("kernel, of the copy bandwidth"), median(share), "%"},
                          {titled("upload, a frame"), median(upload), "ms"},
                          {titled("download, a frame"), median(download), "ms"}};
    if (count == more_than_a_cache) rows[1].goal = bandwidth_goal_percent;
    rows[1].bar = Bar::at_least;
    return rows;
}

}  // namespace

GpuFigures gpu_figures(const std::function<void(const std::string&)>& say, const std::stop_token& stop) {
    std::string reason;
    const auto gpu = augment::make_fusion_gpu(reason);
    if (!gpu) return {{}, "not measured on a GPU: " + reason};
    say(gpu->name());
    const double copy = gpu->copy_bytes_per_s();
    GpuFigures out{{{"GPU, copy bandwidth, read and written", copy / 1e9, "GB/s"}}, {}};
    for (const std::size_t rooms : {std::size_t{1}, std::size_t{8}, more_than_a_cache}) {
        const auto rows = gpu_rows(*gpu, rooms, copy, stop);
        out.rows.insert(out.rows.end(), rows.begin(), rows.end());
    }
    return out;
}

}  // namespace bench
