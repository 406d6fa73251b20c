#include "mta/agreement.h"

#include <libmilter/mfapi.h>

namespace spillway::mta {
namespace {

unsigned long wanted_steps(unsigned long offered, const policy::Policy& policy, bool over_tcp) {
    // MAIL and RCPT are always answered: there a policy refuses.
    unsigned long wanted = SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NR_CONN | SMFIP_NR_HDR |
                           SMFIP_SKIP | SMFIP_HDR_LEADSPC;
    if (!policy.refuses_at_data && !over_tcp) wanted |= SMFIP_NODATA;
    if (!policy.refuses_at_headers) wanted |= SMFIP_NR_EOH;
    // One answer to the first piece of body ends it where SKIP is understood.
    if (policy.needs_body || policy.needs_size || (offered & SMFIP_SKIP) == 0)
        wanted |= SMFIP_NR_BODY;
    return wanted;
}

}  // namespace

const unsigned long wanted_actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY |
                                     SMFIF_QUARANTINE | SMFIF_SETSYMLIST | SMFIF_ADDRCPT |
                                     SMFIF_ADDRCPT_PAR | SMFIF_DELRCPT;

Terms agree(const Terms& offered, const policy::Policy& policy, bool over_tcp) {
    return {.actions = offered.actions & wanted_actions,
            .steps = offered.steps & wanted_steps(offered.steps, policy, over_tcp)};
}

}  // namespace spillway::mta
