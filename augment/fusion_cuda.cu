// The CUDA twin: sources up, one kernel over the canvas, canvas down. Formulas: fusion_math.hpp, steps:
// fusion_steps.hpp.
#include "augment/fusion_math.hpp"
#include "augment/fusion_steps.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace augment {

using namespace transport;

namespace {

constexpr int most_images = 3;

void check(cudaError_t error, const char* what) {
    if (error != cudaSuccess)
        throw std::runtime_error{std::string{"fusion on the GPU: "} + what + ": " + cudaGetErrorString(error)};
}

/// A plane in GPU memory.
struct DevicePlane {
    std::uint8_t* data = nullptr;
    int stride = 0;
    int width = 0;
    int height = 0;
};

/// Grows, never shrinks.
class DeviceBuffer {
public:
    DeviceBuffer() = default;
    DeviceBuffer(const DeviceBuffer&) = delete;
    DeviceBuffer& operator=(const DeviceBuffer&) = delete;
    ~DeviceBuffer() { cudaFree(data_); }

    DevicePlane plane(int width, int height) {
        const auto wanted = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
        if (wanted > size_) {
            cudaFree(data_);
            data_ = nullptr;
            size_ = 0;
            check(cudaMalloc(&data_, wanted), "memory");
            size_ = wanted;
        }
        return {data_, width, width, height};
    }

private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A source as the kernel sees it: planes of the image part, halved as its step says.
struct DeviceImage {
    DevicePlane planes[3];
    int plane_count = 0;
    Rect to;
};
struct DeviceBlend {
    DevicePlane planes[3];
    int plane_count = 0;  ///< 0: no blend
    Rect to;
    Affine canvas_to_echo;
    int halvings = 0;
    int opacity = 0;
};
struct Job {
    DeviceImage images[most_images];  ///< bottom first
    int image_count = 0;
    DeviceBlend blend;  ///< over images[0]
    DevicePlane canvas[3];
};

__device__ bool holds(const Rect& rect, int x, int y) {
    return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}

__device__ float pixel(const DevicePlane& plane, int x, int y, float outside) {
    if (x < 0 || y < 0 || x >= plane.width || y >= plane.height) return outside;
    return plane.data[y * plane.stride + x];
}

/// Bilinear; `outside` stands beyond the borders, or the border's own pixels when it is negative.
__device__ std::uint8_t sample(const DevicePlane& plane, float x, float y, float outside) {
    if (outside < 0) {
        x = fminf(fmaxf(x, 0.0F), plane.width - 1.0F);
        y = fminf(fmaxf(y, 0.0F), plane.height - 1.0F);
        outside = 0;  // weighs nothing from here on
    }
    const float left = floorf(x);
    const float top = floorf(y);
    const float across = x - left;
    const float down = y - top;
    const int x0 = static_cast<int>(left);
    const int y0 = static_cast<int>(top);
    const float upper = pixel(plane, x0, y0, outside) * (1 - across) + pixel(plane, x0 + 1, y0, outside) * across;
    const float lower =
        pixel(plane, x0, y0 + 1, outside) * (1 - across) + pixel(plane, x0 + 1, y0 + 1, outside) * across;
    return static_cast<std::uint8_t>(upper * (1 - down) + lower * down + 0.5F);
}

__device__ std::uint8_t scaled(const DeviceImage& image, int plane, int x, int y) {
    if (plane >= image.plane_count) return 128;
    const auto& source = image.planes[plane];
    const int part = plane == 0 ? 1 : 2;
    const float across = (x + 0.5F) * source.width / (image.to.width / part) - 0.5F;
    const float down = (y + 0.5F) * source.height / (image.to.height / part) - 0.5F;
    return sample(source, across, down, -1);
}

/// The echo at a canvas position, luma coordinates.
__device__ std::uint8_t warped(const DeviceBlend& blend, int plane, double x, double y) {
    if (plane >= blend.plane_count) return 128;
    const auto& map = blend.canvas_to_echo;
    const int count = blend.halvings + (plane == 0 ? 0 : 1);
    const double across = halved(map.a * x + map.b * y + map.c, count);
    const double down = halved(map.d * x + map.e * y + map.f, count);
    return sample(blend.planes[plane], static_cast<float>(across), static_cast<float>(down), plane == 0 ? 0 : 128);
}

/// Four luma pixels and their chroma; rectangles lie on even coordinates, so all four belong to the same image.
__global__ void compose(Job job) {
    const int cx = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int cy = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (cx >= job.canvas[1].width || cy >= job.canvas[1].height) return;
    int top = -1;
    for (int i = 0; i < job.image_count; ++i)
        if (holds(job.images[i].to, 2 * cx, 2 * cy)) top = i;
    std::uint8_t luma[4] = {0, 0, 0, 0};
    std::uint8_t chroma[2] = {128, 128};
    if (top >= 0) {
        const auto& image = job.images[top];
        for (int i = 0; i < 4; ++i)
            luma[i] = scaled(image, 0, 2 * cx + i % 2 - image.to.x, 2 * cy + i / 2 - image.to.y);
        for (int i = 0; i < 2; ++i) chroma[i] = scaled(image, 1 + i, cx - image.to.x / 2, cy - image.to.y / 2);
    }
    if (top == 0 && job.blend.plane_count > 0 && holds(job.blend.to, 2 * cx, 2 * cy)) {
        const std::uint8_t u = warped(job.blend, 1, 2 * cx + 0.5, 2 * cy + 0.5);
        const std::uint8_t v = warped(job.blend, 2, 2 * cx + 0.5, 2 * cy + 0.5);
        const std::int16_t colour = job.blend.plane_count == 1 ? 0 : tint(u, v);
        std::int16_t alphas[4];
        for (int i = 0; i < 4; ++i) {
            const std::uint8_t echo = warped(job.blend, 0, 2 * cx + i % 2, 2 * cy + i / 2);
            alphas[i] = alpha(echo, colour, static_cast<std::int16_t>(job.blend.opacity));
            luma[i] = mix(luma[i], echo, alphas[i]);
        }
        const auto mean = mean_alpha(alphas[0], alphas[1], alphas[2], alphas[3]);
        chroma[0] = mix(chroma[0], u, mean);
        chroma[1] = mix(chroma[1], v, mean);
    }
    for (int i = 0; i < 4; ++i) job.canvas[0].data[(2 * cy + i / 2) * job.canvas[0].stride + 2 * cx + i % 2] = luma[i];
    for (int i = 0; i < 2; ++i) job.canvas[1 + i].data[cy * job.canvas[1 + i].stride + cx] = chroma[i];
}

/// Means of 2x2 pixels.
__global__ void halve(DevicePlane from, DevicePlane to) {
    const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (x >= to.width || y >= to.height) return;
    const auto* above = from.data + 2 * y * from.stride + 2 * x;
    const auto* below = above + from.stride;
    to.data[y * to.stride + x] = static_cast<std::uint8_t>((above[0] + above[1] + below[0] + below[1] + 2) / 4);
}

constexpr dim3 block{32, 8};
dim3 grid_for(int width, int height) {
    return {(static_cast<unsigned>(width) + block.x - 1) / block.x,
            (static_cast<unsigned>(height) + block.y - 1) / block.y};
}

class CudaFusion final : public Fusion {
public:
    explicit CudaFusion(std::string device) : device_{std::move(device)} {}

