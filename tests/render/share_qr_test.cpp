// The code is read by a reader that others wrote, where there is one; its shape is looked at everywhere.
#include "render/share_qr.hpp"
#include "transport/keys_files.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace render {
namespace {

const std::string link = "https://or3.hospital.example:8443/#" + std::string(40, 'A') + "." + std::string(43, 'z');
constexpr std::array<std::string_view, 7> finder{"1111111", "1000001", "1011101", "1011101",
                                                 "1011101", "1000001", "1111111"};

/// What zbarimg reads in the picture of these rows.
std::string read_by_zbar(const std::vector<std::string>& rows, std::size_t border) {
    constexpr std::size_t scale = 4;
    const auto side = (rows.size() + 2 * border) * scale;
    std::string picture = fmt::format("P5\n{0} {0}\n255\n", side);
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
            const auto row = y / scale - border;
            const auto column = x / scale - border;
            picture += row < rows.size() && column < rows.size() && rows[row][column] == '1' ? '\0' : '\xFF';
        }
    const transport::TemporaryKeyFolder folder;
    const auto file = folder.path() / "code.pgm";
    std::ofstream{file, std::ios::binary} << picture;
    auto* reader = ::popen(fmt::format("zbarimg -q --raw {} 2>/dev/null", file.string()).c_str(), "r");
    std::string text;
    for (int c = 0; (c = std::fgetc(reader)) != EOF;) text += static_cast<char>(c);
    ::pclose(reader);
    if (text.ends_with('\n')) text.pop_back();
    return text;
}
/// The modules of a terminal's lines, as somebody sees them: light letters on a dark ground.
std::vector<std::string> rows_on_terminal(std::string_view lines) {
    std::vector<std::string> rows;
    while (!lines.empty()) {
        auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(line.size() + 1);
        std::string upper;
        std::string lower;
        while (!line.empty()) {
            const bool blank = line.front() == ' ';
            const auto letter = line.substr(0, blank ? 1 : 3);
            line.remove_prefix(letter.size());
            upper += letter == "\u2580" || letter == "\u2588" ? '0' : '1';
            lower += letter == "\u2584" || letter == "\u2588" ? '0' : '1';
        }
        rows.push_back(upper);
        rows.push_back(lower);
    }
    return rows;
}

TEST(ShareQr, the_rows_are_a_square_with_three_finders) {
    const auto rows = qr_rows(link);
    ASSERT_EQ(rows.size(), 41U) << "version 6 holds a link";
    for (const auto& row : rows) {
        ASSERT_EQ(row.size(), rows.size());
        EXPECT_EQ(row.find_first_not_of("01"), std::string::npos);
    }
    for (std::size_t i = 0; i < finder.size(); ++i) {
        EXPECT_EQ(rows[i].substr(0, 7), finder[i]);
        EXPECT_EQ(rows[i].substr(rows.size() - 7), finder[i]);
        EXPECT_EQ(rows[rows.size() - 7 + i].substr(0, 7), finder[i]);
        EXPECT_NE(rows[rows.size() - 7 + i].substr(rows.size() - 7), finder[i]);
    }
}

TEST(ShareQr, a_reader_reads_the_link) {
    if (std::system("zbarimg --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no zbarimg here";
    EXPECT_EQ(read_by_zbar(qr_rows(link), 4), link);
    // From the terminal as it stands: 2 modules of light, dark around them.
    auto seen = rows_on_terminal(qr_for_terminal(link));
    if (seen.back().find('0') == std::string::npos) seen.pop_back();
    for (auto& row : seen) row.insert(0, "11").append("11");
    seen.insert(seen.begin(), 2, std::string(seen.front().size(), '1'));
    seen.insert(seen.end(), 2, std::string(seen.front().size(), '1'));
    EXPECT_EQ(read_by_zbar(seen, 0), link);
}

TEST(ShareQr, the_terminal_shows_the_same_modules_within_24_lines) {
    const auto rows = qr_rows(link);
    const auto seen = rows_on_terminal(qr_for_terminal(link));
    EXPECT_LE(seen.size() / 2, 24U);
    for (std::size_t y = 0; y < rows.size(); ++y) EXPECT_EQ(seen[y + 2], "00" + rows[y] + "00") << "row " << y;
    EXPECT_EQ(seen[0], std::string(rows.size() + 4, '0'));
    EXPECT_EQ(seen[rows.size() + 2], seen[0]);
}

TEST(ShareQr, what_does_not_fit_has_no_code) {
    EXPECT_TRUE(qr_rows("").empty());
    EXPECT_TRUE(qr_rows(std::string(2954, 'x')).empty());
    EXPECT_EQ(qr_rows(std::string(2953, 'x')).size(), 177U);
    EXPECT_EQ(qr_for_terminal(std::string(5000, 'x')), "");
}

}  // namespace
}  // namespace render
