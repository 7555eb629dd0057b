#include "bench/scenario.hpp"
#include "transport/options.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <set>

namespace bench {

using transport::UsageError;

namespace {

constexpr std::size_t largest_scenario = 64U << 10U;
constexpr int deepest = 4;

/// Groups become dotted keys, lists of words are divided by commas.
class ScenarioFile {
public:
    ScenarioFile(const std::string& file, Scenario& scenario)
        : file_{transport::plain_text(file, 200)}, scenario_{scenario} {}

    void take(const YAML::Node& group, const std::string& prefix, int depth) {
        for (const auto& entry : group) {
            if (!entry.first.IsScalar()) refuse(entry.first, "a key is a word");
            const auto key = prefix + entry.first.Scalar();
            if (!seen_.insert(key).second) refuse(entry.first, fmt::format("key {:.80} is there twice", key));
            const auto& value = entry.second;
            const auto where = fmt::format("{}:{}: ", file_, entry.first.Mark().line + 1);
            if (value.IsMap()) {
                if (depth == deepest) refuse(value, "groups within groups within groups");
                take(value, key == "sweep" ? "sweep " : key + ".", depth + 1);
            } else if (value.IsSequence()) {
                set(key, listed(value), where);
            } else if (value.IsScalar()) {
                set(key, value.Scalar(), where);
            } else {
                refuse(entry.first, fmt::format("{:.80}: nothing is not allowed", key));
            }
        }
    }

private:
    [[noreturn]] void refuse(const YAML::Node& node, const std::string& why) const {
        throw UsageError{fmt::format("{}:{}: {}", file_, node.Mark().line + 1, transport::plain_text(why, 300))};
    }
    std::string listed(const YAML::Node& list) {
        std::string out;
        for (const auto& one : list) {
            if (!one.IsScalar()) refuse(list, "a list holds words alone");
            out += (out.empty() ? "" : ",") + one.Scalar();
        }
        return out;
    }
    void set(const std::string& key, const std::string& value, const std::string& where) {
        constexpr std::string_view sweep = "sweep ";
        if (key.starts_with(sweep))
            set_scenario_key(scenario_, "sweep", key.substr(sweep.size()) + "=" + value, where);
        else
            set_scenario_key(scenario_, key, value, where);
    }

    std::string file_;
    Scenario& scenario_;
    std::set<std::string> seen_;
};

}  // namespace

Scenario read_scenario(std::string_view yaml, const std::string& file) {
    const auto shown = transport::plain_text(file, 200);
    if (yaml.size() > largest_scenario)
        throw UsageError{fmt::format("{}: larger than {} KiB", shown, largest_scenario >> 10U)};
    Scenario scenario;
    scenario.name = std::filesystem::path{file}.stem().string();
    try {
        const auto root = YAML::Load(std::string{yaml});
        if (!root.IsMap()) throw UsageError{fmt::format("{}: wanted keys with their values", shown)};
        ScenarioFile{file, scenario}.take(root, "", 0);
    } catch (const YAML::Exception& error) {
        throw UsageError{fmt::format("{}:{}: {}", shown, error.mark.line + 1, transport::plain_text(error.msg, 200))};
    }
    check_scenario(scenario);
    return scenario;
}

}  // namespace bench
