// The judge between display and panel: what it writes is what the pixels said, and the panel gets every picture.
#include "bench/judge.hpp"
#include "augment/layout.hpp"
#include "bench/free_port.hpp"
#include "bench/reference.hpp"
#include "bench/usage.hpp"
#include "fakes/processes.hpp"
#include "fakes/stepped_clock.hpp"
#include "transport/pool.hpp"
#include "transport/timecode.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

class Judge : public testing::Test {
protected:
    void TearDown() override { std::filesystem::remove_all(folder); }

    SharedPixels picture(std::initializer_list<std::pair<Rect, Timecode>> codes) {
        auto out = pool.get(PixelFormat::i420, 640, 64);
        for (int plane = 0; plane < 3; ++plane)
            for (int y = 0; y < out->plane_height(plane); ++y)
                std::memset(out->row(plane, y), 128, static_cast<std::size_t>(out->plane_width(plane)));
        for (const auto& [where, code] : codes) write_timecode(*out, where.x, where.y, code);
        return out;
    }
    [[nodiscard]] std::size_t samples() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(std::filesystem::directory_iterator{folder},
                                  [](const auto& entry) { return entry.path().extension() == ".pgm"; }));
    }

    const Rect left{0, 32, timecode_width, timecode_height};
    const Rect right{272, 32, timecode_width, timecode_height};
    std::filesystem::path folder = std::filesystem::path{testing::TempDir()} / ("judge_" + std::to_string(getpid()));
    fakes::SteppedClock clock;
    PixelPool pool;
};

TEST_F(Judge, writes_every_code_with_the_time_its_picture_was_presented) {
    const auto start = microseconds(clock.now());
    {
        JudgingSink sink{std::make_unique<NullSink>(clock), folder, {left, right}};
        EXPECT_EQ(sink.present(picture({{left, {1, 5, 111}}, {right, {2, 9, 222}}})).time, clock.now());
        clock.advance(16ms);
        sink.present(picture({{right, {2, 10, 333}}}));  // the left one cannot be read
    }
    const auto codes = read_codes(folder / "codes.csv");
    ASSERT_EQ(codes.size(), 3U);
    EXPECT_EQ(codes[0], (SeenCode{start, 1, 5, 111}));
    EXPECT_EQ(codes[1], (SeenCode{start, 2, 9, 222}));
    EXPECT_EQ(codes[2], (SeenCode{start + 16'000, 2, 10, 333}));
}

TEST_F(Judge, codes_can_be_read_while_it_runs) {
    JudgingSink sink{std::make_unique<NullSink>(clock), folder, {left}};
    for (std::uint32_t i = 0; i < 4; ++i, clock.advance(500ms)) sink.present(picture({{left, {1, i, 0}}}));
    EXPECT_GE(read_codes(folder / "codes.csv").size(), 3U);
}

TEST_F(Judge, keeps_samples_once_a_second_and_writes_them_at_the_end) {
    {
        JudgingSink sink{std::make_unique<NullSink>(clock), folder, {left}};
        for (int i = 0; i < 41; ++i, clock.advance(100ms)) sink.present(picture({}));
        EXPECT_EQ(samples(), 0U);
    }
    EXPECT_EQ(samples(), 5U);
}

TEST_F(Judge, a_long_run_keeps_no_more_than_20_samples) {
    {
        JudgingSink sink{std::make_unique<NullSink>(clock), folder, {left}};
        for (int i = 0; i < 600; ++i, clock.advance(1s)) sink.present(picture({}));
    }
    EXPECT_GE(samples(), 10U);
    EXPECT_LE(samples(), 20U);
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        if (entry.path().extension() == ".pgm") {
            EXPECT_EQ(read_pgm(entry.path()).width, 640) << entry.path();
        }
}

TEST_F(Judge, a_folder_that_cannot_be_written_is_named) {
    EXPECT_THROW(JudgingSink(std::make_unique<NullSink>(clock), "/proc/nowhere", {left}), std::runtime_error);
}

TEST(ProductCodes, stand_where_the_layouts_put_them) {
    const auto codes = product_codes(1280, 720);
    ASSERT_EQ(codes.size(), 3U);
    for (const auto layout : {Layout::fused, Layout::side_by_side, Layout::picture_in_picture}) {
        const auto plan = augment::plan(layout, 1280, 720, {{{800, 600}, {512, 512}, {640, 360}}}, {}, true);
        EXPECT_EQ(codes[0], plan.place(Modality::ultrasound).code);
        EXPECT_EQ(codes[1], plan.place(Modality::xray).code);
        EXPECT_EQ(codes[2], plan.place(Modality::camera).code);
    }
}

TEST(Reference, the_loop_is_taken_whole_and_drawn_into_the_pane) {
    const auto loop = synthetic_loop(Modality::ultrasound, 16);
    EXPECT_EQ(loop.size(), 16U);
    const auto references = product_echo_references({loop[0], loop[5]});
    ASSERT_EQ(references.size(), 2U);
    EXPECT_EQ(references[0].width, product_echo_pane().width);
    EXPECT_EQ(references[0].height, product_echo_pane().height);
    EXPECT_NE(references[0], references[1]);
    EXPECT_GT(*std::ranges::max_element(references[0].values), 100) << "the echo itself, not an empty pane";
}

TEST(Usage, this_process_has_used_processor_time) {
    volatile double sum = 0;
    const double before = cpu_seconds({getpid()});
    while (cpu_seconds({getpid()}) <= before) sum = sum + 1;
    EXPECT_GT(cpu_seconds({getpid()}), before);
    EXPECT_EQ(cpu_seconds({}), 0);
}

TEST(Usage, a_free_port_is_bound_by_nobody_and_neither_is_the_next) {
    const int port = free_port();
    EXPECT_EQ(port % 2, 0);
    EXPECT_FALSE(udp_port_is_bound(port));
    EXPECT_FALSE(udp_port_is_bound(port + 1));
}

TEST(Usage, a_port_given_is_not_given_again_in_another_process_either) {
    const int port = free_port();
    EXPECT_FALSE(ports::reserve(port));
    const fakes::Child other{[&] { _exit(ports::reserve(port) ? 1 : 0); }};
    int status = 0;
    waitpid(other.process(), &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
