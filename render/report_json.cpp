// summary.json, for programs: µs and counts; null is unknown.
#include "render/report_figures.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sys/utsname.h>
#include <chrono>
#include <fstream>
#include <thread>
#include <type_traits>

namespace render {

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out + '"';
}

/// Keys in the order they are put; one a line, or all in one.
class Object {
public:
    Object& raw(std::string_view key, std::string_view json) {
        members_.push_back(quoted(key) + ": " + std::string{json});
        return *this;
    }
    Object& text(std::string_view key, std::string_view value) {
        return raw(key, value.empty() ? "null" : quoted(value));
    }
    template <typename T>
    requires std::is_arithmetic_v<T> Object& number(std::string_view key, T value) {
        return raw(key, fmt::format("{}", value));
    }
    [[nodiscard]] std::string in_one_line() const { return fmt::format("{{{}}}", fmt::join(members_, ", ")); }
    [[nodiscard]] std::string in_lines() const {
        if (members_.empty()) return "{}";
        std::string body;
        for (const char c : fmt::format("\n{}", fmt::join(members_, ",\n")))
            body += c == '\n' ? "\n  " : std::string{c};
        return "{" + body + "\n}";
    }

private:
    std::vector<std::string> members_;
};

std::string figure_json(const Figure& figure) {
    const auto of = figure.histogram.percentiles();
    Object object;
    const auto put = [&](std::string_view key, std::int64_t us) {
        object.raw(key, of.count == 0 ? "null" : fmt::format("{}", us));
    };
    put("p50", of.p50);
    put("p95", of.p95);
    put("p99", of.p99);
    put("p999", of.p999);
    put("max", of.max);
    put("clock_bound", figure.bound.count());
    object.number("count", of.count).number("unknown", figure.unknown);
    return object.in_one_line();
}

std::string cpu_model() {
    std::ifstream file{"/proc/cpuinfo"};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name") && line.find(": ") != std::string::npos)
            return line.substr(line.find(": ") + 2);
    return {};
}

std::string machine_json() {
    utsname system{};
    Object object;
    object.text("kernel", uname(&system) == 0 ? fmt::format("{} {}", system.sysname, system.release) : "");
    object.text("cpu", cpu_model()).number("cores", std::thread::hardware_concurrency());
    return object.in_one_line();
}

std::string hops_json(const ModalityFigures& modality) {
    Object hops;
    for (std::size_t i = 0; i < modality.hops.size(); ++i)
        if (modality.hops[i].histogram.count() > 0 || modality.hops[i].unknown > 0)
            hops.raw(name(static_cast<transport::Stage>(i)), figure_json(modality.hops[i]));
    return hops.in_lines();
}

std::string clock_json(const SourceClock& clock) {
    Object object;
    object.text("basis", clock.known > 0 ? name(clock.basis) : "");
    object.raw("bound_us", clock.known > 0 ? fmt::format("{}", clock.bound.count()) : "null");
    object.number("frames_known", clock.known).number("frames_unknown", clock.unknown);
    return object.in_one_line();
}

std::string pixel_check_json(const std::optional<PixelCheckResult>& check) {
    if (!check) return "null";
    return Object{}
        .number("frames", check->frames)
        .number("agree", check->agree)
        .number("disagree", check->disagree)
        .number("unreadable", check->unreadable)
        .number("max_difference_us", check->max_difference.count())
        .in_one_line();
}

}  // namespace

std::string report_json(const Figures& figures, const std::string& version) {
    Object glass_to_glass;
    Object hops;
    Object clocks;
    for (const auto modality : modalities) {
        const auto& of = figures.by_modality[index(modality)];
        if (!of.seen) continue;
        glass_to_glass.raw(name(modality), figure_json(of.total));
        hops.raw(name(modality), hops_json(of));
        clocks.raw(name(modality), clock_json(of.clock));
    }
    Object drops;
    for (const auto& [reason, count] : figures.drops) drops.number(reason, count);
    Object endpoints;
    endpoints.text("from", name(figures.endpoints.from)).text("to", name(figures.endpoints.to));
    endpoints.text("presented_by", figures.endpoints.presented_by);

    const auto date = fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
    const auto shown = figures.last_presented ? *figures.last_presented - figures.start : transport::Microseconds{0};
    return Object{}
               .text("version", version)
               .text("date", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", date))
               .raw("machine", machine_json())
               .number("seconds", std::chrono::duration<double>(shown).count())
               .raw("endpoints", endpoints.in_one_line())
               .number("frames_presented", figures.frames)
               .number("clock_bound_us", figures.clock_bound.count())
               .raw("sub_frame", sub_frame(figures) ? "true" : "false")
               .raw("clocks", clocks.in_lines())
               .raw("glass_to_glass_us", glass_to_glass.in_lines())
               .raw("hops_us", hops.in_lines())
               .raw("skew_us", figure_json(figures.skew))
               .raw("drops", drops.in_lines())
               .raw("pixel_check", pixel_check_json(figures.pixel_check))
               .number("csv_rows_lost", figures.rows_lost)
               .in_lines() +
           "\n";
}

}  // namespace render
