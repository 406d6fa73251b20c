#include "mta/callbacks.h"

#include <atomic>
#include <exception>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "mta/agreement.h"
#include "mta/apply.h"
#include "mta/client.h"
#include "mta/in_flight.h"

namespace spillway::mta {
namespace {

struct Filter {
    const session::Surroundings* around = nullptr;
    bool over_tcp = false;
    std::atomic<bool> ending = false;
    std::atomic<bool> poor_offer_told = false;
    InFlight in_flight;
};

// Never destroyed: libmilter's threads outlive main().
Filter& filter() {
    static Filter& one = *new Filter;
    return one;
}

// What hangs on libmilter's context, which any thread may bring back.
struct Connection {
    explicit Connection(const session::Surroundings& around) : session(around) {}

    session::Session session;
    Terms agreed{};
    bool failed = false;  // the message must be deferred at its next answer
};

Connection* connection_of(SMFICTX* context) {
    return static_cast<Connection*>(smfi_getpriv(context));
}

Connection* begin_connection(SMFICTX* context) {
    if (Connection* known = connection_of(context)) return known;
    auto fresh = std::make_unique<Connection>(*filter().around);
    if (smfi_setpriv(context, fresh.get()) != MI_SUCCESS) return nullptr;
    return fresh.release();
}

// Copied at once: the next packet may free what libmilter points to.
std::string macro(SMFICTX* context, const char* name) {
    const char* value = smfi_getsymval(context, const_cast<char*>(name));
    return value == nullptr ? "" : value;
}

std::string_view first(char** arguments) {
    return arguments == nullptr || arguments[0] == nullptr ? "" : arguments[0];
}

// ---- the fence ----

struct Event {
    const char* name;
    unsigned long no_reply = 0;   // the step which, when agreed, forbids an answer
    bool begins_message = false;  // forgets that the one before failed
};
constexpr Event at_connect{.name = "connect", .no_reply = SMFIP_NR_CONN};
constexpr Event at_mail{.name = "MAIL", .begins_message = true};
constexpr Event at_recipient{.name = "RCPT"};
constexpr Event at_data{.name = "DATA"};
constexpr Event at_header{.name = "header", .no_reply = SMFIP_NR_HDR};
constexpr Event at_end_of_headers{.name = "end of headers", .no_reply = SMFIP_NR_EOH};
constexpr Event at_body{.name = "body", .no_reply = SMFIP_NR_BODY};
constexpr Event at_end{.name = "end of message"};
constexpr Event at_abort{.name = "abort", .begins_message = true};

bool is_silent(const Connection& connection, const Event& event) {
    return (connection.agreed.steps & event.no_reply) != 0;
}

void give_up(Connection& connection, const Event& event, const char* what) noexcept {
    connection.failed = true;
    try {
        filter().around->log.trouble(connection.session.queue_id(),
                                     fmt::format("at {}: {}; deferred", event.name, what));
    } catch (...) {
        // No memory even to say so: the answer to the MTA says it.
    }
    connection.session.abort();
}

template <typename Work>
sfsistat guarded(Connection& connection, const Event& event, const Work& work) noexcept {
    try {
        return work(connection);
    } catch (const std::exception& mistake) {
        give_up(connection, event, mistake.what());
    } catch (...) {
        give_up(connection, event, "an unknown exception");
    }
    return SMFIS_TEMPFAIL;
}

// An event without an answer cannot defer, so a failure is remembered until the next that can. An
// answer where none was agreed would be dropped by libmilter with a complaint for each.
template <typename Work>
sfsistat fenced(SMFICTX* context, const Event& event, const Work& work) noexcept {
    const InFlight::Entry entry(filter().in_flight);
    Connection* const connection = connection_of(context);
    if (connection == nullptr) return answer_trouble(context);
    if (event.begins_message) connection->failed = false;
    sfsistat status = SMFIS_TEMPFAIL;
    if (!connection->failed) status = guarded(*connection, event, work);
    if (is_silent(*connection, event)) return SMFIS_NOREPLY;
    return connection->failed ? answer_trouble(context) : status;
}

sfsistat go_on_or(SMFICTX* context, const std::optional<policy::Refusal>& refusal) {
    return refusal ? answer(context, refusal->verdict) : SMFIS_CONTINUE;
}

// ---- negotiation ----

// Each stage not named keeps the MTA's own list. Postfix knows the queue id only from the second
// recipient on, and {daemon_port}, {client_addr} are not needed: connect tells them. Left to
// itself Postfix tells {tls_version} with HELO only, and a client need not repeat that after
// STARTTLS.
void ask_for_macros(SMFICTX* context) {
    char mail[] = "i {auth_authen} {mail_addr} {tls_version}";
    char recipient[] = "i {rcpt_addr}";
    char end[] = "i";
    smfi_setsymlist(context, SMFIM_ENVFROM, mail);
    smfi_setsymlist(context, SMFIM_ENVRCPT, recipient);
    smfi_setsymlist(context, SMFIM_EOM, end);
}

void tell_poor_offer(unsigned long offered) {
    if ((offered & wanted_actions) == wanted_actions || filter().poor_offer_told.exchange(true))
        return;
    filter().around->log.warning(fmt::format(
        "the MTA offers actions {:#x} of {:#x}: a message that needs another is deferred", offered,
        wanted_actions));
}

sfsistat on_negotiate(SMFICTX* context, unsigned long actions, unsigned long steps, unsigned long,
                      unsigned long, unsigned long* wanted, unsigned long* wanted_steps,
                      unsigned long* reserved2, unsigned long* reserved3) {
    const InFlight::Entry entry(filter().in_flight);
    try {
        Connection* const connection = begin_connection(context);
        if (connection == nullptr) return SMFIS_REJECT;
        const auto policy = filter().around->current_policy();
        connection->agreed = agree({actions, steps}, *policy, filter().over_tcp);
        tell_poor_offer(actions);
        if ((connection->agreed.actions & SMFIF_SETSYMLIST) != 0) ask_for_macros(context);
        *wanted = connection->agreed.actions;
        *wanted_steps = connection->agreed.steps;
        *reserved2 = *reserved3 = 0;
        return SMFIS_CONTINUE;
    } catch (...) {
        return SMFIS_REJECT;  // libmilter ends the connection; the MTA defers
    }
}

// ---- a connection ----

sfsistat on_connect(SMFICTX* context, char* host_name, sockaddr* address) {
    try {
        begin_connection(context);  // for MTAs too old to negotiate
    } catch (...) {
        // fenced() finds no connection
    }
    return fenced(context, at_connect, [&](Connection& connection) {
        connection.session.connected(client_of(host_name == nullptr ? "" : host_name, address));
        return SMFIS_CONTINUE;
    });
}

// May be the first and only event: health checks connect and go.
sfsistat on_close(SMFICTX* context) {
    const InFlight::Entry entry(filter().in_flight);
    const std::unique_ptr<Connection> last(connection_of(context));
    smfi_setpriv(context, nullptr);
    return SMFIS_CONTINUE;
}

// ---- a message ----

// {mail_addr} and {rcpt_addr} are the addresses as the MTA will use them: source routes, percent
// hacks and missing domains resolved. The argument is what the client wrote.
sfsistat on_mail(SMFICTX* context, char** arguments) {
    return fenced(context, at_mail, [&](Connection& connection) {
        const std::string parsed = macro(context, "{mail_addr}");
        const std::string queue_id = macro(context, "i");
        return go_on_or(context, connection.session.mail(
                                     {.user = macro(context, "{auth_authen}"),
                                      .argument = parsed.empty() ? first(arguments) : parsed,
                                      .queue_id = queue_id,
                                      .tls = !macro(context, "{tls_version}").empty()}));
    });
}

sfsistat on_recipient(SMFICTX* context, char** arguments) {
    return fenced(context, at_recipient, [&](Connection& connection) {
        const std::string parsed = macro(context, "{rcpt_addr}");
        const std::string_view written = first(arguments);
        connection.session.named(macro(context, "i"));
        return go_on_or(context,
                        connection.session.recipient(parsed.empty() ? written : parsed, written));
    });
}

sfsistat on_data(SMFICTX* context) {
    return fenced(context, at_data, [&](Connection& connection) {
        connection.session.named(macro(context, "i"));
        return go_on_or(context, connection.session.data());
    });
}

sfsistat on_header(SMFICTX* context, char* name, char* value) {
    return fenced(context, at_header, [&](Connection& connection) {
        // Without LEADSPC the MTA has eaten one blank (not a tab) behind the colon.
        const bool eaten = (connection.agreed.steps & SMFIP_HDR_LEADSPC) == 0 && value[0] != '\t';
        connection.session.header(name, eaten ? " " + std::string(value) : std::string(value));
        return SMFIS_CONTINUE;
    });
}

sfsistat on_end_of_headers(SMFICTX* context) {
    return fenced(context, at_end_of_headers, [&](Connection& connection) {
        connection.session.named(macro(context, "i"));
        const bool heard = !is_silent(connection, at_end_of_headers);
        return go_on_or(context, connection.session.end_of_headers(heard));
    });
}

sfsistat on_body(SMFICTX* context, unsigned char* bytes, std::size_t size) {
    return fenced(context, at_body, [&](Connection& connection) {
        const bool more = connection.session.body({reinterpret_cast<const char*>(bytes), size});
        const bool may_skip = (connection.agreed.steps & SMFIP_SKIP) != 0;
        return more || !may_skip ? SMFIS_CONTINUE : SMFIS_SKIP;
    });
}

// The only point where anything is counted or changed.
sfsistat on_end(SMFICTX* context) {
    return fenced(context, at_end, [&](Connection& connection) {
        // libmilter ends the process without serving what comes after this answer, so it must not
        // begin anything that counts.
        if (filter().ending) return answer_trouble(context);
        connection.session.named(macro(context, "i"));
        const auto there = [context] { return smfi_progress(context) == MI_SUCCESS; };
        const auto decision = connection.session.end_of_message(there);
        if (!decision) return answer_trouble(context);
        const bool leading_blank = (connection.agreed.steps & SMFIP_HDR_LEADSPC) != 0;
        const auto status =
            apply(context, *decision, connection.session.decided_bytes(), leading_blank);
        connection.session.settle(true);
        return status;
    });
}

sfsistat on_abort(SMFICTX* context) {
    return fenced(context, at_abort, [](Connection& connection) {
        connection.session.abort();
        return SMFIS_CONTINUE;
    });
}

}  // namespace

void prepare(const session::Surroundings& around, bool over_tcp) {
    filter().around = &around;
    filter().over_tcp = over_tcp;
    filter().ending = false;
}

smfiDesc description() {
    static char name[] = "spillway";
    smfiDesc filter_description{};
    filter_description.xxfi_name = name;
    filter_description.xxfi_version = SMFI_VERSION;
    // For MTAs too old to negotiate; SETSYMLIST is none of theirs.
    filter_description.xxfi_flags = wanted_actions & ~static_cast<unsigned long>(SMFIF_SETSYMLIST);
    filter_description.xxfi_negotiate = on_negotiate;
    filter_description.xxfi_connect = on_connect;
    filter_description.xxfi_envfrom = on_mail;
    filter_description.xxfi_envrcpt = on_recipient;
    filter_description.xxfi_data = on_data;
    filter_description.xxfi_header = on_header;
    filter_description.xxfi_eoh = on_end_of_headers;
    filter_description.xxfi_body = on_body;
    filter_description.xxfi_eom = on_end;
    filter_description.xxfi_abort = on_abort;
    filter_description.xxfi_close = on_close;
    return filter_description;
}

bool finish(std::chrono::milliseconds deadline) {
    filter().ending = true;
    return filter().in_flight.wait_until_none(deadline);
}

}  // namespace spillway::mta
