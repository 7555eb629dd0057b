// The door of share, with browsers that live and browsers that have vanished: real TLS, a clock that is passed in.
#include "render/share_http.hpp"

#include "tests/fakes/stepped_clock.hpp"
#include "transport/handle.hpp"
#include "transport/keys.hpp"
#include "transport/keys_tls.hpp"

#include <gio/gio.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace render {
namespace {

using namespace std::chrono_literals;
using transport::Handle;

gboolean accept_any(GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags, gpointer) noexcept {
    return TRUE;
}
void on_client(GSocketClient*, GSocketClientEvent event, GSocketConnectable*, GIOStream* stream, gpointer) noexcept {
    if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
        g_signal_connect(stream, "accept-certificate", G_CALLBACK(&accept_any), nullptr);
}

class ShareDoorLines : public testing::Test {
protected:
    ShareDoorLines() {
        const auto files = transport::make_tls_keys(keys.folder(), {"127.0.0.1"}, std::chrono::system_clock::now());
        DoorSettings settings;
        settings.address = "127.0.0.1";
        settings.port = 0;
        settings.certificate = files.certificate;
        settings.key = files.key;
        door = std::make_unique<ShareDoor>(
            settings,
            ShareDoor::Handlers{[this](ShareDoor::Socket socket) { opened.push_back(socket); },
                                [](ShareDoor::Socket, std::string_view) {},
                                [this](ShareDoor::Socket socket) { closed.push_back(socket); },
                                [](const HttpRequest&, const HttpReply&) {}},
            clock);
    }

    template <typename Holds>
    void until(Holds holds) {
        for (int turn = 0; !holds() && turn < 1000; ++turn) {
            const auto wake = g_timeout_add(
                10, [](gpointer) noexcept -> gboolean { return G_SOURCE_REMOVE; }, nullptr);
            g_main_context_iteration(nullptr, TRUE);
            if (g_main_context_find_source_by_id(nullptr, wake) != nullptr) g_source_remove(wake);
        }
        ASSERT_TRUE(holds());
    }

    /// A browser as far as its socket: it reads nothing and answers nothing by itself.
    class Browser {
    public:
        explicit Browser(ShareDoorLines& test) : client_{g_socket_client_new()} {
            g_socket_client_set_tls(client_.get(), TRUE);
            g_signal_connect(client_.get(), "event", G_CALLBACK(&on_client), nullptr);
            g_socket_client_connect_to_host_async(client_.get(), "127.0.0.1", static_cast<guint16>(test.door->port()),
                                                  nullptr, &on_connected, this);
            test.until([&] { return stream_ != nullptr; });
            const auto already = test.opened.size();
            send(
                "GET /session HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Protocol: scialytic.1\r\n\r\n");
            test.until([&] { return test.opened.size() > already; });
        }
        void send(const std::string& bytes) {
            g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(stream_.get())), bytes.data(),
                                      bytes.size(), nullptr, nullptr, nullptr);
        }

    private:
        static void on_connected(GObject* client, GAsyncResult* result, gpointer self) noexcept {
            static_cast<Browser*>(self)->stream_.reset(
                g_socket_client_connect_to_host_finish(G_SOCKET_CLIENT(client), result, nullptr));
        }

        Handle<GSocketClient, g_object_unref> client_;
        Handle<GSocketConnection, g_object_unref> stream_;
    };

    transport::TemporaryKeys keys;
    fakes::SteppedClock clock;
    std::vector<ShareDoor::Socket> opened;
    std::vector<ShareDoor::Socket> closed;
    std::unique_ptr<ShareDoor> door;
};

// A client's, masked with zeros (RFC 6455, 5.2).
const std::string pong{"\x8a\x80\0\0\0\0", 6};

TEST_F(ShareDoorLines, a_browser_that_vanished_without_a_word_is_gone_after_30_s_and_one_that_answers_pings_stays) {
    Browser vanished{*this};
    Browser living{*this};
    ASSERT_EQ(opened.size(), 2u);
    clock.advance(20s);
    living.send(pong);
    const Browser later{*this};  // by when it is in, the pong was heard
    clock.advance(11s);
    door->drop_silent();
    until([&] { return !closed.empty(); });
    EXPECT_EQ(closed, std::vector{opened.front()});
    clock.advance(20s);
    door->drop_silent();
    until([&] { return closed.size() == 3; });
}

TEST_F(ShareDoorLines, a_browser_that_reads_nothing_is_dropped_with_all_that_waits_for_it) {
    Browser stalled{*this};
    for (int i = 0; i < 1000; ++i) door->say(opened.front(), std::string(16'384, 'x'));
    for (int turn = 0; turn < 100; ++turn) g_main_context_iteration(nullptr, FALSE);
    clock.advance(31s);
    door->drop_silent();
    until([&] { return !closed.empty(); });
    EXPECT_EQ(closed, opened);
}

}  // namespace
}  // namespace render
