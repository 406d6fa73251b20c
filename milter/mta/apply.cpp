#include "mta/apply.h"

#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "mta/reply.h"

namespace spillway::mta {
namespace {

// libmilter's functions take char* and change nothing.
char* c_text(const std::string& text) { return const_cast<char*>(text.c_str()); }

sfsistat refuse(SMFICTX* context, const policy::Reply& reply, ReplyClass wanted) {
    const WireReply wire = wire_reply(reply, wanted);
    // Where this fails the MTA says its generic words; the refusal stands.
    smfi_setreply(context, c_text(wire.code), c_text(wire.enhanced), c_text(wire.text));
    return wanted == ReplyClass::defer ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

struct Answer {
    SMFICTX* context;

    sfsistat operator()(const policy::Accept&) const { return SMFIS_CONTINUE; }
    sfsistat operator()(const policy::Quarantine&) const { return SMFIS_CONTINUE; }
    sfsistat operator()(const policy::Discard&) const { return SMFIS_DISCARD; }
    sfsistat operator()(const policy::Reject& reject) const {
        return refuse(context, reject.reply, ReplyClass::reject);
    }
    sfsistat operator()(const policy::Defer& defer) const {
        return refuse(context, defer.reply, ReplyClass::defer);
    }
};

void expect(int result, std::string_view what) {
    if (result != MI_SUCCESS) throw std::runtime_error(fmt::format("the MTA did not {}", what));
}

struct Editor {
    SMFICTX* context;
    bool leading_blank;

    void operator()(const policy::AddHeader& add) const {
        const std::string value = leading_blank ? " " + add.value : add.value;
        expect(smfi_addheader(context, c_text(add.name), c_text(value)), "add " + add.name);
    }
    void operator()(const policy::ReplaceHeader& replace) const {
        const std::string value = leading_blank ? " " + replace.value : replace.value;
        expect(smfi_chgheader(context, c_text(replace.name), 1, c_text(value)),
               "replace " + replace.name);
    }
    // No value means removal; the number is counted from 1 among fields of this name.
    void operator()(const policy::RemoveHeader& remove) const {
        expect(smfi_chgheader(context, c_text(remove.name), remove.nth, nullptr),
               "remove " + remove.name);
    }
    // A copy that fails would else be told to the sender, by its address (RFC 3461 section 4.1).
    void operator()(const policy::AddRecipient& add) const {
        char never[] = "NOTIFY=NEVER";
        const std::string path = fmt::format("<{}>", add.address);
        const int result = add.silent ? smfi_addrcpt_par(context, c_text(path), never)
                                      : smfi_addrcpt(context, c_text(path));
        expect(result, "add the recipient " + add.address);
    }
    void operator()(const policy::RemoveRecipient& remove) const {
        expect(smfi_delrcpt(context, c_text(remove.argument)), "remove a recipient");
    }
};

// libmilter cuts what is larger into packets of its own.
constexpr std::size_t most_at_once = 1024 * 1024;

// Postfix joins the pieces as long as no other edit comes between them.
void replace_body(SMFICTX* context, const mail::BodyEdit& edit, std::string_view message) {
    mail::edited_body(message, edit, [&](std::string_view piece) {
        while (!piece.empty()) {
            const std::string_view some = piece.substr(0, most_at_once);
            auto* const bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(some.data()));
            expect(smfi_replacebody(context, bytes, static_cast<int>(some.size())),
                   "replace the body");
            piece.remove_prefix(some.size());
        }
    });
}

bool lets_pass(const policy::Verdict& verdict) {
    return std::holds_alternative<policy::Accept>(verdict) ||
           std::holds_alternative<policy::Quarantine>(verdict);
}

// An empty reason means no quarantine to Sendmail.
std::string reason_of(const policy::Quarantine& quarantine) {
    return quarantine.reason.empty() ? "held by policy" : quarantine.reason;
}

}  // namespace

sfsistat answer(SMFICTX* context, const policy::Verdict& verdict) {
    return std::visit(Answer{context}, verdict);
}

sfsistat answer_trouble(SMFICTX* context) noexcept {
    char code[] = "451";
    char enhanced[] = "4.3.0";
    char text[] = "Mail policy service is in trouble, try again later";
    smfi_setreply(context, code, enhanced, text);
    return SMFIS_TEMPFAIL;
}

sfsistat apply(SMFICTX* context, const policy::Decision& decision, std::string_view message,
               bool leading_blank) {
    if (lets_pass(decision.verdict)) {
        if (decision.body) replace_body(context, *decision.body, message);
        for (const auto& edit : decision.edits) std::visit(Editor{context, leading_blank}, edit);
    }
    if (const auto* held = std::get_if<policy::Quarantine>(&decision.verdict))
        expect(smfi_quarantine(context, c_text(reason_of(*held))), "quarantine the message");
    return answer(context, decision.verdict);
}

}  // namespace spillway::mta
