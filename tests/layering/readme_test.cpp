// The README promises a path; the code keeps it.
#include "transport/timeline.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

const std::filesystem::path root{PROJECT_DIR};

std::vector<std::string> readme_lines() {
    std::ifstream text{root / "README.md"};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

struct Row {
    std::vector<std::string> stages;  ///< "first_packet / received" is two
    std::string where;
};

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> found;
    std::istringstream text{line};
    for (std::string cell; std::getline(text, cell, '|');) {
        const auto first = cell.find_first_not_of(" `");
        const auto last = cell.find_last_not_of(" `");
        found.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    return found;  // the first is what stands before the first bar: nothing
}

/// The rows below "| stage | … | where |", up to the end of that table.
std::vector<Row> path_table(const std::vector<std::string>& lines) {
    std::vector<Row> rows;
    bool inside = false;
    for (const auto& line : lines) {
        const auto columns = cells(line);
        if (!inside) {
            inside = columns.size() == 4 && columns[1] == "stage" && columns[3] == "where";
            continue;
        }
        if (columns.size() != 4) break;
        if (columns[1].starts_with("---")) continue;
        Row row{.stages = {}, .where = columns[3]};
        std::istringstream names{columns[1]};
        for (std::string word; names >> word;)
            if (word != "/") row.stages.push_back(word);
        rows.push_back(row);
    }
    return rows;
}

TEST(Readme, the_path_table_lists_every_stage_in_order) {
    std::vector<std::string> promised;
    for (const auto& row : path_table(readme_lines()))
        promised.insert(promised.end(), row.stages.begin(), row.stages.end());
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < transport::stage_count; ++i) kept.emplace_back(name(static_cast<transport::Stage>(i)));
    EXPECT_EQ(promised, kept) << "README.md must hold a table \"| stage | what has just happened | where |\" with the "
                                 "names of transport::Stage (transport/timeline.cpp), all of them, in order";
}

TEST(Readme, the_path_table_names_folders_that_exist) {
    for (const auto& row : path_table(readme_lines()))
        EXPECT_TRUE(is_directory(root / row.where)) << "README.md: no folder " << row.where;
}

TEST(Readme, fits_in_150_lines) {
    const auto lines = readme_lines();
    EXPECT_FALSE(lines.empty()) << "README.md is missing";
    EXPECT_LE(lines.size(), 150U);
}

}  // namespace
