// All nodes of the product on one machine, each a process of its own.
#pragma once

#include "bench/processes.hpp"
#include "transport/keys.hpp"
#include "transport/options.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bench {

class Demo {
public:
    explicit Demo(transport::Options options);
    enum class Need : std::uint8_t {
        needed,    ///< a node that cannot start ends the demo
        optional,  ///< the demo goes on without it
    };
    /// A node, by the name `ps` shows; it starts with `run`.
    void add(std::string name, std::function<int()> body, Need need = Need::needed);
    /// Starts every node, starts again those that die, ends when the display ends, the time is over or a signal
    /// comes. The first node that cannot even start ends the demo with its exit code.
    int run();

    // The demo's options as each node reads them.
    [[nodiscard]] transport::Options augment() const;
    [[nodiscard]] transport::Options capture(transport::Modality modality) const;
    [[nodiscard]] transport::Options display() const;
    [[nodiscard]] transport::Options share() const;

private:
    struct Node {
        std::string name;
        std::function<int()> body;
        Need need = Need::needed;
        std::vector<Process> process{};  ///< empty or one
        int deaths = 0;
    };
    void start(Node& node);

    [[nodiscard]] transport::Options of_node(int number) const;
    [[nodiscard]] std::string keys_of(const std::string& node) const;

    transport::Options options_;
    std::unique_ptr<transport::TemporaryKeys> keys_;  ///< of this run; null with `secure: false`
    std::map<std::string, std::string> folders_;      ///< of each node's keys
    std::vector<Node> nodes_;
};

}  // namespace bench
