// How share reaches the augmentation server: as ordinary nodes, which main.cpp dials.
#pragma once

#include "transport/bus.hpp"
#include "transport/link.hpp"

#include <functional>
#include <memory>
#include <string>

namespace render {

struct ShareWiring {
    /// Dials the bus. The hello's `node` is a suffix, empty for share's own name.
    std::function<std::unique_ptr<transport::BusClient>(transport::Hello hello,
                                                        transport::BusClient::OnMessage on_message)>
        dial;
    /// The stream of a Welcome; null when it would be in the clear and must not.
    std::function<std::unique_ptr<transport::Receiver>(const transport::Welcome& welcome,
                                                       transport::OnArrival on_arrival)>
        receive;
    std::function<std::unique_ptr<transport::Sender>(const transport::Welcome& welcome)> send;
    /// The command of a child, ready for the kind of its connection.
    std::function<std::vector<std::string>(const std::string& connection)> child;
};

}  // namespace render
