// What is looked for in texts: expressions, phrases, words and numbers, and how much of it.
#pragma once

#include "language/ast.h"
#include "language/names.h"
#include "match/pattern.h"
#include "policy/condition.h"

namespace spillway::language {

match::Pattern pattern_of(const Regex& regex);
// `folded` for texts that are: then the phrase is without case, accents and disguise as well.
match::Pattern phrase_of(const Word& phrase, bool folded);
// In a list a name would look like a phrase: one of words or numbers is a mistake there.
match::Pattern phrase_of(const Word& entry, const Names& names, bool folded);

// Whether a predicate with =~ or has asks for more than a pattern and a count of it.
bool is_sought(const PredicateNode& node);
policy::Seeks seeks_of(const PredicateNode& node, Names& names);

}  // namespace spillway::language