    void draw(Pixels& canvas, const Scene& scene) override {
        const auto steps = steps_for(canvas, scene);
        Job job;
        for (const auto& image : steps.images) {
            auto& out = job.images[job.image_count++];
            out.to = image.to;
            out.plane_count = image.frame->pixels->plane_count();
            upload(image.frame->pixels, image.width, image.height, image.halvings, out.planes,
                   sources_[static_cast<std::size_t>(image.frame->header.modality)]);
        }
        if (steps.blend) {
            const auto& blend = *steps.blend;
            job.blend = {
                {}, blend.frame->pixels->plane_count(), blend.to, blend.canvas_to_echo, blend.halvings, blend.opacity};
            upload(blend.frame->pixels, blend.width, blend.height, blend.halvings, job.blend.planes, sources_[3]);
        }
        for (int plane = 0; plane < 3; ++plane)
            job.canvas[plane] =
                canvas_[static_cast<std::size_t>(plane)].plane(canvas.plane_width(plane), canvas.plane_height(plane));
        compose<<<grid_for(canvas.width / 2, canvas.height / 2), block>>>(job);
        check(cudaGetLastError(), "start of the kernel");
        for (int plane = 0; plane < 3; ++plane) {
            const auto& from = job.canvas[plane];
            const auto& to = canvas.planes[static_cast<std::size_t>(plane)];
            check(cudaMemcpy2D(to.data, static_cast<std::size_t>(to.stride), from.data,
                               static_cast<std::size_t>(from.stride), static_cast<std::size_t>(from.width),
                               static_cast<std::size_t>(from.height), cudaMemcpyDeviceToHost),
                  "copy of the canvas");
        }
        for (const auto& code : steps.codes) copy_code(canvas, code);
    }

