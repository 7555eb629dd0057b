#include "bench/fusion.hpp"

#include "bench/commands.hpp"
#include "bench/fusion_pictures.hpp"
#include "bench/fusion_plain.hpp"
#include "bench/fusion_speed.hpp"
#include "transport/options.hpp"
#include "transport/pool.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

namespace {

using bench::read_fusion_options;
using bench::Row;

TEST(FusionOptions, defaults_and_every_key) {
    const auto defaults = read_fusion_options({});
    EXPECT_EQ(defaults.seconds, 2);
    EXPECT_EQ(defaults.rounds, 5);
    EXPECT_TRUE(defaults.only.empty());
    const auto options =
        read_fusion_options({"--seconds", "0.5", "--rounds", "2", "--only", "gpu,speed", "--out", "x"});
    EXPECT_EQ(options.seconds, 0.5);
    EXPECT_EQ(options.rounds, 2);
    EXPECT_EQ(options.only, (std::vector<std::string>{"gpu", "speed"}));
    EXPECT_EQ(options.out, "x");
}

TEST(FusionOptions, wrong_words_are_named) {
    using Words = std::vector<std::string>;
    for (const auto& words :
         {Words{"--second", "5"}, Words{"--rounds"}, Words{"--rounds", "0"}, Words{"--rounds", "2x"},
          Words{"--only", "spead"}, Words{"--only", "speed,"}, Words{"--seconds", "nan"}, Words{"--out", ""}}) {
        try {
            (void)read_fusion_options(words);
            ADD_FAILURE() << "taken: " << words.front();
        } catch (const transport::UsageError& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(words.front()));
        }
    }
}

TEST(FusionOptions, the_help_names_every_key_and_section) {
    const auto help = bench::fusion_help();
    for (const auto* key : {"--seconds", "--rounds", "--only", "--out", "--help"})
        EXPECT_THAT(help, testing::HasSubstr(key));
    for (const auto section : bench::fusion_sections()) EXPECT_THAT(help, testing::HasSubstr(std::string{section}));
    EXPECT_EQ(bench::run_bench({"fusion", "--help"}), 0);
}

TEST(FusionSpeed, percentiles_are_nearest_ranks) {
    EXPECT_EQ(bench::percentile({3, 1, 2}, 0.5), 2);
    EXPECT_EQ(bench::percentile({3, 1, 2}, 0.99), 3);
    EXPECT_EQ(bench::percentile({3, 1, 2}, 0), 1);
    EXPECT_THROW((void)bench::percentile({}, 0.5), std::invalid_argument);
}

TEST(FusionSpeed, rows_are_medians_over_rounds_and_ratios_within_them) {
    bench::FusionRounds rounds;
    rounds.moving = {{1}, {2}, {1}};
    rounds.still = {{1}, {1}, {3}};
    rounds.without = {{0.5}, {0.5}, {0.5}};
    rounds.plain_all_cores = {{5}, {6}, {4}};
    rounds.plain = {{10}, {10}, {10}};
    rounds.least_bytes = 5e6;
    rounds.copy_bytes_per_s = 10e9;
    const auto rows = bench::fusion_speed_rows(rounds);
    const auto value = [&](const std::string& name) {
        const auto found = std::ranges::find(rows, name, &Row::name);
        return found == rows.end() ? throw std::runtime_error(name) : *found;
    };
    EXPECT_EQ(value("CPU, echo moving, p50").value, 1);
    EXPECT_EQ(value("CPU, echo moving, p50").met(), true);
    EXPECT_EQ(value("straightforward on all cores / CPU on one, moving").value, 4);
    EXPECT_EQ(value("straightforward on all cores / CPU on one, moving").met(), true);
    EXPECT_EQ(value("CPU, moving: a frame's bytes, of the copy bandwidth").value, 50);
}

TEST(FusionPictures, both_contenders_draw_the_echo_over_most_of_the_xray) {
    const bench::FusionPictures pictures;
    EXPECT_GT(pictures.covered(), 0.3);
    const auto frames = pictures.frames(1);
    const auto& plan = pictures.plan();
    transport::PixelPool pool;
    const auto draw = [&](bool overlay, bool ours) {
        auto canvas = pool.get(transport::PixelFormat::i420, plan.width, plan.height);
        augment::Scene scene{plan, frames};
        if (overlay) scene.overlay = pictures.moving(1);
        if (ours)
            augment::make_fusion_cpu()->draw(*canvas, scene);
        else
            bench::PlainFusion{}.draw(*canvas, scene, 1);
        return canvas;
    };
    const auto& image = plan.place(transport::Modality::xray).image;
    for (const bool ours : {true, false}) {
        const auto with = draw(true, ours);
        const auto without = draw(false, ours);
        int differ = 0;
        for (int y = image.y; y < image.y + image.height; ++y)
            for (int x = image.x; x < image.x + image.width; ++x)
                differ += with->row(0, y)[x] != without->row(0, y)[x] ? 1 : 0;
        EXPECT_GT(differ, image.width * image.height / 4) << ours;
    }
}

}  // namespace
