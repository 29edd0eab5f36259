"""How one text reads: its grade, its spelling, its tone and its tidiness.

Knows nothing of questions or strategies; ``quality`` says which rule holds for which text.
Pure but for Pyphen, which finds the syllables. Each check takes a text and yields what is
wrong in plain words; nothing means that the text passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pyphen import Pyphen

from .catalogue import AS_ABOVE

# -- reading grade ---------------------------------------------------------------------------

# Pyphen hyphenates, so it leaves out syllables where no line may break ("a-bout"). Over the
# words of our content it finds 6 in 100 words' worth too few, set beside the CMU Pronouncing
# Dictionary; adding them makes the grade that of tools that count by dictionary.
MISSED_SYLLABLES = 0.06

_BREAKS = re.compile(r"""(?<=[.!?])["')”’]*\s+(?=["'(“‘]?[A-Z0-9])""")
# A full stop that ends no sentence: an initial, or a short form before a name.
_SHORT_FORMS = re.compile(r"\b(?:[A-Z]|U\.S|Dr|Mr|Ms|Mrs|St|vs|No|Inc|Co|e\.g|i\.e)\.$")
_WORDS = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")


@lru_cache(maxsize=1)
def _hyphenation() -> Pyphen:
    # Read from disk once, and only where a grade is wanted.
    return Pyphen(lang="en_US")


@lru_cache(maxsize=16_384)
def _syllables(word: str) -> int:
    return sum(len(_hyphenation().positions(part)) + 1 for part in word.split("-"))


def words(text: str) -> list[str]:
    """The words of a text as they stand; a hyphenated one counts as one, a number too."""
    return _WORDS.findall(text)


@lru_cache(maxsize=16_384)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    found: list[str] = []
    for part in _BREAKS.split(text.strip()):
        if found and _SHORT_FORMS.search(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return tuple(sentence for sentence in found if words(sentence))


@lru_cache(maxsize=16_384)
def _measure(text: str) -> tuple[int, int, int]:
    """Sentences, words and syllables of a text."""
    found = words(text)
    return len(sentences(text)), len(found), sum(_syllables(word) for word in found)


def grade(*texts: str) -> float:
    """The Flesch-Kincaid grade of these texts together: the school year that reads it with ease.

    Each text begins a sentence of its own. 0.0 where there is no word.
    Source: Kincaid et al. 1975, Research Branch Report 8-75.
    """
    measures = [_measure(text) for text in texts]
    count, length, syllables = (sum(m[n] for m in measures) for n in range(3))
    if not length:
        return 0.0
    return 0.39 * length / count + 11.8 * (syllables / length + MISSED_SYLLABLES) - 15.59


# -- spelling --------------------------------------------------------------------------------

_OUR = (
    "arm behavi cand col endeav fav ferv flav glam harb hon hum lab neighb od rig rum sav splend "
    "tum val vap vig"
)
_ISE = (
    "agon apolog author bapt capital categor central character civil colon computer critic "
    "crystall custom decentral democrat digit econom emphas energ equal familiar fertil final "
    "formal general harmon hospital initial item jeopard legal local marginal material maxim "
    "memor minim mobil modern monet monopol motor neutral normal optim organ patron penal "
    "personal polar popular priorit privat public random rational real recogn reorgan revital "
    "sanit scrutin social special stabil standard steril stigmat subsid summar symbol sympath "
    "synchron theor union util vandal victim visual vital"
)
_BRITISH = re.compile(
    rf"""(?x) \b (?:
      (?:un|dis|re)?(?:{"|".join(_OUR.split())})our(?!ge)\w*
    | (?:un|dis|re)?(?:{"|".join(_ISE.split())})is(?:e|ed|es|er|ers|ing|ation|ations|ational)
    | (?:anal|paral|catal)ys(?:e|ed|er|ers|ing)
    | (?:kilo|centi|milli)?metres? | (?:cent|theat|lit|fib|calib|meag|somb|lust|spect)re[sd]?
    | programmes? | (?:licen|defen|offen|preten)ces? | practis(?:e|ed|es|ing)
    | (?:travel|cancel|counsel|label|model|signal|fuel|level|total|channel|equal|initial|dial)
      l(?:ed|er|ers|ing|or|ors)
    | jewellery | marvellous | skilful\w* | wilful\w* | fulfils? | fulfilments? | enrols?
    | enrolments? | instals? | instalments? | distils? | ageing | judgements? | acknowledgements?
    | whilst | amongst | learnt | spelt | dreamt | burnt | towards | afterwards | cheques? | grey
    | tyres? | kerbs? | ploughs? | storeys? | aluminium | cosy | enquir(?:y|ies|e|ed|es|ing)
    | fortnight\w* | gaols? | mould\w* | moustaches? | pyjamas | sceptic\w* | sulphur | tonnes?
    | catalogues? | analogues? | manoeuvr\w* | paediatric\w* | anaem\w* | orthopaedic\w*
    | artefacts? | maths | rotas? | payslips? | benefitted | focuss(?:ed|es|ing) | per[ ]cent
    ) \b"""
)


def spelling(text: str) -> Iterator[str]:
    """British spellings. A capital inside a sentence is a name and stays as its owner writes it."""
    for word in dict.fromkeys(_BRITISH.findall(_without_names(text))):
        yield f"“{word}” is a British spelling; write it the American way."
    if re.search(r"\bUS\b", text):
        yield "Write “U.S.” for the country."


def _without_names(text: str) -> str:
    """The text in small letters, words with a capital inside a sentence left out."""
    kept = []
    for sentence in sentences(text):
        first, *rest = sentence.split()
        kept += [first.lower(), *(word for word in rest if word.lower() == word)]
    return " ".join(kept)


# -- tone ------------------------------------------------------------------------------------

_JARGON = re.compile(
    r"""(?x) \b (?:
      leverag(?:e|ed|es|ing) | utili[sz](?:e|ed|es|ing|ation) | stakeholders? | best-in-class
    | world-class | holistic\w* | synerg\w+ | empower\w* | low-hanging[ ]fruit | human[ ]capital
    | paradigms? | actionable | impactful | ideat\w+ | deliverables? | bandwidth | deep[ ]dives?
    | move[ ]the[ ]needle | circle[ ]back | touch[ ]base | best[ ]practices? | game[- ]chang\w+
    | cutting-edge | state-of-the-art | thought[ ]leader\w* | value-add(?:ed)? | win-win | robust
    | seamless\w* | operationali[sz]\w+ | incentivi[sz]\w+ | right-siz\w+ | buy-in | going[ ]forward
    | capacity[ ]building | mission-critical | proactive\w* | transformative | revolutionary
    | optimi[sz](?:e|ed|es|ing|ation) | streamlin\w+ | talent[ ]pool
    ) \b"""
)
_BLAME = re.compile(
    r"""(?xi) \b (?:
      careless\w* | laz(?:y|iness) | neglect\w* | negligen\w+ | fail(?:s|ed|ing|ure|ures)?[ ]to
    | at[ ]fault | guilty | shame\w* | inexcusable | unacceptable | sloppy | incompeten\w+
    | ignoran\w+ | exploit\w* | should[ ]have[ ]known | bad[ ](?:bosses|boss|employers?|managers?)
    | greed\w* | heartless\w* | cruel\w* | unfair[ ]employers?
    ) \b"""
)
# Not in levels 0 and 1, where an owner must be able to say "that is us" (decisions.md 44).
_ACCUSING = re.compile(
    r"(?i)\b(?:never|nothing|ignor(?:e|ed|es|ing)|favorit\w+|misclassif\w+|illegal\w*"
    r"|discriminat\w+)\b"
)
# No level, next step or strategy may require these (decisions.md 44).
_PREFERENCE = re.compile(
    r"(?i)\b(?:quotas?|diverse slates?|hiring preferences?|preferential\w*|set-asides?"
    r"|(?:demographic|hiring|diversity) targets?)\b"
)
# A line of the ladder can be checked (decisions.md 44).
_VAGUE = re.compile(
    r"(?i)\b(?:frequent(?:ly)?|often|sometimes|occasional(?:ly)?|regular(?:ly)?(?! (?:job|staff))"
    r"|(?:some|an|every) effort|try to|tries to|strives?|aims? to|where possible"
    r"|as appropriate|adequate(?:ly)?|appropriate(?:ly)?|good communication)\b"
)


def jargon(text: str) -> Iterator[str]:
    """Words of the trade and of advertising that plain English has better words for."""
    for word in dict.fromkeys(_JARGON.findall(_without_names(text))):
        yield f"“{word}” is jargon; say it in everyday words."


def blame(text: str) -> Iterator[str]:
    """Words that find fault with the reader."""
    for word in _found(_BLAME, text):
        yield f"“{word}” sounds like blame; say what is done or not done yet."


def accusation(text: str) -> Iterator[str]:
    """Words no decent owner would tick, kept out of levels 0 and 1."""
    for word in _found(_ACCUSING, text):
        yield f"“{word}” does not belong in levels 0 and 1; say what is not set up yet."


_LEANING = re.compile(
    r"^(?:So|They|It|This|These|Those|Such)\b|\b(?:also|such an?)\b", re.IGNORECASE
)


def leaning(text: str) -> Iterator[str]:
    """A level that is understood only below another, without saying so.

    Plans show an answer away from its ladder and write “As above, ” out in full.
    """
    if not text.startswith(AS_ABOVE) and _LEANING.search(text):
        yield "leans on the level below; begin it “As above, and …”, or say it in full."


def preference(text: str) -> Iterator[str]:
    """Quotas and preferences, which nothing here may ask for."""
    for word in _found(_PREFERENCE, text):
        yield f"“{word}”: nothing here may ask for quotas, preferences or targets by group."


def vagueness(text: str) -> Iterator[str]:
    """Words that leave open whether a statement is true."""
    for word in _found(_VAGUE, text):
        yield f"“{word}” cannot be checked; give a number, a time or who is included."


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(match.group().lower() for match in pattern.finditer(text)))


# -- tidiness --------------------------------------------------------------------------------

_UNTIDY = [
    (re.compile(r"^\s|\s$"), "It begins or ends with a space."),
    (re.compile(r"\s{2,}|[\t\n\r]"), "It has two spaces or a line break where one space belongs."),
    (re.compile(r"\s[,.;:!?](?!\d)"), "It has a space before a punctuation mark."),
    (re.compile(r"[a-z][,;:!?][A-Za-z]"), "A space is missing after a punctuation mark."),
    (re.compile(r"[a-z]\.[A-Z][a-z]"), "A space is missing between two sentences."),
    (re.compile(r"([,.;:!?])\1"), "It has the same punctuation mark twice."),
    (re.compile(r"[,;:][.!?]|[.!?][,;:]$"), "It has two punctuation marks in a row."),
    (re.compile(r"[–—]|\s--?\s|\w--\w"), "It has a dash; use a comma, a colon or “to”."),
    (re.compile(r"</?[A-Za-z!]|&#?\w+;|\*\*|__|`|\]\(|\{[{%]|^#+ "), "It has stray markup."),
    (re.compile(r"\b(?:TODO|TBD|TBC|FIXME|XXX)\b|(?i:lorem ipsum)|\?\?|\[[^\]]*\]"),
     "It has a note or a gap that was to be filled in."),
    (re.compile("[\u00a0\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff\ufffd]|â€|Ã."),
     "It has an invisible or broken character, as pasting can leave behind; type it again."),
]  # fmt: skip
_TWICE = re.compile(r"(?i)\b(?!that\b|had\b)([a-z]+) \1\b")
_PAIRS = (("(", ")"), ("“", "”"))
_CURLY = re.compile("[‘’“”]")


def untidiness(text: str) -> Iterator[str]:
    """Slips of typing and pasting."""
    yield from (message for pattern, message in _UNTIDY if pattern.search(text))
    for match in _TWICE.finditer(text):
        yield f"“{match.group()}”: the same word twice."
    if any(text.count(left) != text.count(right) for left, right in _PAIRS) or text.count('"') % 2:
        yield "A bracket or quotation mark is not closed."


def quotation(text: str) -> Iterator[str]:
    """Curly quotation marks and apostrophes: content uses those of the keyboard throughout."""
    if _CURLY.search(text):
        yield "It has curly quotation marks or apostrophes; the rest of the toolkit uses ' and \"."
