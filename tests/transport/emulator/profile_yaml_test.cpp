#include "transport/emulator/profile_yaml.hpp"
#include "transport/plain_text.hpp"

#include "transport/emulator/recordings.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string yaml_refusal(std::string_view yaml) {
    try {
        (void)read_link_profile_text(yaml, "my.yaml", "");
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

/// A file with that content, gone with its holder.
class ScratchFile {
public:
    explicit ScratchFile(const std::string& text)
        : path_{std::filesystem::temp_directory_path() / ("scialytic-link-" + std::to_string(getpid()) + ".txt")} {
        std::ofstream{path_} << text;
    }
    ~ScratchFile() { std::filesystem::remove(path_); }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    [[nodiscard]] std::string path() const { return path_; }

private:
    std::filesystem::path path_;
};

template <typename Read>
std::string recording_refusal(const std::string& text, Read read) {
    const ScratchFile file{text};
    try {
        (void)read(file.path());
        return "accepted";
    } catch (const UsageError& error) {
        const std::string line = error.what();
        EXPECT_TRUE(line.starts_with(file.path() + ":")) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
        return line.substr(file.path().size());
    }
}

TEST(ProfileYaml, changes_what_it_names_and_keeps_the_rest) {
    const auto profile = read_link_profile_text(R"(
name: bad wall
from: private-midband
both:
  loss: 0.01
  burst: 4
  gaps:
    - {kind: handover, every-s: 20, shortest-ms: 50, longest-ms: 80, delay-step-ms: 3}
    - {kind: stall, at-s: 5, shortest-ms: 200}
up:
  rate-kbit-per-s: 8000
  delay-quantiles: [[0, 4], [0.5, 6], [1, 9]]
  queue-ms: 100
)",
                                                "my.yaml", "");
    EXPECT_EQ(profile.name, "bad wall");
    EXPECT_EQ(profile.said_from, "parametric, fitted to published quantiles; changed by my.yaml");
    EXPECT_EQ(profile.up.loss, 0.01);
    EXPECT_EQ(profile.down.burst, 4);
    EXPECT_EQ(profile.up.rate->mean_kbit_per_s(), 8000);
    EXPECT_EQ(profile.down.rate->mean_kbit_per_s(), 50000);
    EXPECT_EQ(profile.up.delay_ms.at(0.5), 6);
    EXPECT_NEAR(profile.down.delay_ms.at(0.5), 5.3, 1e-9);
    EXPECT_EQ(profile.up.queue, 100ms);
    ASSERT_EQ(profile.down.gaps.size(), 1U);
    EXPECT_TRUE(profile.down.gaps[0].both_ways);
    EXPECT_EQ(profile.down.gaps[0].longest, 80ms);
    ASSERT_EQ(profile.up.fixed_gaps.size(), 1U);
    EXPECT_EQ(profile.up.fixed_gaps[0].at, 5s);
    EXPECT_EQ(profile.up.side, 0U);
    EXPECT_EQ(profile.down.side, 1U);
}

TEST(ProfileYaml, an_error_names_file_line_key_value_and_what_is_allowed) {
    EXPECT_EQ(yaml_refusal("up:\n  loss: 2\n"), "link: my.yaml:2: loss: '2' is not allowed: a number from 0 to 0.5");
    EXPECT_EQ(yaml_refusal("up:\n  los: 0\n"), "link: my.yaml:2: unknown key 'los'; did you mean 'loss'?");
    EXPECT_EQ(yaml_refusal("side: 3\n"),
              "link: my.yaml:1: unknown key 'side': name, from, both, up and down are allowed");
    EXPECT_THAT(yaml_refusal("from: moon\n"),
                HasSubstr("my.yaml:1: from: link: profile 'moon' is not allowed: one of"));
    EXPECT_THAT(yaml_refusal("up:\n  delay-quantiles: [[0, 5], [1, 4]]\n"),
                HasSubstr("delay-quantiles: a list is not allowed: a list of 1 to 1000 [share, ms], both rising"));
    EXPECT_THAT(yaml_refusal("up:\n  gaps: [{kind: handover, every-s: 1, shortest-ms: 5}]\n"),
                HasSubstr("kind: 'handover' is not allowed: outage, stall, or, below 'both', handover"));
    EXPECT_THAT(yaml_refusal("up:\n  gaps: [{kind: outage, shortest-ms: 5}]\n"), HasSubstr("one of at-s and every-s"));
    EXPECT_THAT(yaml_refusal("up:\n  gaps: [{kind: outage, at-s: 1}]\n"), HasSubstr("needs shortest-ms"));
    EXPECT_THAT(yaml_refusal("up:\n  loss: 0\n  loss: 0\n"), HasSubstr("is there twice"));
    EXPECT_THAT(yaml_refusal("up:\n  rate-trace: nowhere.csv\n"), HasSubstr("nowhere.csv: cannot be read"));
    EXPECT_THAT(yaml_refusal("- 1\n"), HasSubstr("holds no 'key: value' lines"));
    EXPECT_THAT(yaml_refusal(""), HasSubstr("holds no 'key: value' lines"));
    EXPECT_THAT(yaml_refusal("up: {loss: [}"), HasSubstr("link: my.yaml:1:"));
    EXPECT_THAT(yaml_refusal("up:\n  loss: .nan\n"), HasSubstr("is not allowed"));
}

