// What people read: --help and the example file.
#include "transport/options_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace transport {
namespace {

struct Introduction {
    std::string_view purpose;
    std::string_view example;
};

const Introduction& introduction(Program program) {
    static constexpr std::array<Introduction, 5> all{{
        {"reads one source, encodes it and sends it to the server",
         "scialytic capture --source echo.dcm --stream ultrasound --server 10.0.0.5"},
        {"pairs and fuses the streams and serves the displays",
         "scialytic augment site.yaml --listen 0.0.0.0 --layout side-by-side"},
        {"shows the fused picture and judges by itself how fresh it is",
         "scialytic display --server 10.0.0.5 --layout fused --out out/display"},
        {"serves the remote session: browsers, AR glasses, a colleague far away",
         "scialytic share --server 10.0.0.5 --keys or3/share --listen 0.0.0.0"},
        {"starts two capture nodes, the server and a display on this machine",
         "scialytic demo --ultrasound echo.dcm --xray run.dcm --headless --seconds 20 --out out/demo"},
    }};
    return all.at(static_cast<std::size_t>(program));
}

/// Words of `text` in lines of `prefix` + at most `columns` bytes.
std::string wrapped(std::string_view text, std::string_view prefix, std::size_t columns) {
    std::string lines, current{prefix};
    bool empty = true;
    while (!text.empty()) {
        const auto blank = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, blank);
        text.remove_prefix(std::min(blank + 1, text.size()));
        if (!empty && current.size() + 1 + word.size() > columns) {
            lines.append(current).append("\n");
            current = prefix;
            empty = true;
        }
        current.append(empty ? "" : " ").append(word);
        empty = false;
    }
    return lines.append(current).append("\n");
}

std::string_view placeholder(const OptionKey& key) {
    switch (key.kind) {
        case OptionKind::flag: return "[true|false]";
        case OptionKind::whole:
        case OptionKind::number: return "N";
        case OptionKind::choice: return "NAME";
        case OptionKind::words: return "TEXT";
        case OptionKind::node: return "NAME";
        case OptionKind::host: return "ADDRESS";
        case OptionKind::masks: return "RECTANGLES";
        case OptionKind::paths: return "PATHS";
    }
    return "";
}

/// What is allowed, in few words; empty where the value's shape says it.
std::string range(const OptionKey& key) {
    switch (key.kind) {
        case OptionKind::flag:
        case OptionKind::words: return "";
        case OptionKind::whole:
        case OptionKind::number:
            return fmt::format("{}{} to {}{}{}.", key.even ? "Even, " : "", key.least, key.most,
                               key.unit.empty() ? "" : " ", key.unit);
        case OptionKind::choice: return fmt::format("One of {}.", fmt::join(key.choices, ", "));
        case OptionKind::node: return "At most 32 letters, digits, '.', '_' or '-'.";
        case OptionKind::host: return "An IPv4 address or a host name.";
        case OptionKind::masks: return "x,y,width,height in pixels, several divided by blanks.";
        case OptionKind::paths:
            return "INTERFACE or ADDRESS of this machine, or that with @HOST:PORT; divided by blanks.";
    }
    return "";
}

std::string sentence(const OptionKey& key, const std::string& more) {
    const auto limits = range(key);
    return fmt::format("{}.{}{} [{}]", key.help, limits.empty() ? "" : " ", limits, more);
}

std::string yaml_value(const OptionKey& key) {
    const auto shown = key.show(key, Options{});
    if ((key.kind == OptionKind::masks || key.kind == OptionKind::paths) && shown.empty()) return "[]";
    return shown.empty() ? "\"\"" : shown;
}

}  // namespace

std::string help(Program program) {
    const auto& [purpose, example] = introduction(program);
    constexpr std::size_t columns = 100;
    constexpr std::size_t margin = 40;
    std::string text = fmt::format(
        "scialytic {0}: {1}\n\n"
        "Usage: scialytic {0} [FILE.yaml] [--key value ...]\n\n"
        "FILE.yaml holds the same keys without their dashes (\"overlay.scale\" is \"scale:\" below\n"
        "\"overlay:\"); one file may serve every program. The command line wins over the file.\n"
        "docs/example.yaml lists every key at its default.\n",
        name(program), purpose);
    std::string_view section;
    for (const auto& key : schema()) {
        if (!key.belongs_to(program)) continue;
        if (std::exchange(section, key.section) != key.section) text += fmt::format("\n{}\n", key.section);
        const auto shown = key.show(key, Options{});
        const auto value = shown.empty() ? std::string{"empty"} : shown;
        auto lines = wrapped(sentence(key, value), std::string(margin, ' '), columns);
        const auto head = fmt::format("  --{} {}", key.name, placeholder(key));
        if (head.size() < margin)
            lines.replace(0, head.size(), head);
        else
            lines = fmt::format("{}\n{}", head, lines);
        text += lines;
    }
    text += fmt::format(
        "\nOther\n"
        "  {:<38}this text\n\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage\n\n"
        "Example:\n  {}\n\n"
        "Research and engineering software, not a medical device.\n",
        "--help", example);
    return text;
}

std::string example_yaml() {
    std::string text =
        "# Every key of scialytic at its default. One file may serve every program: each takes the keys that\n"
        "# concern it (named in brackets), and the command line (--key value) wins over the file.\n"
        "# A key left out keeps its default.\n";
    std::string_view section;
    std::string_view group;
    for (const auto& key : schema()) {
        if (std::exchange(section, key.section) != key.section) text += fmt::format("\n# {}\n", key.section);
        if (std::exchange(group, key.group()) != key.group() && !key.group().empty())
            text += fmt::format("\n{}:\n", key.group());
        const std::string indent = key.group().empty() ? "" : "  ";
        const auto short_name = key.group().empty() ? key.name : key.name.substr(key.group().size() + 1);
        const auto comment = wrapped(sentence(key, programs_of(key)), fmt::format("{}# ", indent), 100);
        text += fmt::format("\n{}{}{}: {}\n", comment, indent, short_name, yaml_value(key));
    }
    return text;
}

}  // namespace transport
