// A budget file: what a result must keep to. Lines as `g2g.p99 <= 100ms`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class Relation : unsigned char { at_most, below, at_least, above, equal };

struct BudgetLine {
    int line = 0;      ///< in the file, from 1
    std::string text;  ///< as it stands there, without bullet, quotes and comment
    std::string figure;
    Relation relation = Relation::at_most;
    double limit = 0;
    std::string unit;  ///< nothing for counts
    bool operator==(const BudgetLine&) const = default;
};

inline constexpr std::size_t most_budget_bytes = std::size_t{1} << 20U;
inline constexpr std::size_t most_budget_lines = 1000;

/// A YAML list of texts, or the same without its bullets: one condition a line, NAME RELATION NUMBER[UNIT]; `#` begins
/// a comment. `file` is for error lines. Throws transport::UsageError with one line naming file and line, also when
/// there is no condition at all.
[[nodiscard]] std::vector<BudgetLine> read_budget(std::string_view text, const std::string& file);

}  // namespace bench
