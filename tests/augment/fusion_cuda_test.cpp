#include "augment/fusion_gpu.hpp"
#include "fusion_composed.hpp"

#include <gtest/gtest.h>

#include <cstdio>

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

TEST(FusionCuda, draws_what_its_arithmetic_gives_on_the_processor_within_one_level) {
    std::string reason;
    const auto gpu = augment::make_fusion_cuda(reason);
    if (!gpu) GTEST_SKIP() << reason;
    for (const auto& example : scenes::all()) {
        const auto one = scenes::dirty_canvas(example.plan, 11);
        const auto other = scenes::dirty_canvas(example.plan, 222);
        gpu->draw(*one, example.scene());
        composed::draw(*other, example.scene());
        EXPECT_LE(reference::difference(*one, *other).most, 1) << example.words;
    }
}

#ifndef SCIALYTIC_KERNELS_ONLY
TEST(FusionCuda, draws_what_the_cpu_draws_within_one_level) {
    std::string reason;
    const auto gpu = augment::make_fusion_cuda(reason);
    if (!gpu) GTEST_SKIP() << reason;
    const auto cpu = augment::make_fusion_cpu();
    for (const auto& example : scenes::all()) {
        const auto one = scenes::dirty_canvas(example.plan, 11);
        const auto other = scenes::dirty_canvas(example.plan, 222);
        gpu->draw(*one, example.scene());
        cpu->draw(*other, example.scene());
        EXPECT_LE(reference::difference(*one, *other).most, 1) << example.words;
    }
}
#endif

TEST(FusionCuda, a_batch_draws_every_room_as_if_it_were_alone_and_tells_its_times) {
    std::string reason;
    const auto gpu = augment::make_fusion_gpu(reason);
    if (!gpu) GTEST_SKIP() << reason;
    const auto examples = scenes::all();
    std::vector<augment::Scene> in_turn;
    std::vector<std::shared_ptr<transport::Pixels>> canvases;
    for (const auto& example : examples) {
        in_turn.push_back(example.scene());
        canvases.push_back(scenes::dirty_canvas(example.plan, 11));
    }
    std::vector<augment::GpuRoom> rooms;
    for (std::size_t i = 0; i < examples.size(); ++i) rooms.push_back({canvases[i].get(), &in_turn[i]});
    const auto times = gpu->draw_rooms(rooms, 3);
    const auto alone = augment::make_fusion_gpu(reason);
    for (std::size_t i = 0; i < examples.size(); ++i) {
        const auto other = scenes::dirty_canvas(examples[i].plan, 222);
        alone->draw(*other, examples[i].scene());
        EXPECT_EQ(reference::difference(*canvases[i], *other).most, 0) << examples[i].words;
    }
    EXPECT_GT(times.kernel_ms, 0);
    EXPECT_GT(times.uploaded_bytes, 0U);
    EXPECT_GT(times.downloaded_bytes, 0U);
    std::printf("%s, %zu rooms of 1280x720: upload %.3f ms, kernel %.4f ms, download %.3f ms; copies %.0f GB/s\n",
                gpu->name().c_str(), rooms.size(), times.upload_ms, times.kernel_ms, times.download_ms,
                gpu->copy_bytes_per_s() / 1e9);
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