    [[nodiscard]] std::string name() const override { return "CUDA (" + device_ + ")"; }

private:
    /// The image part of a source, kept until its next frame: levels[i] holds it halved i times.
    struct Uploaded {
        std::weak_ptr<const Pixels> pixels;
        int width = 0;
        int height = 0;
        int halvings = -1;
        std::array<DevicePlane, 3> planes{};
        std::array<std::array<DeviceBuffer, 3>, 5> levels;
    };

    static void upload(const SharedPixels& pixels, int width, int height, int halvings, DevicePlane* planes,
                       Uploaded& kept) {
        const bool same =
            kept.pixels.lock() == pixels && kept.width == width && kept.height == height && kept.halvings == halvings;
        if (!same) {
            kept.pixels.reset();  // stays so when the copy fails
            for (int plane = 0; plane < pixels->plane_count(); ++plane)
                upload_plane(*pixels, plane, width, height, halvings, kept);
            kept.pixels = pixels;
            kept.width = width;
            kept.height = height;
            kept.halvings = halvings;
        }
        for (std::size_t plane = 0; plane < 3; ++plane) planes[plane] = kept.planes[plane];
    }

    static void upload_plane(const Pixels& pixels, int plane, int width, int height, int halvings, Uploaded& kept) {
        const auto index = static_cast<std::size_t>(plane);
        const int part = plane == 0 ? 1 : 2;
        const int w = std::min((width + part - 1) / part, pixels.plane_width(plane));
        const int h = std::min((height + part - 1) / part, pixels.plane_height(plane));
        auto image = kept.levels[0][index].plane(w, h);
        check(cudaMemcpy2D(image.data, static_cast<std::size_t>(image.stride), pixels.row(plane, 0),
                           static_cast<std::size_t>(pixels.planes[index].stride), static_cast<std::size_t>(w),
                           static_cast<std::size_t>(h), cudaMemcpyHostToDevice),
              "copy of a source");
        for (int i = 0; i < halvings; ++i) {
            const auto half =
                kept.levels[static_cast<std::size_t>(i) + 1][index].plane(image.width / 2, image.height / 2);
            halve<<<grid_for(half.width, half.height), block>>>(image, half);
            check(cudaGetLastError(), "start of the halving");
            image = half;
        }
        kept.planes[index] = image;
    }

    /// From the host's own pixels: the code is not to pass through anything that could alter it.
    static void copy_code(Pixels& canvas, const DrawCode& step) {
        const auto& pixels = *step.frame->pixels;
        for (int plane = 0; plane < pixels.plane_count(); ++plane) {
            const int part = plane == 0 ? 1 : 2;
            for (int y = 0; y < step.to.height / part; ++y)
                std::copy_n(pixels.row(plane, step.from.y / part + y) + step.from.x / part, step.to.width / part,
                            canvas.row(plane, step.to.y / part + y) + step.to.x / part);
        }
    }

    std::string device_;
    std::array<Uploaded, 4> sources_;  ///< by Modality, and the echo once more for the blend
    std::array<DeviceBuffer, 3> canvas_;
};

}  // namespace

std::unique_ptr<Fusion> make_fusion_cuda(std::string& reason) {
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
    return std::make_unique<CudaFusion>(properties.name);
}

}  // namespace augment
