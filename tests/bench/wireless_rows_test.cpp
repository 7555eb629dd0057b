// `bench wireless`: its rows, made of figures that are given; its words and its help.
#include "bench/wireless_rows.hpp"
#include "bench/commands.hpp"
#include "bench/peer_chain.hpp"
#include "bench/wireless.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace {

using namespace bench;
using transport::Modality;

const Row& wireless_row(const std::vector<Row>& rows, const std::string& name) {
    const auto found = std::ranges::find(rows, name, &Row::name);
    if (found == rows.end()) throw std::out_of_range("no row " + name);
    return *found;
}

RadioResult radio_result(std::int64_t p50_us, std::int64_t p99_us, std::uint64_t intact = 100) {
    RadioResult out;
    for (const auto modality : {Modality::ultrasound, Modality::xray})
        out.streams[modality] = {100, intact, p50_us, p99_us, p99_us, 2 * p99_us};
    RelayFigures relay;
    relay.seconds = 10;
    relay.up = {.offered = 1000, .lost = 20, .bytes = 1'250'000, .p50_ms = 7, .p99_ms = 10};
    relay.down = {.offered = 1000, .lost = 10, .bytes = 2'500'000, .p50_ms = 5, .p99_ms = 11};
    relay.scheduling_p99_ms = 0.2;
    out.up = out.down = {relay};
    out.picture_by_link_ms = {{Modality::ultrasound, 13}, {Modality::xray, 16}};
    out.fused_percent = 98;
    return out;
}

TEST(RadioRows, hold_the_product_to_the_links_own_delay) {
    const auto rows = radio_rows("air", Carrier::product, {radio_result(25'000, 50'000)},
                                 {.p50_above_link_ms = 15, .p99_ms = 60, .p99_above_link_ms = 16.7});
    EXPECT_EQ(wireless_row(rows, "air xray p50 product").value, 25);
    EXPECT_FALSE(wireless_row(rows, "air xray p50 product").goal);
    EXPECT_EQ(wireless_row(rows, "air xray p50 above the link's product").value, 9);
    EXPECT_EQ(wireless_row(rows, "air xray p50 above that of the link's median packet product").value, 13)
        << "7 up and 5 down";
    EXPECT_EQ(wireless_row(rows, "air xray p50 above the link's product").met(), true);
    EXPECT_EQ(wireless_row(rows, "air ultrasound p99 product").met(), true);
    EXPECT_EQ(wireless_row(rows, "air ultrasound p99 above the link's product").value, 29);
    EXPECT_EQ(wireless_row(rows, "air ultrasound p99 above the link's product").met(), false);
    EXPECT_EQ(wireless_row(rows, "air link's delay p99, up + down product").value, 21);
    EXPECT_EQ(wireless_row(rows, "air fused share product").value, 98);
    EXPECT_EQ(wireless_row(rows, "air packets lost up product").value, 2);
    EXPECT_EQ(wireless_row(rows, "air on the air down product").value, 2);
}

TEST(RadioRows, are_medians_over_rounds_but_frames_are_counted_together) {
    const auto rows =
        radio_rows("air", Carrier::product,
                   {radio_result(20'000, 40'000), radio_result(30'000, 90'000, 98), radio_result(22'000, 45'000, 99)},
                   {.intact_percent = 99, .frames_lost = 0});
    EXPECT_EQ(wireless_row(rows, "air xray p50 product").value, 22);
    EXPECT_EQ(wireless_row(rows, "air xray p99 product").value, 45);
    EXPECT_EQ(wireless_row(rows, "air xray frames sent product").value, 300);
    EXPECT_EQ(wireless_row(rows, "air xray frames lost product").value, 3);
    EXPECT_EQ(wireless_row(rows, "air xray frames lost product").met(), false);
    EXPECT_EQ(wireless_row(rows, "air xray frames intact product").value, 99);
    EXPECT_EQ(wireless_row(rows, "air xray frames intact product").met(), true) << "at least";
    EXPECT_EQ(wireless_row(rows, "air xray longest gap product").value, 180) << "the worst";
    EXPECT_THROW((void)radio_rows("air", Carrier::product, {}, {}), std::invalid_argument);
}

TEST(RadioRows, a_peer_is_told_and_held_to_nothing) {
    const auto rows =
        radio_rows("air", Carrier::srt, {radio_result(25'000, 50'000)}, {.p99_ms = 60, .intact_percent = 99});
    EXPECT_FALSE(wireless_row(rows, "air xray p99 srt").goal);
    EXPECT_TRUE(std::ranges::none_of(rows, [](const Row& row) { return row.goal.has_value(); }));
    EXPECT_TRUE(std::ranges::none_of(rows, [](const Row& row) { return row.name.find("fused") != std::string::npos; }));
}

TEST(RadioRows, what_was_never_shown_has_no_latency) {
    auto nothing = radio_result(0, 0, 0);
    auto rows = radio_rows("air", Carrier::product, {nothing}, {.p99_ms = 60});
    EXPECT_TRUE(std::isnan(wireless_row(rows, "air xray p99 product").value));
    EXPECT_EQ(wireless_row(rows, "air xray p99 product").met(), false);
    rows = radio_rows("air", Carrier::product, {nothing, radio_result(5'000, 6'000)}, {});
    EXPECT_EQ(wireless_row(rows, "air xray p50 product").value, 5) << "of the round that showed some";
}

