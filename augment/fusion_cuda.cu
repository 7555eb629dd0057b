// The CUDA twin: sources up, one kernel over the canvases, canvases down. Formulas: fusion_compose.hpp, steps:
// fusion_steps.hpp.
#include "augment/fusion_compose.hpp"
#include "augment/fusion_gpu.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace augment {

using namespace transport;

namespace {

void check(cudaError_t error, const char* what) {
    if (error != cudaSuccess)
        throw std::runtime_error{std::string{"fusion on the GPU: "} + what + ": " + cudaGetErrorString(error)};
}

/// Grows, never shrinks.
class DeviceBuffer {
public:
    DeviceBuffer() = default;
    DeviceBuffer(const DeviceBuffer&) = delete;
    DeviceBuffer& operator=(const DeviceBuffer&) = delete;
    ~DeviceBuffer() { cudaFree(data_); }

    std::uint8_t* bytes(std::size_t wanted) {
        if (wanted > size_) {
            cudaFree(data_);
            data_ = nullptr;
            size_ = 0;
            check(cudaMalloc(&data_, wanted), "memory");
            size_ = wanted;
        }
        return data_;
    }
    /// Rows begin where a whole warp's stores do.
    ComposePlane plane(int width, int height) {
        const int stride = (width + 127) / 128 * 128;
        return {bytes(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height)), stride, width, height};
    }

private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

class Event {
public:
    Event() { check(cudaEventCreate(&event_), "an event"); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { cudaEventDestroy(event_); }
    void mark() const { check(cudaEventRecord(event_), "mark of a time"); }
    [[nodiscard]] double ms_since(const Event& earlier) const {
        check(cudaEventSynchronize(event_), "the kernel");
        float ms = 0;
        check(cudaEventElapsedTime(&ms, earlier.event_, event_), "times");
        return ms;
    }

private:
    cudaEvent_t event_ = nullptr;
};

constexpr dim3 block{32, 8};
dim3 grid_for(int width, int height, std::size_t rooms = 1) {
    return {(static_cast<unsigned>(width) + block.x - 1) / block.x,
            (static_cast<unsigned>(height) + block.y - 1) / block.y, static_cast<unsigned>(rooms)};
}

/// Two quads a thread, so that a warp writes whole lines: 4 columns of 2 rows. A canvas' rows are padded, so the last
/// thread may write beyond the picture.
__global__ void compose_canvases(const ComposeJob* jobs) {
    const ComposeJob& job = jobs[blockIdx.z];
    const int x = 4 * static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = 2 * static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (x >= job.canvas[0].width || y >= job.canvas[0].height) return;
    const Quad left = compose(job, x, y);
    const Quad right = compose(job, x + 2, y);
    auto* const upper = job.canvas[0].data + static_cast<std::ptrdiff_t>(y) * job.canvas[0].stride + x;
    *reinterpret_cast<uchar4*>(upper) = make_uchar4(left.luma[0], left.luma[1], right.luma[0], right.luma[1]);
    *reinterpret_cast<uchar4*>(upper + job.canvas[0].stride) =
        make_uchar4(left.luma[2], left.luma[3], right.luma[2], right.luma[3]);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& plane = job.canvas[1 + i];
        *reinterpret_cast<uchar2*>(plane.data + static_cast<std::ptrdiff_t>(y / 2) * plane.stride + x / 2) =
            make_uchar2(left.chroma[i], right.chroma[i]);
    }
}

/// Means of 2x2 pixels.
__global__ void halve(ComposePlane from, ComposePlane to) {
    const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (x >= to.width || y >= to.height) return;
    const auto* above = from.data + static_cast<std::ptrdiff_t>(2 * y) * from.stride + 2 * x;
    const auto* below = above + from.stride;
    to.data[static_cast<std::ptrdiff_t>(y) * to.stride + x] =
        static_cast<std::uint8_t>((above[0] + above[1] + below[0] + below[1] + 2) / 4);
}

std::size_t bytes_of(const ComposePlane& plane) {
    return static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height);
}

/// One room's sources and canvas on the GPU.
class DeviceRoom {
public:
    /// Brings up what is new. Counts into `times`.
    ComposeJob prepare(const Pixels& canvas, const Steps& steps, GpuTimes& times) {
        ComposeJob job;
        for (const auto& image : steps.images) {
            auto& out = job.images[static_cast<std::size_t>(job.image_count++)];
            out.to = image.to;
            out.plane_count = image.frame->pixels->plane_count();
            out.planes = upload(image.frame->pixels, {image.width, image.height, image.halvings},
                                sources_[index(image.frame->header.modality)], times);
            for (int i = 0; i < out.plane_count; ++i)
                times.kernel_bytes += bytes_of(out.planes[static_cast<std::size_t>(i)]);
        }
        if (steps.blend) prepare_blend(*steps.blend, job.blend, times);
        for (int plane = 0; plane < 3; ++plane) {
            auto& out = job.canvas[static_cast<std::size_t>(plane)];
            out = canvas_[static_cast<std::size_t>(plane)].plane(canvas.plane_width(plane), canvas.plane_height(plane));
            times.kernel_bytes += bytes_of(out);
        }
        return job;
    }

