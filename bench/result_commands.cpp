#include "bench/result_commands.hpp"

#include "bench/budget_check.hpp"
#include "bench/compare.hpp"
#include "bench/named_file.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>

namespace bench {

using transport::UsageError;

namespace {

/// The words of a command: files in order, flags, and values of keys.
class ResultWords {
public:
    ResultWords(std::string command, const std::vector<std::string>& words, std::string_view wanted,
                std::size_t files_wanted, std::set<std::string_view> flags, std::string_view key = {})
        : command_{std::move(command)} {
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto& word = words[i];
            if (!word.starts_with("--"))
                files.push_back(word);
            else if (flags.contains(word))
                given_.insert(word);
            else if (word != key || key.empty())
                refuse(fmt::format("'{:.80}' is unknown; {}", word, wanted));
            else if (i + 1 == words.size() || words[i + 1].empty())
                refuse(fmt::format("{} wants a file", word));
            else
                value = words[++i];
        }
        if (files.size() != files_wanted) refuse(std::string{wanted});
    }
    [[nodiscard]] bool has(const std::string& flag) const { return given_.contains(flag); }
    [[noreturn]] void refuse(const std::string& why) const {
        throw UsageError{fmt::format("bench {}: {}", command_, why)};
    }
    /// A file that cannot be read, or is not what it should be, is wrong usage: exit code 1 has its own meaning here.
    template <typename Read>
    auto read(const std::string& file, Read how) const {
        try {
            return read_named(file, how);
        } catch (const std::exception& error) {
            throw UsageError{fmt::format("bench {}: {}", command_, error.what())};
        }
    }
    [[nodiscard]] BenchResult result(std::size_t which) const {
        try {
            return read_result(std::filesystem::path{files[which]});
        } catch (const std::exception& error) {
            refuse(error.what());
        }
    }

    std::vector<std::string> files;
    std::optional<std::string> value;

private:
    std::string command_;
    std::set<std::string> given_;
};

}  // namespace

std::string_view compare_help() {
    return R"(Usage: scialytic bench compare A.json B.json [--all] [--force] [--fail-on-worse]

What changed from result A to result B, by how much, with the 95 % bootstrap interval of the difference over repeats, and
whether it is more than noise: better, worse, changed (where neither way is better), no difference that stands out of the
noise, or too few repeats to tell (it takes 4 of each). What the clocks' bounds could explain does not stand out. Other
machines, commits and settings are named.

  --all             every figure, each hop's too; default: the headline figures
  --force           also when scenario or streams are not the same
  --fail-on-worse   exit with 1 when a figure that was compared is worse
  --help            this text

Exit codes: 0 compared, 1 something is worse (with --fail-on-worse), 2 wrong usage, or a file that is no result.
)";
}

std::string_view check_help() {
    return R"(Usage: scialytic bench check RESULT.json BUDGET.yaml [--junit FILE]

Whether a result keeps to a budget: one condition a line (a YAML list of texts, or without its bullets), NAME RELATION
NUMBER[UNIT], relations <=, <, >=, > and ==, units us, ms, s, mm, %; docs/benchmark.md lists the figures.

  g2g.p99 <= 100ms            the worst of all streams
  g2g.ultrasound.p99 <= 50ms  one stream's
  skew.p99 <= 8.3ms
  freeze.count == 0

A figure must keep to its limit wherever within its clock bound the truth is; one that could not be told misses it.

  --junit FILE   the same as JUnit XML
  --help         this text

Exit codes: 0 all conditions are met, 1 one is missed, 2 wrong usage: also a figure or unit that there is not.
)";
}

int run_compare(const std::vector<std::string>& words) {
    const ResultWords given{"compare",
                            words,
                            "wanted: A.json B.json [--all] [--force] [--fail-on-worse]",
                            2,
                            {"--all", "--force", "--fail-on-worse"}};
    const auto before = given.result(0);
    const auto after = given.result(1);
    const auto why = why_not_comparable(before, after);
    if (!why.empty() && !given.has("--force")) given.refuse(fmt::format("{}; --force compares them all the same", why));
    const auto comparison = compare(before, after, given.has("--all"));
    fmt::print("{}, {}: {} → {}\n{}{}", after.scenario, after.contender, given.files[0], given.files[1],
               why.empty() ? "" : fmt::format("note: {}\n", why), to_table(comparison));
    const bool worse = std::ranges::count(comparison.differences, Verdict::worse, &Difference::verdict) > 0;
    return worse && given.has("--fail-on-worse") ? 1 : 0;
}

int run_check(const std::vector<std::string>& words) {
    const ResultWords given{"check", words, "wanted: RESULT.json BUDGET.yaml [--junit FILE]", 2, {}, "--junit"};
    const auto result = given.result(0);
    const auto text = given.read(given.files[1], [](std::istream& file) {
        std::string all(most_budget_bytes + 1, '\0');
        file.read(all.data(), static_cast<std::streamsize>(all.size()));
        all.resize(static_cast<std::size_t>(file.gcount()));
        return all;
    });
    const auto checked = check_budget(read_budget(text, given.files[1]), given.files[1], result);
    fmt::print("{}", to_table(checked));
    if (given.value) {
        std::ofstream file{*given.value};
        file << to_junit(checked, result);
        file.close();
        if (!file) throw std::runtime_error(fmt::format("bench check: cannot write {}", *given.value));
    }
    return all_met(checked) ? 0 : 1;
}

}  // namespace bench
