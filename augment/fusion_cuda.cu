// The CUDA twin: sources up, one kernel over the canvases, canvases down. Formulas: fusion_compose.hpp, steps:
// fusion_steps.hpp.
#include "augment/fusion_gpu.hpp"
#include "augment/fusion_room.cuh"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace augment {

using namespace transport;

namespace {

/// As many canvases as a kernel's arguments hold: they lie in the constant cache.
constexpr std::size_t most_jobs = 16;
struct ComposeJobs {
    std::array<ComposeJob, most_jobs> jobs{};
};

/// Blocks at once on a multiprocessor: as many as leave a thread the registers that it needs.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
#define SCIALYTIC_RESIDENT 6
#else
#define SCIALYTIC_RESIDENT 4
#endif

/// A canvas' rows are padded, so the last thread of a row may write beyond the picture.
__global__ void __launch_bounds__(256, SCIALYTIC_RESIDENT) compose_canvases(const __grid_constant__ ComposeJobs all) {
    const ComposeJob& job = all.jobs[blockIdx.z];
    const int x = 4 * static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = 2 * static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (x >= job.width || y >= job.height) return;
    const auto octet = compose(job, x, y);
    for (int i = 0; i < 2; ++i) {
        *reinterpret_cast<std::uint32_t*>(job.canvas[0] + static_cast<std::ptrdiff_t>(y + i) * job.canvas_strides[0] +
                                          x) = octet.luma[static_cast<std::size_t>(i)];
        const auto plane = static_cast<std::size_t>(1 + i);
        *reinterpret_cast<std::uint16_t*>(job.canvas[plane] +
                                          static_cast<std::ptrdiff_t>(y / 2) * job.canvas_strides[plane] + x / 2) =
            static_cast<std::uint16_t>(octet.chroma[static_cast<std::size_t>(i)]);
    }
}

/// From the host's own pixels: the code is not to pass through anything that could alter it.
void copy_code(Pixels& canvas, const DrawCode& step) {
    const auto& pixels = *step.frame->pixels;
    for (int plane = 0; plane < pixels.plane_count(); ++plane) {
        const int part = plane == 0 ? 1 : 2;
        for (int y = 0; y < step.to.height / part; ++y)
            std::copy_n(pixels.row(plane, step.from.y / part + y) + step.from.x / part, step.to.width / part,
                        canvas.row(plane, step.to.y / part + y) + step.to.x / part);
    }
}

/// Stays where it is, so that the GPU reads and writes it by itself.
void* allocate_pinned(std::size_t bytes) {
    void* memory = nullptr;
    if (cudaHostAlloc(&memory, bytes, cudaHostAllocPortable) != cudaSuccess) throw std::bad_alloc{};
    return memory;
}
void release_pinned(void* memory) {
    cudaFreeHost(memory);
}

class CudaFusion final : public GpuFusion {
public:
    explicit CudaFusion(std::string device)
        : GpuFusion{PixelPool{{allocate_pinned, release_pinned}}}, device_{std::move(device)} {}

    void draw(Pixels& canvas, const Scene& scene) override { draw_rooms({{&canvas, &scene}}, 1); }

    GpuTimes draw_rooms(const std::vector<GpuRoom>& rooms, int kernel_runs) override {
        GpuTimes times;
        while (rooms_.size() < rooms.size()) rooms_.push_back(std::make_unique<DeviceRoom>());
        std::vector<Steps> steps;
        std::vector<ComposeJob> jobs;
        int width = 0;
        int height = 0;
        begun_.mark();
        for (std::size_t i = 0; i < rooms.size(); ++i) {
            steps.push_back(steps_for(*rooms[i].canvas, *rooms[i].scene));
            jobs.push_back(rooms_[i]->prepare(*rooms[i].canvas, steps.back(), times));
            width = std::max(width, rooms[i].canvas->width);
            height = std::max(height, rooms[i].canvas->height);
        }
        if (jobs.empty()) return times;
        uploaded_.mark();
        for (int i = 0; i < kernel_runs; ++i) compose_all(jobs, width, height);
        check(cudaGetLastError(), "start of the kernel");
        composed_.mark();
        for (std::size_t i = 0; i < rooms.size(); ++i) DeviceRoom::download(*rooms[i].canvas, jobs[i], times);
        downloaded_.mark();
        for (std::size_t i = 0; i < rooms.size(); ++i)
            for (const auto& code : steps[i].codes) copy_code(*rooms[i].canvas, code);
        times.download_ms = downloaded_.ms_since(composed_);
        times.kernel_ms = composed_.ms_since(uploaded_) / std::max(1, kernel_runs);
        times.upload_ms = uploaded_.ms_since(begun_);
        return times;
    }

    [[nodiscard]] double copy_bytes_per_s() override {
        constexpr std::size_t size = std::size_t{256} << 20;  // more than any cache holds
        constexpr int runs = 10;
        DeviceBuffer from;
        DeviceBuffer to;
        auto* const source = from.bytes(size);
        auto* const target = to.bytes(size);
        check(cudaMemset(source, 1, size), "memory for the copy");
        double best_ms = 0;
        for (int i = 0; i < runs; ++i) {
            begun_.mark();
            check(cudaMemcpyAsync(target, source, size, cudaMemcpyDeviceToDevice), "the copy");
            composed_.mark();
            const double ms = composed_.ms_since(begun_);
            best_ms = i == 0 ? ms : std::min(best_ms, ms);
        }
        return 2.0 * static_cast<double>(size) / (best_ms / 1000);
    }

    [[nodiscard]] std::string name() const override { return "CUDA (" + device_ + ")"; }

private:
    static void compose_all(const std::vector<ComposeJob>& jobs, int width, int height) {
        for (std::size_t from = 0; from < jobs.size(); from += most_jobs) {
            const auto count = std::min(most_jobs, jobs.size() - from);
            ComposeJobs some;
            std::copy_n(jobs.begin() + static_cast<std::ptrdiff_t>(from), count, some.jobs.begin());
            compose_canvases<<<grid_for((width + 3) / 4, height / 2, count), block>>>(some);
        }
    }

    std::string device_;
    std::vector<std::unique_ptr<DeviceRoom>> rooms_;
    Event begun_, uploaded_, composed_, downloaded_;
};

}  // namespace

std::unique_ptr<GpuFusion> make_fusion_gpu(std::string& reason) {
    int count = 0;
    auto error = cudaGetDeviceCount(&count);
    if (error == cudaSuccess && count == 0) error = cudaErrorNoDevice;
    cudaDeviceProp properties{};
    if (error == cudaSuccess) error = cudaGetDeviceProperties(&properties, 0);
    if (error == cudaSuccess) error = cudaFree(nullptr);  // makes the context: what cannot work shows here
    if (error != cudaSuccess) {
        reason = std::string{"no GPU: "} + cudaGetErrorString(error);
        return nullptr;
    }
    reason.clear();
    try {
        return std::make_unique<CudaFusion>(properties.name);
    } catch (const std::runtime_error& failure) {
        reason = std::string{"no GPU: "} + failure.what();
        return nullptr;
    }
}

}  // namespace augment
