// Who is let in, and who is not: forged, changed, used, expired, revoked, remembered over restarts and full disks.
#include "render/share_token.hpp"
#include "transport/keys_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>
#include <fstream>
#include <iterator>

namespace render {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

const WallTime noon{std::chrono::seconds{1'800'000'000}};
const Secret secret{std::byte{1}, std::byte{2}, std::byte{3}};

template <typename T>
std::string refusal_of(const std::variant<T, std::string>& answer) {
    const auto* why = std::get_if<std::string>(&answer);
    return why ? *why : "";
}
std::string token_failure(const auto& work) {
    try {
        work();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}
/// The ticket with one byte of its content changed, its seal as it was.
std::string with_byte(const std::string& ticket, std::size_t index, std::byte value) {
    const auto dot = ticket.find('.');
    auto bytes = from_base64url(ticket.substr(0, dot)).value();
    bytes.at(index) = value;
    return base64url(bytes) + ticket.substr(dot);
}

struct ShareToken : testing::Test {
    transport::TemporaryKeyFolder folder;
    fs::path journal = folder.path() / "share.journal";

    [[nodiscard]] std::string journal_text() const {
        std::ifstream stream{journal};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }
};

TEST_F(ShareToken, a_token_is_taken_once) {
    Tokens tokens{secret, journal, noon};
    const auto token = tokens.mint(ShareRole::colleague, noon);
    EXPECT_LT(token.size(), 120U);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
              std::string::npos);
    const auto grant = std::get<Grant>(tokens.admit(token, noon + 1min));
    EXPECT_EQ(grant.role, ShareRole::colleague);
    EXPECT_EQ(std::get<Grant>(tokens.admit(tokens.mint(ShareRole::engineer, noon), noon)).role, ShareRole::engineer);
    EXPECT_EQ(grant.nonce.size(), 32U);
    EXPECT_EQ(refusal_of(tokens.admit(token, noon + 1min)), "this link was used already");
    EXPECT_NE(std::get<Grant>(tokens.admit(tokens.mint(ShareRole::colleague, noon), noon)).nonce, grant.nonce);
}

TEST_F(ShareToken, a_used_token_stays_used_over_a_restart) {
    std::string token;
    {
        Tokens tokens{secret, journal, noon};
        token = tokens.mint(ShareRole::viewer, noon);
        EXPECT_EQ(refusal_of(tokens.admit(token, noon)), "");
    }
    Tokens again{secret, journal, noon + 5min};
    EXPECT_EQ(refusal_of(again.admit(token, noon + 5min)), "this link was used already");
    EXPECT_EQ(refusal_of(again.admit(again.mint(ShareRole::viewer, noon), noon)), "");
}

TEST_F(ShareToken, a_clock_set_back_does_not_make_a_used_token_new) {
    std::string token;
    {
        Tokens tokens{secret, journal, noon};
        token = tokens.mint(ShareRole::viewer, noon);
        EXPECT_EQ(refusal_of(tokens.admit(token, noon)), "");
    }
    { Tokens much_later{secret, journal, noon + 20h}; }
    Tokens set_back{secret, journal, noon + 1min};
    EXPECT_EQ(refusal_of(set_back.admit(token, noon + 1min)), "this link was used already");
}

TEST_F(ShareToken, a_token_ends_with_its_time) {
    Tokens tokens{secret, journal, noon, {.token = 60s}};
    const auto token = tokens.mint(ShareRole::viewer, noon);
    EXPECT_EQ(refusal_of(tokens.admit(token, noon + 60s)), "this link has expired");
    EXPECT_EQ(refusal_of(tokens.admit(token, noon - 61s)), "this link is from the future: a clock was set back");
    EXPECT_EQ(refusal_of(tokens.admit(token, noon + 59s)), "");
    const auto other = tokens.mint(ShareRole::viewer, noon);
    EXPECT_EQ(refusal_of(tokens.admit(other, noon - 60s)), "") << "a small step of the clock is survived";
}

TEST_F(ShareToken, whatever_bit_is_flipped_it_is_refused) {
    Tokens tokens{secret, journal, noon};
    const auto token = tokens.mint(ShareRole::viewer, noon);
    const auto door = tokens.mint_door(ShareRole::source, noon);
    const auto pass = tokens.pass({std::string(32, 'a'), ShareRole::viewer, "Ada", 1}, noon);
    for (const auto& ticket : {token, door, pass})
        for (std::size_t bit = 0; bit < 8 * ticket.size(); ++bit) {
            auto forged = ticket;
            forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << bit % 8));
            ASSERT_THAT(refusal_of(tokens.admit(forged, noon)), HasSubstr("is not valid"));
            ASSERT_THAT(refusal_of(tokens.admit_door(forged, noon)), HasSubstr("is not valid"));
            ASSERT_THAT(refusal_of(tokens.come_back(forged, noon)), HasSubstr("is not valid"));
        }
    EXPECT_EQ(refusal_of(tokens.admit(token, noon)), "") << "what was refused has not used it up";
}

TEST_F(ShareToken, what_is_cut_longer_or_sealed_by_another_is_refused) {
    Tokens tokens{secret, journal, noon};
    const auto token = tokens.mint(ShareRole::viewer, noon);
    for (std::size_t size = 0; size < token.size(); ++size)
        ASSERT_EQ(refusal_of(tokens.admit(token.substr(0, size), noon)), "this link is not valid");
    for (const auto& forged : {token + "A", "A" + token, token + ".", token + "=", std::string{"."}, std::string{".."},
                               std::string(100'000, 'A'), std::string(50, '.')})
        EXPECT_EQ(refusal_of(tokens.admit(forged, noon)), "this link is not valid");
    Secret other = secret;
    other[31] = std::byte{1};
    const Tokens stranger{other, folder.path() / "other.journal", noon};
    EXPECT_EQ(refusal_of(tokens.admit(stranger.mint(ShareRole::moderator, noon), noon)), "this link is not valid");
}

TEST_F(ShareToken, a_role_cannot_be_changed) {
    Tokens tokens{secret, journal, noon};
    const auto token = tokens.mint(ShareRole::viewer, noon);
    EXPECT_EQ(with_byte(token, 1, std::byte{0}), token) << "the second byte is the role";
    EXPECT_EQ(refusal_of(tokens.admit(with_byte(token, 1, std::byte{3}), noon)), "this link is not valid");
}

TEST_F(ShareToken, one_kind_does_not_stand_for_another) {
    Tokens tokens{secret, journal, noon};
    const auto token = tokens.mint(ShareRole::moderator, noon);
    const auto door = tokens.mint_door(ShareRole::source, noon);
    const auto pass = tokens.pass({std::string(32, 'a'), ShareRole::viewer, "Ada", 1}, noon);
    EXPECT_EQ(refusal_of(tokens.admit(pass, noon)), "this is not a link");
    EXPECT_EQ(refusal_of(tokens.admit(door, noon)), "this is not a link");
    EXPECT_EQ(refusal_of(tokens.come_back(token, noon)), "this is not a pass");
    EXPECT_EQ(refusal_of(tokens.come_back(door, noon)), "this is not a pass");
    EXPECT_EQ(refusal_of(tokens.admit_door(token, noon)), "this is not a token");
    EXPECT_EQ(refusal_of(tokens.admit_door(pass, noon)), "this is not a token");
}

TEST_F(ShareToken, a_pass_brings_the_same_person_back_for_12_hours) {
    Participant ada;
    std::string pass;
    {
        Tokens tokens{secret, journal, noon};
        const auto grant = std::get<Grant>(tokens.admit(tokens.mint(ShareRole::glasses, noon), noon));
        ada = {grant.nonce, grant.role, "Ada <b> 李", 7};
        pass = tokens.pass(ada, noon);
        EXPECT_LE(pass.size(), most_ticket_bytes);
        EXPECT_EQ(std::get<Participant>(tokens.come_back(pass, noon + 1h)), ada);
    }
    const Tokens again{secret, journal, noon + 11h};
    EXPECT_EQ(std::get<Participant>(again.come_back(pass, noon + 11h)), ada);
    EXPECT_EQ(refusal_of(again.come_back(pass, noon + 12h)), "this pass has expired");
    const auto longest_name = std::string(128, 'x');
    const auto longest = again.pass({ada.id, ShareRole::viewer, longest_name, 0}, noon);
    EXPECT_LE(longest.size(), 258U);
    EXPECT_EQ(std::get<Participant>(again.come_back(longest, noon)).name, longest_name);
}

TEST_F(ShareToken, a_person_who_was_removed_does_not_come_back) {
    const Participant ada{std::string(32, 'a'), ShareRole::viewer, "Ada", 1};
    const Participant ben{std::string(32, 'b'), ShareRole::viewer, "Ben", 2};
    std::string pass;
    {
        Tokens tokens{secret, journal, noon};
        pass = tokens.pass(ada, noon);
        EXPECT_TRUE(tokens.revoke(ada.id, noon + 1h));
        EXPECT_EQ(refusal_of(tokens.come_back(pass, noon + 1h)), "this pass was revoked");
        EXPECT_EQ(refusal_of(tokens.come_back(tokens.pass(ben, noon), noon + 1h)), "");
    }
    const Tokens again{secret, journal, noon + 11h};
    EXPECT_EQ(refusal_of(again.come_back(pass, noon + 11h)), "this pass was revoked");
}

TEST_F(ShareToken, a_door_opens_again_and_again_until_it_is_revoked) {
    Tokens tokens{secret, journal, noon};
    const auto door = tokens.mint_door(ShareRole::source, noon);
    const auto grant = std::get<Grant>(tokens.admit_door(door, noon));
    EXPECT_EQ(grant.role, ShareRole::source);
    EXPECT_EQ(std::get<Grant>(tokens.admit_door(door, noon + 11h)), grant);
    EXPECT_EQ(refusal_of(tokens.admit_door(door, noon + 12h)), "this token has expired");
    EXPECT_TRUE(tokens.revoke(grant.nonce, noon));
    EXPECT_EQ(refusal_of(tokens.admit_door(door, noon)), "this token was revoked");
}

TEST_F(ShareToken, a_token_that_cannot_be_remembered_is_not_taken) {
    Tokens tokens{secret, journal, noon};
    const auto token = tokens.mint(ShareRole::viewer, noon);
    const auto pass = tokens.pass({std::string(32, 'a'), ShareRole::viewer, "Ada", 1}, noon);
    const auto before = journal_text();
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit unlimited{};
    ::getrlimit(RLIMIT_FSIZE, &unlimited);
    const rlimit full{before.size() + 10, unlimited.rlim_max};  // room for a part of the line
    ::setrlimit(RLIMIT_FSIZE, &full);
    const auto why = refusal_of(tokens.admit(token, noon));
    const bool remembered = tokens.revoke(std::string(32, 'a'), noon);
    ::setrlimit(RLIMIT_FSIZE, &unlimited);

    EXPECT_THAT(why, StartsWith("this link cannot be taken, since that could not be remembered ("));
    EXPECT_EQ(journal_text(), before) << "no half line is left";
    EXPECT_FALSE(remembered);
    EXPECT_EQ(refusal_of(tokens.come_back(pass, noon)), "this pass was revoked") << "for this run";
    EXPECT_EQ(refusal_of(tokens.admit(token, noon)), "") << "there is room again, and it was not used";
    EXPECT_EQ(refusal_of(tokens.admit(token, noon)), "this link was used already");
}

TEST_F(ShareToken, the_journal_drops_what_is_past) {
    {
        Tokens tokens{secret, journal, noon};
        for (int i = 0; i < 100; ++i)
            EXPECT_EQ(refusal_of(tokens.admit(tokens.mint(ShareRole::viewer, noon), noon)), "");
        EXPECT_EQ(std::ranges::count(journal_text(), '\n'), 101);
    }
    { Tokens soon{secret, journal, noon + 1h}; }
    EXPECT_EQ(std::ranges::count(journal_text(), '\n'), 101);
    { Tokens days_later{secret, journal, noon + 48h}; }
    EXPECT_EQ(std::ranges::count(journal_text(), '\n'), 1);
}

TEST_F(ShareToken, a_journal_that_cannot_be_trusted_stops_share_with_one_line) {
    const auto starts_with = [&](std::string_view text) {
        std::ofstream{journal} << text;
        return token_failure([&] { Tokens{secret, journal, noon}; });
    };
    for (const auto* bad :
         {"used-aa 1800000000\nnonsense\n", "#\nused-aa 18e8\n", "#\nused-aa -1\n", "#\nUSED 1\n", "#\n 1\n"}) {
        const auto why = starts_with(bad);
        EXPECT_THAT(why, HasSubstr("share.journal': line 2 is not WORD SECONDS")) << bad;
        EXPECT_EQ(why.find('\n'), std::string::npos);
    }
    EXPECT_EQ(starts_with("used-aa 1900000000\nused-bb 19000"), "") << "the last line was being written when it ended";
    EXPECT_THAT(journal_text(), testing::AllOf(HasSubstr("used-aa"), testing::Not(HasSubstr("used-bb"))));
    fs::remove(journal);
    fs::create_directory(journal);
    EXPECT_THAT(token_failure([&] { Tokens{secret, journal, noon}; }), HasSubstr("share.journal"));
    EXPECT_THAT(token_failure([&] {
                    Tokens{secret, folder.path() / "none" / "share.journal", noon};
                }),
                HasSubstr("No such file or directory"));
}

TEST_F(ShareToken, two_shares_do_not_write_one_journal) {
    const Tokens first{secret, journal, noon};
    EXPECT_THAT(token_failure([&] {
                    Tokens{secret, journal, noon};
                }),
                HasSubstr("another scialytic share is using it"));
}

TEST_F(ShareToken, a_lifetime_that_is_not_allowed_is_named) {
    EXPECT_THAT(token_failure([&] { Tokens(secret, journal, noon, {.token = 0s}); }), HasSubstr("not for 0 s"));
    EXPECT_THAT(token_failure([&] { Tokens(secret, journal, noon, {.door = 169h}); }), HasSubstr("not for 608400 s"));
}

TEST_F(ShareToken, the_secret_is_made_once_and_for_its_owner_alone) {
    const auto keys = folder.path() / "keys";
    const auto made = share_secret(keys);
    EXPECT_EQ(share_secret(keys), made);
    EXPECT_NE(share_secret(folder.path() / "others"), made);
    struct stat facts {};
    ::stat((keys / "links.key").c_str(), &facts);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    ::chmod((keys / "links.key").c_str(), 0640);
    EXPECT_THAT(token_failure([&] { (void)share_secret(keys); }), HasSubstr("links.key': others can read this secret"));
    std::ofstream{keys / "links.key"} << "abc\n";
    ::chmod((keys / "links.key").c_str(), 0600);
    EXPECT_THAT(token_failure([&] { (void)share_secret(keys); }), HasSubstr("links.key': not share's key"));
}

TEST(ShareSeal, the_mac_is_the_one_that_others_compute) {
    Secret key{};
    for (auto& byte : key) byte = std::byte{0x0B};
    // OpenSSL's figure for 32 bytes of 0b over "Hi There".
    EXPECT_EQ(hexadecimal(hmac_sha256(key, "Hi There")),
              "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7");
}

TEST(ShareSeal, base64url_has_one_spelling) {
    for (std::size_t size = 0; size < 70; ++size) {
        std::vector<std::byte> bytes(size);
        fill_random(bytes);
        EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
    }
    const std::array<std::byte, 3> ones{std::byte{0xFB}, std::byte{0xFF}, std::byte{0xFE}};
    EXPECT_EQ(base64url(ones), "-__-");
    for (const auto* other : {"A", "AB", "AAB", "AA==", "A A", "+//+", "AAAAA"}) EXPECT_FALSE(from_base64url(other));
}

}  // namespace
}  // namespace render
