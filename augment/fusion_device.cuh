// CUDA's memory, events and errors, as the kernels' host code wants them.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace augment {

inline void check(cudaError_t error, const char* what) {
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

/// A plane in the GPU's memory.
struct DevicePlane {
    std::uint8_t* data = nullptr;
    int stride = 0;  ///< bytes
    int width = 0;
    int height = 0;
};

inline std::size_t bytes_of(const DevicePlane& plane) {
    return static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height);
}

inline constexpr dim3 block{16, 16};  // a warp's stores fill whole sectors, and few of its threads cross a border
inline dim3 grid_for(int width, int height, std::size_t rooms = 1) {
    return {(static_cast<unsigned>(width) + block.x - 1) / block.x,
            (static_cast<unsigned>(height) + block.y - 1) / block.y, static_cast<unsigned>(rooms)};
}

}  // namespace augment