TEST(ProfileYaml, a_broken_escape_is_refused_in_one_line) {
    try {
        static_cast<void>(read_link_profile_text("name: \"\\\n\"\nup: {\"\\\x01\": 1}\n", "own.yaml", ""));
        FAIL() << "read it";
    } catch (const UsageError& error) {
        EXPECT_TRUE(is_plain_text(error.what())) << error.what();
    }
}

TEST(ProfileYaml, reads_the_files_that_it_names) {
    const ScratchFile rates{"0, 8000\n1.5, 2000\n3, 0\n"};
    const auto profile =
        read_link_profile_text("up:\n  rate-trace: " + std::filesystem::path{rates.path()}.filename().string() + "\n",
                               (std::filesystem::temp_directory_path() / "my.yaml").string(), "");
    EXPECT_EQ(profile.up.rate->kbit_per_s(2s), 2000);
    EXPECT_EQ(profile.up.rate->period(), 4500ms);
}

TEST(LinkRecordings, a_lying_file_is_refused_in_one_line) {
    EXPECT_THAT(recording_refusal("", read_deliveries), HasSubstr(": holds no deliveries"));
    EXPECT_THAT(recording_refusal("5\n4\n", read_deliveries),
                HasSubstr(":2: '4' is not allowed: a whole number of ms"));
    EXPECT_THAT(recording_refusal("-1\n", read_deliveries), HasSubstr(":1: '-1' is not allowed"));
    EXPECT_THAT(recording_refusal("1e300\n", read_deliveries), HasSubstr(":1: '1e300' is not allowed"));
    EXPECT_THAT(recording_refusal("12 monkeys\n", read_deliveries), HasSubstr(":1: '12 monkeys' is not allowed"));
    EXPECT_THAT(recording_refusal("0 0\n1 0\n", read_rates), HasSubstr("carries nothing"));
    EXPECT_THAT(recording_refusal("3 100\n", read_rates),
                HasSubstr(":1: '3 100' is not allowed: seconds (rising from 0"));
    EXPECT_THAT(recording_refusal("0 1e9\n", read_rates), HasSubstr("kbit/s are not allowed: from 0 to 10000000"));
    EXPECT_THAT(recording_refusal("0 nan\n", read_rates), HasSubstr("is not allowed"));
    EXPECT_THAT(recording_refusal("1 0\n2 0\n", read_delay_histogram), HasSubstr(": holds no delays"));
    EXPECT_THAT(recording_refusal("2 1\n1 1\n", read_delay_histogram), HasSubstr(":2: '1 1' is not allowed"));
    EXPECT_THAT(recording_refusal("1 -5\n", read_delay_histogram), HasSubstr(":1: '1 -5' is not allowed"));
    const auto drive = [](const std::string& file) { return read_drive_test(file, 1); };
    EXPECT_THAT(recording_refusal("a,b\n1,2\n", drive), HasSubstr("a column DL_bitrate is needed"));
    EXPECT_THAT(recording_refusal("DL_bitrate,State\n-5,D\n", drive), HasSubstr("DL_bitrate: '-5' is not allowed"));
    const auto pings = [](const std::string& file) { return read_half_round_trips(file, 100); };
    EXPECT_THAT(recording_refusal("64 bytes: time=-3 ms\n", pings), HasSubstr("is not allowed: time=MS"));
    EXPECT_THAT(recording_refusal("nothing\n", pings), HasSubstr("holds no round trips"));
}

}  // namespace
}  // namespace transport