TEST(RadioRows, a_return_is_told_where_there_was_an_outage) {
    auto with = radio_result(1, 2);
    with.outages = {{0, 300'000}, {900'000, 1'000'000}};
    with.slowest_return_ms = 120;
    with.slowest_live_ms = 1100;
    const auto rows = radio_rows("air", Carrier::product, {radio_result(1, 2), with}, {.return_ms = 1000});
    EXPECT_EQ(wireless_row(rows, "air outages of the link product").value, 2);
    EXPECT_EQ(wireless_row(rows, "air longest outage of the link product").value, 300);
    EXPECT_EQ(wireless_row(rows, "air picture back after the link product").met(), true);
    EXPECT_EQ(wireless_row(rows, "air LIVE back after the link product").met(), false);
    const auto without = radio_rows("air", Carrier::product, {radio_result(1, 2)}, {.return_ms = 1000});
    EXPECT_THROW((void)wireless_row(without, "air picture back after the link product"), std::out_of_range);
}

TEST(EmulatorRows, have_the_machines_own_timer_beside_them) {
    auto one = radio_result(1, 2);
    one.bare_timer.record(transport::Microseconds{400});
    const auto rows = emulator_rows({one});
    EXPECT_EQ(rows.at(0).value, 0.2);
    EXPECT_EQ(rows.at(0).met(), true);
    EXPECT_EQ(wireless_row(rows, "this machine's bare timer p99, worst run").value, 0.4);
    EXPECT_TRUE(emulator_rows({}).empty());
}

TEST(WirelessOptions, defaults_and_every_key) {
    const auto defaults = read_wireless_options({});
    EXPECT_EQ(defaults.seconds, 20);
    EXPECT_EQ(defaults.rounds, 1);
    EXPECT_EQ(defaults.seed, 1);
    EXPECT_EQ(defaults.out, "out/bench");
    for (const auto section : wireless_sections()) EXPECT_TRUE(defaults.wants_section(section));
    EXPECT_TRUE(defaults.wants_contender("srt"));
    const auto options = read_wireless_options(
        {"--seconds", "7.5", "--rounds", "2", "--only", "loss,srt", "--seed", "42", "--out", "x"});
    EXPECT_EQ(options.seconds, 7.5);
    EXPECT_EQ(options.rounds, 2);
    EXPECT_EQ(options.seed, 42);
    EXPECT_EQ(options.folder("y"), "x/wireless/y");
    EXPECT_TRUE(options.wants_section("loss"));
    EXPECT_FALSE(options.wants_section("midband"));
    EXPECT_TRUE(options.wants_contender("srt"));
    EXPECT_FALSE(options.wants_contender("product"));
    EXPECT_TRUE(read_wireless_options({"--only", "srt"}).wants_section("midband")) << "contenders leave sections in";
}

TEST(WirelessOptions, wrong_words_are_named) {
    using Words = std::vector<std::string>;
    for (const auto& words :
         {Words{"--second", "5"}, Words{"--rounds"}, Words{"--rounds", "0"}, Words{"--rounds", "2x"},
          Words{"--only", "nothing"}, Words{"--only", "loss,"}, Words{"--only", ""}, Words{"--seconds", "nan"},
          Words{"--seed", "0"}, Words{"--out", ""}, Words{"midband"}}) {
        try {
            (void)read_wireless_options(words);
            ADD_FAILURE() << "taken: " << words.front();
        } catch (const transport::UsageError& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(words.front()));
        }
    }
}

TEST(WirelessOptions, help_names_every_key_and_every_section) {
    const auto help = wireless_help();
    for (const auto* key : {"--seconds", "--rounds", "--only", "--seed", "--out", "--help", "Exit codes"})
        EXPECT_THAT(help, testing::HasSubstr(key));
    for (const auto section : wireless_sections()) EXPECT_THAT(help, testing::HasSubstr(std::string{section}));
    for (const auto* contender : {"product", "rtpbin", "srt"}) EXPECT_THAT(help, testing::HasSubstr(contender));
    EXPECT_EQ(bench::run_bench({"wireless", "--seconds", "9", "--help"}), 0);
}

TEST(PeerChain, has_the_products_encoder_whatever_the_wire) {
    PeerChain chain;
    chain.quality = 26;
    for (const auto wire : {Wire::udp, Wire::rtpbin, Wire::srt}) {
        chain.xray.wire = wire;
        EXPECT_THAT(peer_source(chain, Modality::xray), testing::StartsWith("x264enc speed-preset=ultrafast"));
        EXPECT_THAT(peer_source(chain, Modality::xray), testing::HasSubstr("quantizer=26"));
    }
}

TEST(PeerChain, calls_the_relay_and_listens_at_the_server) {
    PeerChain chain;
    chain.xray = {.wire = Wire::srt, .to = 1111, .at = 2222};
    EXPECT_THAT(peer_source(chain, Modality::xray), testing::HasSubstr("srt://127.0.0.1:1111?mode=caller"));
    chain.view = {.wire = Wire::srt, .to = 3333, .at = 4444, .receiver_calls = true};
    EXPECT_THAT(peer_view(chain), testing::HasSubstr("srt://127.0.0.1:3333?mode=caller"));
    const auto server = peer_server_command(chain);
    EXPECT_THAT(server, testing::Contains("uri=srt://127.0.0.1:2222?mode=listener"));
    EXPECT_THAT(server, testing::Contains("uri=srt://127.0.0.1:4444?mode=listener"));
}

}  // namespace
