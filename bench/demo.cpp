#include "bench/demo.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <ctime>

namespace bench {

using namespace transport;

namespace {
constexpr timespec tick{0, 50'000'000};
constexpr int most_deaths = 5;
constexpr int most_nodes = 6;
constexpr auto grace = std::chrono::seconds{5};  // for reports to be written
}  // namespace

Demo::Demo(Options options) : options_{std::move(options)} {
    if (options_.metrics_port + most_nodes > 65536)
        throw UsageError{fmt::format("demo: --metrics-port {}: its {} nodes take one each, from that one on",
                                     options_.metrics_port, most_nodes)};
    if (!options_.secure) return;
    keys_ = std::make_unique<TemporaryKeys>();
    for (const auto modality : {Modality::ultrasound, Modality::xray, Modality::camera}) {
        const auto node = fmt::format("capture-{}", name(modality));
        folders_[node] = keys_->add(node, {Role::capture}, {modality});
    }
    folders_["display"] = keys_->add("display", {Role::display});
    folders_["control"] = keys_->add("control", {Role::control});
    folders_["share"] = keys_->add("share", {Role::display, Role::annotator, Role::capture}, {Modality::camera});
    fmt::print("demo: keys of this run; from a shell: scialytic control --keys {} …\n", folders_["control"]);
}

/// In the order in which the nodes are started; a node that there is not leaves its port free.
Options Demo::of_node(int number) const {
    auto options = options_;
    if (options.metrics_port != 0) options.metrics_port += number;
    return options;
}

std::string Demo::keys_of(const std::string& node) const {
    const auto found = folders_.find(node);
    return found == folders_.end() ? std::string{} : found->second;
}

void Demo::add(std::string name, std::function<int()> body, Need need) {
    nodes_.push_back({std::move(name), std::move(body), need});
}

Options Demo::augment() const {
    auto options = of_node(0);
    options.seconds = 0;
    if (keys_) options.keys = keys_->folder();
    return options;
}

Options Demo::capture(Modality modality) const {
    auto options = of_node(1 + static_cast<int>(modality));
    options.seconds = 0;
    options.node.clear();
    options.server = "127.0.0.1";
    options.stream = modality;
    options.keys = keys_of(fmt::format("capture-{}", name(modality)));
    options.source = modality == Modality::ultrasound ? options.ultrasound
                     : modality == Modality::xray     ? options.xray
                                                      : options.camera;
    return options;
}

Options Demo::display() const {
    auto options = of_node(5);
    options.server = "127.0.0.1";
    options.node.clear();
    options.keys = keys_of("display");
    if (options.headless) options.present = "headless";
    return options;
}

Options Demo::share() const {
    auto options = of_node(4);
    options.seconds = 0;
    options.server = "127.0.0.1";
    options.node.clear();
    options.keys = keys_of("share");
    return options;
}

void Demo::start(Node& node) {
    node.process.clear();
    node.process.push_back(Process::fork(node.name, node.body));
}

int Demo::run() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&signals, number);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    for (auto& node : nodes_) start(node);

    int code = 0;
    for (bool running = true; running;) {
        const int number = sigtimedwait(&signals, nullptr, &tick);
        if (number == SIGINT || number == SIGTERM) break;
        for (auto& node : nodes_) {
            const auto ended = node.process.empty() ? std::nullopt : node.process.front().ended();
            if (!ended) continue;
            const bool display = &node == &nodes_.back();
            const bool killed = *ended > 128;
            if (node.need == Need::optional && !killed) {
                fmt::print(stderr, "demo: goes on without {}\n", node.name);
                node.process.clear();
                continue;
            }
            // The display ends by itself when its seconds are over or its window is closed.
            if ((display && !killed) || (!killed && *ended != 0 && node.deaths == 0) || node.deaths == most_deaths) {
                code = *ended;
                running = false;
                break;
            }
            ++node.deaths;
            fmt::print(stderr, "demo: {} ended with {}; starting it again\n", node.name, *ended);
            start(node);
        }
    }
    for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
        if (node->process.empty()) continue;
        node->process.front().signal(SIGTERM);
        const auto deadline = std::chrono::steady_clock::now() + grace;
        while (!node->process.front().ended() && std::chrono::steady_clock::now() < deadline)
            sigtimedwait(&signals, nullptr, &tick);
    }
    return code;
}

}  // namespace bench
