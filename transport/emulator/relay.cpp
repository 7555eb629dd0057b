#include "transport/emulator/relay.hpp"

#include "transport/bytes.hpp"
#include "transport/emulator/datagrams.hpp"
#include "transport/real_time.hpp"
#include "transport/rtp/network.hpp"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <algorithm>
#include <map>
#include <optional>

namespace transport {

namespace {

/// Whoever holds it runs as urgently as whoever waits for it: an ordinary thread that reads the figures must not keep
/// the loop waiting for its turn.
class InheritingMutex {
public:
    InheritingMutex() {
        pthread_mutexattr_t kind;
        pthread_mutexattr_init(&kind);
        pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT);
        pthread_mutex_init(&it_, &kind);
        pthread_mutexattr_destroy(&kind);
    }
    ~InheritingMutex() { pthread_mutex_destroy(&it_); }
    InheritingMutex(const InheritingMutex&) = delete;
    InheritingMutex& operator=(const InheritingMutex&) = delete;
    void lock() { pthread_mutex_lock(&it_); }
    void unlock() { pthread_mutex_unlock(&it_); }

private:
    pthread_mutex_t it_{};
};

constexpr std::size_t most_clients = 256;
constexpr std::size_t most_packets = 100'000;
constexpr std::size_t most_bytes = 128U << 20U;
constexpr std::size_t most_in_a_batch = 8;  // more would make the last of them late
constexpr std::chrono::seconds silence_of_the_gone{30};
// Nodes on this machine run in real time too: the air between them does not wait for their turn.
constexpr int priority_of_the_air = low_real_time_priority + 5;
constexpr int most_reads = 8;  // before the clock is looked at again
/// So long before it is due a packet may go: timers ring that late, on the mean.
constexpr Microseconds lead{50};

/// Follows a stream's pictures by what lies open in RTP headers: who sends, the picture's time, the marker at its end.
class PictureDelays {
public:
    void passed(std::span<const std::byte> packet, Timestamp received, const Passage& passage, Histogram& delays) {
        const auto ssrc = sender_ssrc(packet);
        if (!ssrc || is_rtcp(packet) || (!first_.contains(*ssrc) && first_.size() == most_streams)) return;
        const auto time = ByteReader{packet.subspan(4)}.get<std::uint32_t>();
        auto& first = first_[*ssrc];
        if (first.time != time) first = {time, passage.queueing};
        const bool ends = (packet[1] & std::byte{0x80}) != std::byte{};
        if (ends) delays.record(passage.out - received - first.queueing);
    }

private:
    static constexpr std::size_t most_streams = 64;
    struct First {
        std::optional<std::uint32_t> time;
        Microseconds queueing{};
    };
    std::map<std::uint32_t, First> first_;
};

std::string dotted(const Address& address) {
    std::array<char, INET_ADDRSTRLEN> text{};
    const in_addr host{address.host};
    return inet_ntop(AF_INET, &host, text.data(), text.size());
}

}  // namespace

