// The baseline of the bench: a filter that asks for every event and lets everything pass. What it
// costs is the price of the milter protocol itself, in this libmilter on this machine.
//
// usage: noop_milter unix:/path      prints "ready" when the socket listens; ends by a signal
#include <libmilter/mfapi.h>
#include <cstdio>

namespace {

sfsistat on_connect(SMFICTX*, char*, _SOCK_ADDR*) { return SMFIS_CONTINUE; }
sfsistat on_one_text(SMFICTX*, char*) { return SMFIS_CONTINUE; }
sfsistat on_envelope(SMFICTX*, char**) { return SMFIS_CONTINUE; }
sfsistat on_header(SMFICTX*, char*, char*) { return SMFIS_CONTINUE; }
sfsistat on_body(SMFICTX*, unsigned char*, size_t) { return SMFIS_CONTINUE; }
sfsistat on_event(SMFICTX*) { return SMFIS_CONTINUE; }

char name[] = "noop";

const smfiDesc callbacks{.xxfi_name = name,
                         .xxfi_version = SMFI_VERSION,
                         .xxfi_flags = 0,
                         .xxfi_connect = on_connect,
                         .xxfi_helo = on_one_text,
                         .xxfi_envfrom = on_envelope,
                         .xxfi_envrcpt = on_envelope,
                         .xxfi_header = on_header,
                         .xxfi_eoh = on_event,
                         .xxfi_body = on_body,
                         .xxfi_eom = on_event,
                         .xxfi_abort = on_event,
                         .xxfi_close = on_event,
                         .xxfi_unknown = nullptr,
                         .xxfi_data = on_event,
                         .xxfi_negotiate = nullptr};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: noop_milter unix:/path\n", stderr);
        return 64;
    }
    if (smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(callbacks) != MI_SUCCESS ||
        smfi_opensocket(true) != MI_SUCCESS) {
        std::fprintf(stderr, "noop_milter: cannot listen on %s\n", argv[1]);
        return 1;
    }
    std::puts("ready");
    std::fflush(stdout);
    return smfi_main() == MI_SUCCESS ? 0 : 1;
}
