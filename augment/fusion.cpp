#include "augment/fusion.hpp"

#include "augment/fusion_gpu.hpp"

namespace augment {

#ifndef SCIALYTIC_HAS_CUDA
std::unique_ptr<GpuFusion> make_fusion_gpu(std::string& reason) {
    reason = "built without CUDA: no nvcc was found";
    return nullptr;
}
#endif

std::unique_ptr<Fusion> make_fusion_cuda(std::string& reason) {
    return make_fusion_gpu(reason);
}

}  // namespace augment
