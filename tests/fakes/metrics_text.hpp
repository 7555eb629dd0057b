// Prometheus text format 0.0.4, read more strictly than Prometheus does: what it would let pass, a test should not.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fakes {

using MetricLabelSet = std::map<std::string, std::string>;

struct MetricSample {
    std::string name;
    MetricLabelSet labels;
    double value = 0;
};

struct ReadFamily {
    std::string type;
    std::string help;
    std::vector<MetricSample> samples;
};

class MetricsText {
public:
    /// Throws std::runtime_error naming the line and what is wrong with it.
    explicit MetricsText(const std::string& text) {
        if (!text.empty() && text.back() != '\n') throw std::runtime_error("the last line has no end");
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);) {
            try {
                line.starts_with("# HELP ") ? help(line) : line.starts_with("# TYPE ") ? type(line) : sample(line);
            } catch (const std::runtime_error& error) {
                throw std::runtime_error(std::string{error.what()} + ": " + line);
            }
        }
        for (const auto& [name, family] : families_) {
            if (family.samples.empty()) throw std::runtime_error(name + " has no sample");
            if (family.type == "histogram") check_histogram(name, family);
        }
    }

    [[nodiscard]] const std::map<std::string, ReadFamily>& families() const { return families_; }
    /// Of the only sample with these labels among its own; nothing when there is none. Throws when there are several.
    [[nodiscard]] std::optional<double> value(const std::string& name, const MetricLabelSet& labels = {}) const {
        std::optional<double> found;
        for (const auto& [family, read] : families_)
            for (const auto& sample : read.samples) {
                if (sample.name != name || !has(sample.labels, labels)) continue;
                if (found) throw std::runtime_error(name + ": several samples");
                found = sample.value;
            }
        return found;
    }
    [[nodiscard]] double sum(const std::string& name, const MetricLabelSet& labels = {}) const {
        double out = 0;
        for (const auto& [family, read] : families_)
            for (const auto& sample : read.samples)
                if (sample.name == name && has(sample.labels, labels)) out += sample.value;
        return out;
    }

private:
    static void insist(bool holds, const char* why) {
        if (!holds) throw std::runtime_error(why);
    }
    static bool has(const MetricLabelSet& all, const MetricLabelSet& some) {
        for (const auto& [name, value] : some)
            if (const auto found = all.find(name); found == all.end() || found->second != value) return false;
        return true;
    }
    void help(const std::string& line) {
        static const std::regex shape{R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ([^\\]+))"};
        std::smatch found;
        insist(std::regex_match(line, found, shape), "no HELP line");
        insist(!families_.contains(found[1]), "a family is there twice");
        current_ = found[1];
        families_[current_].help = found[2];
    }
    void type(const std::string& line) {
        static const std::regex shape{"# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)"};
        std::smatch found;
        insist(std::regex_match(line, found, shape), "no TYPE line");
        insist(found[1] == current_ && families_.at(current_).type.empty(), "TYPE does not follow its HELP");
        insist(families_.at(current_).samples.empty(), "TYPE behind samples");
        families_.at(current_).type = found[2];
        insist((found[2] == "counter") == current_.ends_with("_total"), "counters, and they alone, end with _total");
    }
    void sample(const std::string& line) {
        insist(!current_.empty() && !families_.at(current_).type.empty(), "a sample before its TYPE");
        auto& family = families_.at(current_);
        MetricSample out;
        std::size_t at = line.find_first_of("{ ");
        insist(at != std::string::npos, "no sample");
        out.name = line.substr(0, at);
        const bool of_histogram =
            family.type == "histogram" &&
            (out.name == current_ + "_bucket" || out.name == current_ + "_sum" || out.name == current_ + "_count");
        insist(family.type == "histogram" ? of_histogram : out.name == current_, "a sample of another family");
        if (line[at] == '{') at = labels(line, at + 1, out.labels);
        insist(at < line.size() && line[at] == ' ', "no blank before the value");
        const auto value = line.substr(at + 1);
        static const std::regex number{R"([+-]?Inf|NaN|-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?)"};
        insist(std::regex_match(value, number), "no number");
        out.value = std::strtod(value.c_str(), nullptr);
        insist(family.type == "gauge" || out.value >= 0, "counts are not negative");
        insist(seen_.insert({out.name, out.labels}).second, "a sample is there twice");
        family.samples.push_back(std::move(out));
    }
    /// From behind the '{' to behind the '}'.
    static std::size_t labels(const std::string& line, std::size_t at, MetricLabelSet& out) {
        static const std::regex name_shape{"[a-zA-Z_][a-zA-Z0-9_]*"};
        while (true) {
            const auto equals = line.find("=\"", at);
            insist(equals != std::string::npos, "a label without a value");
            const auto name = line.substr(at, equals - at);
            insist(std::regex_match(name, name_shape) && !name.starts_with("__"), "no label name");
            std::string value;
            for (at = equals + 2; at < line.size() && line[at] != '"'; ++at) {
                if (line[at] != '\\') {
                    value += line[at];
                    continue;
                }
                const char escaped = ++at < line.size() ? line[at] : ' ';
                insist(escaped == '\\' || escaped == '"' || escaped == 'n', "an unknown escape");
                value += escaped == 'n' ? '\n' : escaped;
            }
            insist(at + 1 < line.size(), "a label without an end");
            insist(out.emplace(name, value).second, "a label is there twice");
            if (line[++at] == '}') return at + 1;
            insist(line[at++] == ',', "no comma between labels");
        }
    }
    static void check_histogram(const std::string& name, const ReadFamily& family) {
        struct Series {
            double limit = -HUGE_VAL;
            double so_far = 0;
            std::optional<double> infinite, count, sum;
        };
        std::map<MetricLabelSet, Series> all;
        for (const auto& sample : family.samples) {
            auto labels = sample.labels;
            const auto le = labels.extract("le");
            auto& series = all[labels];
            if (sample.name.ends_with("_sum")) series.sum = sample.value;
            if (sample.name.ends_with("_count")) series.count = sample.value;
            insist(le.empty() != sample.name.ends_with("_bucket"), "buckets, and they alone, have a limit");
            if (le.empty()) continue;
            const double limit = std::strtod(le.mapped().c_str(), nullptr);
            insist(limit > series.limit, "limits do not rise");
            insist(sample.value >= series.so_far, "buckets are not cumulative");
            series.limit = limit;
            series.so_far = sample.value;
            if (std::isinf(limit)) series.infinite = sample.value;
        }
        for (const auto& [labels, series] : all)
            if (!series.sum || !series.count || series.infinite != series.count)
                throw std::runtime_error(name + ": +Inf is not the count, or sum or count is missing");
    }

    std::map<std::string, ReadFamily> families_;
    std::set<std::pair<std::string, MetricLabelSet>> seen_;
    std::string current_;
};

}  // namespace fakes
