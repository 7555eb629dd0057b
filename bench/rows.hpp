// What a benchmark says: rows with a value, and a bar where there is one. As JSON and as a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

enum class Bar : unsigned char { at_most, at_least };

struct Row {
    std::string name;
    double value = 0;
    std::string unit;
    std::optional<double> goal{};
    Bar bar = Bar::at_most;
    /// Nothing without a goal. A value that is no number meets nothing.
    [[nodiscard]] std::optional<bool> met() const;
};

struct Results {
    std::string commit;
    std::string date;     ///< UTC, ISO 8601
    std::string machine;  ///< one line
    std::vector<Row> rows;
};

/// {"commit", "date", "machine", "rows": [{"name", "value", "unit", "goal", "met"}]}; without a bar goal and met are
/// null.
[[nodiscard]] std::string to_json(const Results& results);
[[nodiscard]] std::string to_table(const Results& results);

/// Results of this machine, now, at this commit ("unknown" outside a clone), without rows.
[[nodiscard]] Results results_here();

}  // namespace bench
