#include "augment/fusion.hpp"
#include "fusion_scenes.hpp"

#include <gtest/gtest.h>

namespace {

TEST(FusionCuda, is_there_or_says_in_one_line_why_not) {
    std::string reason;
    const auto fusion = augment::make_fusion_cuda(reason);
    if (fusion) {
        EXPECT_TRUE(reason.empty()) << reason;
        EXPECT_EQ(fusion->name().rfind("CUDA (", 0), 0U) << fusion->name();
        return;
    }
#ifdef SCIALYTIC_HAS_CUDA
    EXPECT_EQ(reason.rfind("no GPU: ", 0), 0U) << reason;
#else
    EXPECT_EQ(reason.rfind("built without CUDA", 0), 0U) << reason;
#endif
    EXPECT_EQ(reason.find('\n'), std::string::npos);
}

TEST(FusionCuda, draws_what_the_cpu_draws) {
    std::string reason;
    const auto gpu = augment::make_fusion_cuda(reason);
    if (!gpu) GTEST_SKIP() << reason;
    const auto cpu = augment::make_fusion_cpu();
    for (const auto& example : scenes::all()) {
        const auto one = scenes::dirty_canvas(example.plan, 11);
        const auto other = scenes::dirty_canvas(example.plan, 222);
        gpu->draw(*one, example.scene());
        cpu->draw(*other, example.scene());
        const auto off = reference::difference(*one, *other, scenes::but_the_rim(example));
        EXPECT_LT(off.above_two, 1e-3) << example.words << ", most " << off.most;
        EXPECT_LE(off.most, 8) << example.words;
        EXPECT_LT(off.mean, 0.3) << example.words;
    }
}

TEST(FusionCuda, copies_the_codes_bit_by_bit) {
    std::string reason;
    const auto gpu = augment::make_fusion_cuda(reason);
    if (!gpu) GTEST_SKIP() << reason;
    auto example = scenes::example("", transport::Layout::fused, frames::echo(800, 600), frames::xray(512, 512), {},
                                   std::nullopt, true);
    const transport::Timecode code{7, 1'000'000, 55'555'555};
    example.frames.ultrasound = frames::coded(*example.frames.ultrasound, code);
    const auto canvas = scenes::dirty_canvas(example.plan);
    gpu->draw(*canvas, example.scene());
    EXPECT_EQ(transport::read_timecode(*canvas, example.plan.places[0].code), code);
}

}  // namespace