/// All of it belongs to the relay's thread but what the mutex guards.
class Relay::Loop {
public:
    explicit Loop(RelaySettings settings)
        : settings_{std::move(settings)},
          listening_{settings_.listen},
          start_{clock_.now()},
          up_{settings_.profile.up, settings_.seed, start_},
          down_{settings_.profile.down, settings_.seed, start_} {
        report_.profile = settings_.profile.name;
        report_.said_from = settings_.profile.said_from;
        report_.seed = settings_.seed;
        watch(listening_.handle(), 0);
        watch(timer_, 1);
        watch(wake_, 2);
    }
    ~Loop() {
        for (const int handle : {events_, timer_, wake_}) close(handle);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run(const std::stop_token& stop) {
        if (settings_.real_time) {
            auto refused = run_in_real_time(priority_of_the_air);
            const std::scoped_lock lock{mutex_};
            report_.real_time = std::move(refused);
        }
        std::array<epoll_event, 16> events{};
        while (!stop.stop_requested()) {
            arm();
            const int count = epoll_wait(events_, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < count; ++i) {
                const auto id = events[static_cast<std::size_t>(i)].data.u64;
                if (id == 0) read_clients();
                if (id == 1) disarm();
                if (id >= first_client) read_server(id - first_client);
                send_due();
            }
        }
    }
    void wake() const { eventfd_write(wake_, 1); }
    [[nodiscard]] std::uint16_t port() const { return listening_.port(); }

    [[nodiscard]] RelayReport report() const {
        const std::scoped_lock lock{mutex_};
        auto copy = report_;
        copy.seconds = static_cast<double>((SystemClock{}.now() - start_).count()) / 1e6;
        return copy;
    }

private:
    static constexpr std::uint64_t first_client = 16;

    struct Client {
        std::unique_ptr<UdpSocket> socket;
        Address address;
        Timestamp last_heard{};
    };
    struct Packet {
        Timestamp due{};
        std::uint64_t order = 0;
        std::size_t client = 0;
        Address to;
        bool up = false;
        std::uint8_t type_of_service = 0;
        std::vector<std::byte> bytes;
        bool operator<(const Packet& other) const {  // the greatest of a heap is the earliest
            return due != other.due ? due > other.due : order > other.order;
        }
    };

    void watch(int handle, std::uint64_t id) const {
        epoll_event event{.events = EPOLLIN, .data = {.u64 = id}};
        epoll_ctl(events_, EPOLL_CTL_ADD, handle, &event);
    }

    void arm() const {
        if (held_.empty()) return;
        const auto due = std::max<std::int64_t>(1, microseconds(held_.front().due - lead));
        const itimerspec when{.it_interval = {}, .it_value = {due / 1'000'000, due % 1'000'000 * 1000}};
        timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
    }
    void disarm() const {
        std::uint64_t times = 0;
        if (read(timer_, &times, sizeof times) < 0) return;
    }

    void read_clients() {
        for (int i = 0; i < most_reads; ++i) {
            const auto datagrams = reader_.read(listening_);
            if (datagrams.empty()) return;
            const std::scoped_lock lock{mutex_};
            for (const auto& datagram : datagrams) {
                const auto client = client_of(datagram);
                if (!client)
                    ++report_.strangers;
                else
                    enter(up_, report_.up, datagram, *client, true);
            }
        }
    }

    void read_server(std::size_t client) {
        for (int i = 0; i < most_reads; ++i) {
            const auto datagrams = reader_.read(*clients_[client].socket);
            if (datagrams.empty()) return;
            const std::scoped_lock lock{mutex_};
            for (const auto& datagram : datagrams) enter(down_, report_.down, datagram, client, false);
        }
    }

    /// Its place among the clients; a new one may take that of the longest silent.
    std::optional<std::size_t> client_of(const ReadDatagram& datagram) {
        const auto key = std::pair{datagram.from.host, datagram.from.port};
        if (const auto found = by_address_.find(key); found != by_address_.end()) {
            clients_[found->second].last_heard = datagram.received;
            return found->second;
        }
        auto place = clients_.size();
        if (place == most_clients) {
            const auto silent = std::ranges::min_element(clients_, {}, &Client::last_heard);
            if (datagram.received - silent->last_heard < silence_of_the_gone) return std::nullopt;
            by_address_.erase({silent->address.host, silent->address.port});
            place = static_cast<std::size_t>(silent - clients_.begin());
        } else {
            clients_.emplace_back();
        }
        auto socket = std::make_unique<UdpSocket>(Address{});
        socket->connect(settings_.server);
        watch(socket->handle(), first_client + place);
        clients_[place] = {std::move(socket), datagram.from, datagram.received};
        report_.by_client.resize(clients_.size());
        report_.by_client[place] = {dotted(datagram.from), {}, {}};
        by_address_[key] = place;
        ++report_.clients;
        return place;
    }

    void enter(LinkModel& model, LinkStatistics& statistics, const ReadDatagram& datagram, std::size_t client,
               bool up) {
        if (datagram.cut) return void(++report_.too_long);
        if (held_.size() >= most_packets || held_bytes_ >= most_bytes) return void(++report_.too_many);
        const auto passage = model.enter(datagram.bytes.size(), datagram.received);
        statistics.record(passage, datagram.bytes.size(), datagram.received);
        if (passage.fate != Fate::delivered) return;
        auto& report = report_.by_client[client];
        (up ? pictures_up_ : pictures_down_)
            .passed(datagram.bytes, datagram.received, passage, up ? report.pictures_up : report.pictures_down);
        held_.push_back({passage.out,
                         order_++,
                         client,
                         up ? settings_.server : clients_[client].address,
                         up,
                         datagram.type_of_service,
                         {datagram.bytes.begin(), datagram.bytes.end()}});
        std::push_heap(held_.begin(), held_.end());
        held_bytes_ += datagram.bytes.size();
        report_.most_held = std::max<std::uint64_t>(report_.most_held, held_.size());
    }

    /// Those of one socket that follow each other go out in one call.
    void send_due() {
        while (!held_.empty() && held_.front().due <= clock_.now() + lead) {
            const auto now = clock_.now() + lead;
            std::vector<Packet> batch;
            while (!held_.empty() && held_.front().due <= now && batch.size() < most_in_a_batch) {
                const auto& next = held_.front();
                if (!batch.empty() && (next.up != batch[0].up || (next.up && next.client != batch[0].client))) break;
                std::pop_heap(held_.begin(), held_.end());
                batch.push_back(std::move(held_.back()));
                held_.pop_back();
                held_bytes_ -= batch.back().bytes.size();
            }
            std::vector<DatagramToSend> datagrams;
            for (const auto& packet : batch) datagrams.push_back({packet.bytes, packet.to, packet.type_of_service});
            const auto sent = send_datagrams(batch[0].up ? *clients_[batch[0].client].socket : listening_, datagrams);
            const auto after = clock_.now();
            const std::scoped_lock lock{mutex_};
            report_.not_sent += batch.size() - sent;
            for (const auto& packet : batch) report_.scheduling.record(std::chrono::abs(after - packet.due));
        }
    }

    SystemClock clock_;
    RelaySettings settings_;
    UdpSocket listening_;
    Timestamp start_;
    LinkModel up_;
    LinkModel down_;
    PictureDelays pictures_up_;
    PictureDelays pictures_down_;
    DatagramReader reader_;
    std::vector<Client> clients_;
    std::map<std::pair<std::uint32_t, std::uint16_t>, std::size_t> by_address_;
    std::vector<Packet> held_;  ///< a heap
    std::size_t held_bytes_ = 0;
    std::uint64_t order_ = 0;
    int events_ = epoll_create1(EPOLL_CLOEXEC);
    int timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    int wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    mutable InheritingMutex mutex_;
    RelayReport report_;
};

Relay::Relay(RelaySettings settings) : loop_{std::make_unique<Loop>(std::move(settings))}, port_{loop_->port()} {
    thread_ = std::jthread{[this](const std::stop_token& stop) { loop_->run(stop); }};
}

Relay::~Relay() {
    thread_.request_stop();
    loop_->wake();
    thread_.join();
}

RelayReport Relay::report() const {
    return loop_->report();
}

}  // namespace transport
