#include "unit/fake_libmilter.h"

namespace {

int carry_out(SMFICTX* context, const std::string& function, const std::string& what) {
    if (context->fails.contains(function)) return MI_FAILURE;
    if (!what.empty()) context->done.push_back(what);
    return MI_SUCCESS;
}

}  // namespace

extern "C" {

int smfi_setpriv(SMFICTX* context, void* priv) {
    if (context->fails.contains("setpriv")) return MI_FAILURE;
    context->priv = priv;
    return MI_SUCCESS;
}

void* smfi_getpriv(SMFICTX* context) { return context->priv; }

char* smfi_getsymval(SMFICTX* context, char* name) {
    const auto found = context->macros.find(name);
    return found == context->macros.end() ? nullptr : found->second.data();
}

int smfi_setsymlist(SMFICTX*, int, char*) { return MI_SUCCESS; }

int smfi_setreply(SMFICTX* context, char* code, char* enhanced, char* text) {
    return carry_out(context, "setreply",
                     std::string("reply ") + code + " " + enhanced + " " + text);
}

int smfi_addheader(SMFICTX* context, char* name, char* value) {
    return carry_out(context, "addheader", std::string("add ") + name + ":" + value);
}

int smfi_chgheader(SMFICTX* context, char* name, int index, char* value) {
    const std::string field = std::string(name) + " " + std::to_string(index);
    return carry_out(context, "chgheader",
                     value == nullptr ? "remove " + field : "change " + field + ":" + value);
}

int smfi_replacebody(SMFICTX* context, unsigned char* bytes, int size) {
    const std::string text(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    return carry_out(context, "replacebody", "body " + text);
}

int smfi_addrcpt(SMFICTX* context, char* recipient) {
    return carry_out(context, "addrcpt", std::string("to ") + recipient);
}

int smfi_addrcpt_par(SMFICTX* context, char* recipient, char* parameters) {
    return carry_out(context, "addrcpt", std::string("to ") + recipient + " " + parameters);
}

int smfi_delrcpt(SMFICTX* context, char* recipient) {
    return carry_out(context, "delrcpt", std::string("not to ") + recipient);
}

int smfi_quarantine(SMFICTX* context, char* reason) {
    return carry_out(context, "quarantine", std::string("hold ") + reason);
}

int smfi_progress(SMFICTX* context) { return carry_out(context, "progress", ""); }

}  // extern "C"
