// What other benchmarks wrote (out/bench/remote.json, …): rows alone, with goals where there are some.
#pragma once

#include "bench/rows.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace bench {

struct HouseRows {
    std::string name;  ///< the file's, without its ending
    Results results;
};

/// Nothing when the file holds a result of the full format. Throws std::runtime_error naming the file that is missing
/// or malformed.
[[nodiscard]] std::optional<HouseRows> read_house_rows(const std::filesystem::path& path);

/// A chapter of the page, with the id "rowsNUMBER".
[[nodiscard]] std::string house_rows_part(const HouseRows& rows, std::size_t number);

}  // namespace bench
