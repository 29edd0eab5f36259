"""What the archive says of its own knowledge, in plain words; each is worded here and nowhere else.

Pure: pages, plans and documents take their words from here.
"""

from __future__ import annotations

# Of an item of the preserved federal collection. The collection's own note, in our words: the
# facts about programs may have changed, linked pages may be gone, and many (not all) of its items
# are no longer on government sites.
PRESERVED_LEAD = "From a preserved collection of federal resources."
PRESERVED_REST = (
    "Facts about programs may be out of date, and pages it links to may be gone. It was public at "
    "one time; as far as is known, many items of the collection are no longer on government sites."
)
PRESERVED = f"{PRESERVED_LEAD} {PRESERVED_REST}"

# How sure we are of an item: the label, and what it means (decisions.md 48).
VERIFICATIONS = {
    "verified": ("Verified", "we saw the item or its catalog entry"),
    "partly-verified": ("Partly verified", "we saw a catalog entry or part of the title"),
    "unverified": ("Not verified", "we did not find the item itself"),
}

# How directly a fact is known: the label, and the words that lead on to where it was seen.
BASES = {
    "direct": ("Stated in the item", "Stated in"),
    "companion": ("From a companion source", "Not from the item itself. A related source says it"),
    "inference": ("Our inference", "Not stated anywhere. We conclude it from"),
}

# What stands in an organization's place where none is known; never cited as a name.
UNKNOWN_ORGANIZATIONS = frozenset({"Publisher not known", "Publisher not seen"})


def verification_sentence(verification: str) -> str:
    """How sure we are, with what that means; ``verification``: a key of VERIFICATIONS."""
    label, meaning = VERIFICATIONS[verification]
    return f"{label}: {meaning}"


def known_organization(organization: str) -> str:
    """The organization, or nothing where the archive says that it does not know."""
    return "" if organization in UNKNOWN_ORGANIZATIONS else organization
