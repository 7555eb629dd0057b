#include "augment/fusion.hpp"

namespace augment {

#ifndef SCIALYTIC_HAS_CUDA
std::unique_ptr<Fusion> make_fusion_cuda(std::string& reason) {
    reason = "built without CUDA: no nvcc was found";
    return nullptr;
}
#endif

}  // namespace augment
