// The GPU's arithmetic, without a GPU.
#include "fusion_composed.hpp"

#include <gtest/gtest.h>

namespace {

#ifndef SCIALYTIC_KERNELS_ONLY
TEST(FusionCompose, a_gpu_thread_computes_what_the_cpu_twin_draws) {
    const auto cpu = augment::make_fusion_cpu();
    for (const auto& example : scenes::all()) {
        const auto one = scenes::dirty_canvas(example.plan, 11);
        const auto other = scenes::dirty_canvas(example.plan, 222);
        composed::draw(*one, example.scene());
        cpu->draw(*other, example.scene());
        EXPECT_EQ(reference::difference(*one, *other).most, 0) << example.words;
    }
}
#endif

TEST(FusionCompose, a_gpu_thread_agrees_with_the_double_precision_reference) {
    for (const auto& example : scenes::all()) {
        const auto canvas = scenes::dirty_canvas(example.plan);
        composed::draw(*canvas, example.scene());
        const auto off = reference::difference(*canvas, *reference::draw(example.scene()));
        EXPECT_LT(off.above_two, 1e-3) << example.words << ", most " << off.most;
        EXPECT_LT(off.mean, 0.3) << example.words;
    }
}

}  // namespace
