#include "policy/evaluate.h"
#include "policy/facts.h"

namespace spillway::policy {

std::optional<limits::Mailing> mailing_of(Facts& facts) { return facts.mailing; }

}  // namespace spillway::policy
