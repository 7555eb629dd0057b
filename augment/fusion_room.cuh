// One operating room's sources and canvas on the GPU: up when they are new, halved and laid there.
#pragma once

#include "augment/fusion_compose.hpp"
#include "augment/fusion_device.cuh"
#include "augment/fusion_gpu.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace augment {

/// Means of 2x2 pixels.
__global__ void halve(DevicePlane from, DevicePlane to) {
    const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    if (x >= to.width || y >= to.height) return;
    const auto* above = from.data + static_cast<std::ptrdiff_t>(2 * y) * from.stride + 2 * x;
    const auto* below = above + from.stride;
    to.data[static_cast<std::ptrdiff_t>(y) * to.stride + x] =
        static_cast<std::uint8_t>((above[0] + above[1] + below[0] + below[1] + 2) / 4);
}

/// Planes as EchoTexture lays them, one of luma or two of chroma: each pixel beside the one below it.
template <int planes>
__global__ void lay(std::array<DevicePlane, planes> from, std::uint8_t* to) {
    const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
    const int width = from[0].width;
    if (x > width || y >= from[0].height) return;
    auto* out = to + (static_cast<std::ptrdiff_t>(y) * (width + 1) + x) * (2 * planes);
    for (const auto& plane : from) {
        const auto* pixel = plane.data + static_cast<std::ptrdiff_t>(y) * plane.stride + min(x, width - 1);
        *out++ = *pixel;
        *out++ = y + 1 < plane.height ? pixel[plane.stride] : *pixel;
    }
}

template <typename Item>
const Item* upload_all(DeviceBuffer& buffer, const std::vector<Item>& items, GpuTimes& times) {
    const auto bytes = items.size() * sizeof(Item);
    auto* const data = buffer.bytes(std::max<std::size_t>(bytes, 1));
    check(cudaMemcpy(data, items.data(), bytes, cudaMemcpyHostToDevice), "copy of a table");
    times.uploaded_bytes += bytes;
    return reinterpret_cast<const Item*>(data);
}

/// A source's image on the GPU, kept until its next frame, as it is and halved.
class DeviceImage {
public:
    /// True when it was new.
    bool upload(const transport::SharedPixels& pixels, int width, int height, GpuTimes& times) {
        if (pixels_.lock() == pixels && width_ == width && height_ == height) return false;
        pixels_.reset();  // stays so when the copy fails
        width_ = width;
        height_ = height;
        plane_count_ = pixels->plane_count();
        for (int plane = 0; plane < plane_count_; ++plane) upload_plane(*pixels, plane, times);
        halved_ = 0;
        pixels_ = pixels;
        return true;
    }
    [[nodiscard]] int plane_count() const { return plane_count_; }
    [[nodiscard]] const DevicePlane& plane(int which, int halvings) {
        for (; halved_ < halvings; ++halved_)
            for (std::size_t i = 0; i < static_cast<std::size_t>(plane_count_); ++i) halve_plane(i);
        return levels_[static_cast<std::size_t>(halvings)][static_cast<std::size_t>(which)].plane;
    }
    [[nodiscard]] std::size_t bytes(int halvings) {
        std::size_t sum = 0;
        for (int i = 0; i < plane_count_; ++i) sum += bytes_of(plane(i, halvings));
        return sum;
    }

private:
    static constexpr std::size_t behind = 2 * window_bytes;  ///< a plane's end that can be read
    struct Kept {
        DevicePlane plane;
        DeviceBuffer memory;
    };

    /// Whole rows, padding included: one copy without a step is four times as fast.
    void upload_plane(const transport::Pixels& pixels, int plane, GpuTimes& times) {
        const auto which = static_cast<std::size_t>(plane);
        const int part = plane == 0 ? 1 : 2;
        auto& [image, memory] = levels_[0][which];
        image = {nullptr, pixels.planes[which].stride, std::min((width_ + part - 1) / part, pixels.plane_width(plane)),
                 std::min((height_ + part - 1) / part, pixels.plane_height(plane))};
        const auto bytes = static_cast<std::size_t>(image.stride) * static_cast<std::size_t>(image.height - 1) +
                           static_cast<std::size_t>(image.width);
        image.data = memory.bytes(bytes + behind);
        check(cudaMemcpy(image.data, pixels.row(plane, 0), bytes, cudaMemcpyHostToDevice), "copy of a source");
        times.uploaded_bytes += bytes;
    }

    void halve_plane(std::size_t which) {
        const auto level = static_cast<std::size_t>(halved_);
        const auto& image = levels_[level][which].plane;
        auto& [half, memory] = levels_[level + 1][which];
        half = {nullptr, image.width / 2, image.width / 2, image.height / 2};
        half.data = memory.bytes(bytes_of(half) + behind);
        halve<<<grid_for(half.width, half.height), block>>>(image, half);
        check(cudaGetLastError(), "start of the halving");
    }

    std::weak_ptr<const transport::Pixels> pixels_;
    int width_ = 0;
    int height_ = 0;
    int plane_count_ = 0;
    int halved_ = 0;
    std::array<std::array<Kept, 3>, 5> levels_;  ///< [i]: halved i times
};

/// How a plane is scaled, kept while nothing of that changes.
class DeviceTable {
public:
    void upload(const DevicePlane& plane, const transport::Rect& to, int part, GpuTimes& times) {
        const ScaledPlane from{plane.width, plane.height, plane.stride};
        if (groups != nullptr && from_ == from && to_ == to) return;
        groups = nullptr;
        const auto table = scale_table(from, to, part);
        rows = upload_all(rows_, table.rows, times);
        groups = upload_all(groups_, table.groups, times);
        from_ = from;
        to_ = to;
    }
    const WindowColumns* groups = nullptr;
    const BetweenRows* rows = nullptr;

private:
    ScaledPlane from_;
    transport::Rect to_;
    DeviceBuffer groups_, rows_;
};

