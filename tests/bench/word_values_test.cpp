// The words of a benchmark's command line: what is wrong is named.
#include "bench/word_values.hpp"
#include "transport/options.hpp"

#include <gtest/gtest.h>

namespace {

using bench::WordValues;
using Words = std::vector<std::string>;

std::string words_refusal(const Words& words) {
    try {
        int value = 7;
        WordValues{"bench it", words, {"--n", "--out"}}.read("--n", value, 1, 10);
        return "none " + std::to_string(value);
    } catch (const transport::UsageError& error) {
        return error.what();
    }
}

TEST(WordValues, are_read_within_their_limits_or_left_alone) {
    EXPECT_EQ(words_refusal({"--n", "3"}), "none 3");
    EXPECT_EQ(words_refusal({"--out", "x"}), "none 7");
}

TEST(WordValues, that_are_wrong_are_named_with_what_is_allowed) {
    EXPECT_EQ(words_refusal({"--n", "11"}), "bench it: --n: '11' is not in 1 to 10");
    EXPECT_EQ(words_refusal({"--n", "3x"}), "bench it: --n: '3x' is not in 1 to 10");
    EXPECT_EQ(words_refusal({"--n"}), "bench it: --n wants a value");
    EXPECT_EQ(words_refusal({"--m", "3"}), "bench it: '--m' is unknown; allowed: --n, --out");
    EXPECT_EQ(words_refusal({"--n", "3", "--n", "4"}), "bench it: --n is there twice");
}

}  // namespace