    static void download(Pixels& canvas, const ComposeJob& job, GpuTimes& times) {
        for (std::size_t plane = 0; plane < 3; ++plane) {
            const auto& from = job.canvas[plane];
            const auto& to = canvas.planes[plane];
            check(cudaMemcpy2D(to.data, static_cast<std::size_t>(to.stride), from.data,
                               static_cast<std::size_t>(from.stride), static_cast<std::size_t>(from.width),
                               static_cast<std::size_t>(from.height), cudaMemcpyDeviceToHost),
                  "copy of the canvas");
            times.downloaded_bytes += bytes_of(from);
        }
    }

private:
    struct Shape {
        int width = 0;
        int height = 0;
        int halvings = 0;
        bool operator==(const Shape&) const = default;
    };
    /// The image part of a source, kept until its next frame: levels[i] holds it halved i times.
    struct Uploaded {
        std::weak_ptr<const Pixels> pixels;
        Shape shape;
        std::array<ComposePlane, 3> planes{};
        std::array<std::array<DeviceBuffer, 3>, 5> levels;
    };

    void prepare_blend(const DrawBlend& step, ComposeBlend& out, GpuTimes& times) {
        out.plane_count = step.frame->pixels->plane_count();
        out.planes = upload(step.frame->pixels, {step.width, step.height, step.halvings}, sources_[3], times);
        for (int i = 0; i < out.plane_count; ++i)
            times.kernel_bytes += bytes_of(out.planes[static_cast<std::size_t>(i)]);
        out.to = step.to;
        out.opacity = step.opacity;
        out.colour_only = step.colour_only;
        const EchoBorder border{step};
        row_pairs_.clear();
        for (int y = 0; y < step.to.height; y += 2) row_pairs_.push_back(row_pair(border, step, step.to.y + y));
        const auto bytes = row_pairs_.size() * sizeof(RowPair);
        auto* const rows = rows_.bytes(bytes);
        check(cudaMemcpy(rows, row_pairs_.data(), bytes, cudaMemcpyHostToDevice), "copy of the rows");
        times.uploaded_bytes += bytes;
        times.kernel_bytes += bytes;
        out.rows = reinterpret_cast<const RowPair*>(rows);
    }

    static const std::array<ComposePlane, 3>& upload(const SharedPixels& pixels, const Shape& shape, Uploaded& kept,
                                                     GpuTimes& times) {
        if (kept.pixels.lock() == pixels && kept.shape == shape) return kept.planes;
        kept.pixels.reset();  // stays so when the copy fails
        for (int plane = 0; plane < pixels->plane_count(); ++plane) upload_plane(*pixels, plane, shape, kept, times);
        kept.pixels = pixels;
        kept.shape = shape;
        return kept.planes;
    }

    static void upload_plane(const Pixels& pixels, int plane, const Shape& shape, Uploaded& kept, GpuTimes& times) {
        const auto which = static_cast<std::size_t>(plane);
        const int part = plane == 0 ? 1 : 2;
        const int width = std::min((shape.width + part - 1) / part, pixels.plane_width(plane));
        const int height = std::min((shape.height + part - 1) / part, pixels.plane_height(plane));
        auto image = kept.levels[0][which].plane(width, height);
        check(cudaMemcpy2D(image.data, static_cast<std::size_t>(image.stride), pixels.row(plane, 0),
                           static_cast<std::size_t>(pixels.planes[which].stride), static_cast<std::size_t>(width),
                           static_cast<std::size_t>(height), cudaMemcpyHostToDevice),
              "copy of a source");
        times.uploaded_bytes += bytes_of(image);
        for (int i = 0; i < shape.halvings; ++i) {
            const auto half =
                kept.levels[static_cast<std::size_t>(i) + 1][which].plane(image.width / 2, image.height / 2);
            halve<<<grid_for(half.width, half.height), block>>>(image, half);
            check(cudaGetLastError(), "start of the halving");
            image = half;
        }
        kept.planes[which] = image;
    }

    std::array<Uploaded, 4> sources_;  ///< by Modality, and the echo once more for the blend
    std::array<DeviceBuffer, 3> canvas_;
    std::vector<RowPair> row_pairs_;
    DeviceBuffer rows_;
};

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

class CudaFusion final : public GpuFusion {
public:
    explicit CudaFusion(std::string device) : device_{std::move(device)} {}

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
        const auto bytes = jobs.size() * sizeof(ComposeJob);
        auto* const device_jobs = jobs_.bytes(bytes);
        check(cudaMemcpy(device_jobs, jobs.data(), bytes, cudaMemcpyHostToDevice), "copy of the work");
        times.uploaded_bytes += bytes;
        uploaded_.mark();
        for (int i = 0; i < kernel_runs; ++i)
            compose_canvases<<<grid_for((width + 3) / 4, height / 2, jobs.size()), block>>>(
                reinterpret_cast<const ComposeJob*>(device_jobs));
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
    std::string device_;
    std::vector<std::unique_ptr<DeviceRoom>> rooms_;
    DeviceBuffer jobs_;
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