/// One room's sources and canvas on the GPU.
class DeviceRoom {
public:
    /// Brings up what is new. Counts into `times`.
    ComposeJob prepare(const transport::Pixels& canvas, const Steps& steps, GpuTimes& times) {
        ComposeJob job;
        for (const auto& step : steps.images) {
            auto& from = images_[transport::index(step.frame->header.modality)];
            from.upload(step.frame->pixels, step.width, step.height, times);
            times.kernel_bytes += from.bytes(step.halvings);
            auto& out = job.images[static_cast<std::size_t>(job.image_count++)];
            out.to = step.to;
            out.plane_count = from.plane_count();
            for (int i = 0; i < out.plane_count; ++i)
                out.planes[static_cast<std::size_t>(i)] = from.plane(i, step.halvings).data;
            for (std::size_t i = 0; i < (out.plane_count == 1 ? 1 : 2); ++i) {
                auto& table = tables_[transport::index(step.frame->header.modality)][i];
                table.upload(from.plane(static_cast<int>(i), step.halvings), step.to, i == 0 ? 1 : 2, times);
                out.groups[i] = table.groups;
                out.rows[i] = table.rows;
            }
        }
        if (steps.blend) prepare_blend(*steps.blend, job.blend, times);
        job.width = canvas.width;
        job.height = canvas.height;
        for (int plane = 0; plane < 3; ++plane) {
            const auto which = static_cast<std::size_t>(plane);
            job.canvas_strides[which] = canvas.planes[which].stride;
            const auto bytes = bytes_of_canvas(canvas, plane);
            job.canvas[which] = canvas_[which].bytes(bytes + 2 * window_bytes);
            times.kernel_bytes += static_cast<std::size_t>(canvas.plane_width(plane)) *
                                  static_cast<std::size_t>(canvas.plane_height(plane));
        }
        return job;
    }

    static void download(transport::Pixels& canvas, const ComposeJob& job, GpuTimes& times) {
        for (int plane = 0; plane < 3; ++plane) {
            const auto bytes = bytes_of_canvas(canvas, plane);
            check(cudaMemcpy(canvas.row(plane, 0), job.canvas[static_cast<std::size_t>(plane)], bytes,
                             cudaMemcpyDeviceToHost),
                  "copy of the canvas");
            times.downloaded_bytes += bytes;
        }
    }

private:
    /// Padding included, but for the last row's.
    static std::size_t bytes_of_canvas(const transport::Pixels& canvas, int plane) {
        return static_cast<std::size_t>(canvas.planes[static_cast<std::size_t>(plane)].stride) *
                   static_cast<std::size_t>(canvas.plane_height(plane) - 1) +
               static_cast<std::size_t>(canvas.plane_width(plane));
    }

    void prepare_blend(const DrawBlend& step, ComposeBlend& out, GpuTimes& times) {
        auto& echo = images_[transport::index(transport::Modality::ultrasound)];
        echo.upload(step.frame->pixels, step.width, step.height, times);
        times.kernel_bytes += echo.bytes(step.halvings);
        if (laid_of_.lock() != step.frame->pixels || laid_halvings_ != step.halvings) lay_echo(echo, step);
        const bool grey = echo.plane_count() == 1;
        const DevicePlane none;
        const auto& luma = echo.plane(0, step.halvings);
        const auto& chroma = grey ? none : echo.plane(1, step.halvings);
        out.set_sizes(luma.width, luma.height, chroma.width, chroma.height);
        out.luma = laid_[0].bytes(0);
        out.chroma = grey ? nullptr : laid_[1].bytes(0);
        out.mixing = step.mixing;
        const EchoBorder border{step};
        row_pairs_.clear();
        for (int y = 0; y < step.to.height; y += 2) row_pairs_.push_back(row_pair(border, step, step.to.y + y));
        out.rows = upload_all(rows_, row_pairs_, times);
        times.kernel_bytes += row_pairs_.size() * sizeof(RowPair);
    }

    void lay_echo(DeviceImage& echo, const DrawBlend& step) {
        laid_of_.reset();
        const auto laid_bytes = [](const DevicePlane& plane, int stride) {
            return static_cast<std::size_t>(stride) * static_cast<std::size_t>(plane.height);
        };
        const auto& luma = echo.plane(0, step.halvings);
        auto* const to = laid_[0].bytes(laid_bytes(luma, EchoTexture::luma_stride_of(luma.width)));
        lay<1><<<grid_for(luma.width + 1, luma.height), block>>>({luma}, to);
        if (echo.plane_count() == 3) {
            const auto& u = echo.plane(1, step.halvings);
            auto* const both = laid_[1].bytes(laid_bytes(u, EchoTexture::chroma_stride_of(u.width)));
            lay<2><<<grid_for(u.width + 1, u.height), block>>>({u, echo.plane(2, step.halvings)}, both);
        }
        check(cudaGetLastError(), "start of the laying");
        laid_of_ = step.frame->pixels;
        laid_halvings_ = step.halvings;
    }

    std::array<DeviceImage, 3> images_;  ///< by Modality
    std::array<std::array<DeviceTable, 2>, 3> tables_;
    std::array<DeviceBuffer, 2> laid_;  ///< the echo, as it is blended
    std::weak_ptr<const transport::Pixels> laid_of_;
    int laid_halvings_ = 0;
    std::array<DeviceBuffer, 3> canvas_;
    std::vector<RowPair> row_pairs_;
    DeviceBuffer rows_;
};

}  // namespace augment
