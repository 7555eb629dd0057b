// The server's first and last moment, with nodes that do not wait for it.
#include "augment/server.hpp"
#include "fakes/processes.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;

TEST(Server, welcomes_whoever_dialled_before_it_was_there_and_answers_until_it_is_gone) {
    SystemClock clock;
    Options options;
    options.media_port = 0;
    options.bus_port =
        listen_on_bus(
            options.listen, 0, [](const std::string&, const Message&) {}, [](const std::string&) {}, clock)
            ->port();
    const auto shell = dial_bus(
        options.listen, options.bus_port, {.node = "shell", .role = Role::control}, [](const Message&) {}, clock);
    for (int restart = 0; restart < 3; ++restart) {
        const augment::Server server{options, clock};
        EXPECT_TRUE(fakes::eventually([&] { return shell->connected(); }));
        for (int i = 0; i < 50; ++i) shell->send(Control{.want_status = true});
    }
}

}  // namespace
