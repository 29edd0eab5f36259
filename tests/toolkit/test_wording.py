"""Each check of a text catches what it is for, and lets plain good text pass."""

import pytest

from toolkit import wording

# Plain sentences as our content has them; no check may find anything in them.
GOOD = [
    "Post two weeks of shifts at once, on the same day each time.",
    "Nearly all shifts (9 in 10) are posted 14 or more days ahead.",
    "As above, and people give their side before any decision is made.",
    'Ask "why" until you reach something you can change: a tool, a layout, a missing step.',
    "The first 90 days cost about $1,900, or 3.5 percent; that is one firm's account.",
    "Your payroll firm can set it up, e.g. in an hour at 5.30 p.m., in the U.S. and elsewhere.",
    "Four hours, our neighbor, a license and a program: practice makes perfect.",
    "They had had it, and said that that was fine.",
]
CHECKS = [
    wording.spelling,
    wording.jargon,
    wording.blame,
    wording.preference,
    wording.vagueness,
    wording.untidiness,
    wording.quotation,
]


@pytest.mark.parametrize("text", GOOD)
def test_good_text_passes_every_check(text: str) -> None:
    assert [message for check in CHECKS for message in check(text)] == []


# -- Reading grade ----------------------------------------------------------------------------

# The grades textstat 0.7.8 gives, which counts syllables by the CMU Pronouncing Dictionary.
GRADES = [
    ("Staff save for retirement on their own.", 4.0),
    ("Some people earn paid time off.", 0.5),
    ("Write down the reason for every hire, promotion, warning and exit.", 9.1),
    (
        "One large insurer got its tuition aid back plus a good sum, and users were likelier "
        "to be promoted and to stay; one firm only.",
        10.7,
    ),
]


@pytest.mark.parametrize(("text", "expected"), GRADES)
def test_the_grade_is_close_to_one_counted_by_dictionary(text: str, expected: float) -> None:
    assert wording.grade(text) == pytest.approx(expected, abs=1.5)


def test_shorter_sentences_and_shorter_words_read_easier() -> None:
    long = "Employers demonstrate appreciation by communicating organizational results regularly."
    short = "Employers show thanks. They tell staff how things stand. They listen."
    assert wording.grade(long) > 12
    assert wording.grade(short) < 5


def test_several_texts_count_together() -> None:
    one, two = "Time off is unpaid.", "Some people earn paid time off."
    assert wording.grade(one, two) == pytest.approx(wording.grade(f"{one} {two}"))


@pytest.mark.parametrize("texts", [(), ("",), ("", "…")])
def test_no_words_have_no_grade(texts: tuple[str, ...]) -> None:
    assert wording.grade(*texts) == 0.0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ('He said "stop." Then he left.', 2),
        ("In the U.S. South, wages rose by 3.5 percent.", 1),
        ("It reached .42 and .19. That is a link.", 2),
        ("Ask: what is too much, what gets in the way?", 1),
        ("", 0),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    assert len(wording.sentences(text)) == count


# -- Spelling ---------------------------------------------------------------------------------

BRITISH = (
    "behaviour neighbours labour-saving favourite organise organisation recognised prioritising "
    "summarise analyse analysed centre programme programmes licence defence practise travelled "
    "counsellor labelled skilful fulfil enrolment instalment ageing judgement whilst amongst "
    "learnt cheque grey catalogue per cent enquiry utilise unionised afterwards towards"
)
AMERICAN = (
    "behavior neighbors labor favorite organize recognized analyze analyses centers program "
    "programmed license defense practice traveled counselor skillful fulfill fulfilled enrollment "
    "enrolled aging judgment while among learned check gray catalog percent inquiry promise "
    "exercise advise revise supervise supervised enterprise franchise expertise otherwise raise "
    "precise rise wise comprise optimism finalist specialist criticism emphasis hour tour four "
    "pour course source metric central entered theatrical controlled installed dialogue"
)


@pytest.mark.parametrize("word", BRITISH.replace("per cent", "per_cent").split())
def test_british_spelling_is_found(word: str) -> None:
    word = word.replace("_", " ")
    assert len([*wording.spelling(f"We looked at {word} once.")]) == 1
    assert len([*wording.spelling(f"{word.capitalize()} counts.")]) == 1


@pytest.mark.parametrize("word", AMERICAN.split())
def test_american_spelling_passes(word: str) -> None:
    assert [*wording.spelling(f"We looked at {word} once.")] == []


def test_names_keep_their_owner_s_spelling() -> None:
    assert [*wording.spelling("The Labour Centre and Programme Organisation wrote it.")] == []


def test_the_country_has_its_full_stops() -> None:
    assert [*wording.spelling("Of US workers, half agreed.")] == ["Write “U.S.” for the country."]
    assert [*wording.spelling("Tell us what Siemens USA did.")] == []


# -- Tone -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Leverage what you have.",
        "We leverage it.",
        "Utilize a form.",
        "Every stakeholder is asked.",
        "A best-in-class plan.",
        "A world-class firm.",
        "A holistic view.",
        "It brings synergies.",
        "We empower people.",
        "Empowering people pays.",
        "Pick the low-hanging fruit.",
        "It is human capital.",
        "Follow best practices.",
        "A proactive and robust approach.",
    ],
)
def test_jargon_is_found(text: str) -> None:
    assert [*wording.jargon(text)] != []


def test_a_name_is_no_jargon() -> None:
    assert [*wording.jargon("The toolkit calls it Empowerment & Representation.")] == []
    assert [*wording.jargon("It is called A Guide for Stakeholders.")] == []


@pytest.mark.parametrize(
    "text",
    [
        "Managers fail to answer.",
        "The owner neglects safety.",
        "Lazy supervisors leave it.",
        "You should have known.",
        "Bad bosses shout.",
    ],
)
def test_blame_is_found(text: str) -> None:
    assert len([*wording.blame(text)]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "We never ask.",
        "Nothing is written.",
        "Ideas are ignored.",
        "Favorites get shifts.",
        "Staff are misclassified.",
        "It is illegal.",
        "We discriminate.",
        "Discrimination occurs.",
    ],
)
def test_accusing_words_are_found(text: str) -> None:
    assert len([*wording.accusation(text)]) == 1


def test_what_is_not_set_up_yet_is_no_accusation() -> None:
    assert [*wording.accusation("Managers decide case by case; there is no rule yet.")] == []


@pytest.mark.parametrize(
    "text",
    ["So do raises.", "They also try it out.", "All had such a talk.", "It is in writing."],
)
def test_a_level_that_leans_on_another_is_found(text: str) -> None:
    assert len([*wording.leaning(text)]) == 1


@pytest.mark.parametrize("text", ["As above, and so do raises.", "Social events are open to all."])
def test_a_level_that_says_what_it_adds_to_leans_on_nothing(text: str) -> None:
    assert [*wording.leaning(text)] == []


@pytest.mark.parametrize(
    "text",
    ["Set a quota.", "Use a diverse slate.", "Meet hiring targets.", "Give preferential pay."],
)
def test_quotas_and_preferences_are_found(text: str) -> None:
    assert len([*wording.preference(text)]) == 1


@pytest.mark.parametrize(
    "text", ["We often ask.", "Talks are frequent.", "We try to ask.", "Some effort is made."]
)
def test_what_cannot_be_checked_is_found(text: str) -> None:
    assert len([*wording.vagueness(text)]) == 1


# -- Tidiness ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        " A space before.",
        "A space after. ",
        "Two  spaces.",
        "A line\nbreak.",
        "A space , before a comma.",
        "A comma,without a space.",
        "One sentence.Another.",
        "Two stops..",
        "Both,.",
        "A dash – here.",
        "A dash — here.",
        "A dash - here.",
        "A dash -- here.",
        "Some <b>markup</b>.",
        "Some **markup**.",
        "An &amp; entity.",
        "A [link](page).",
        "{{ value }} is missing.",
        "TODO: write this.",
        "The rate is [rate].",
        "A hidden\u00a0space.",
        "Broken â€™ text.",
        "The the same word.",
        "An (open bracket.",
        'An "open quote.',
    ],
)
def test_slips_are_found(text: str) -> None:
    assert len([*wording.untidiness(text)]) >= 1


@pytest.mark.parametrize("text", ["The worker’s pay.", "A “quoted” word."])
def test_curly_quotation_marks_are_found(text: str) -> None:
    assert len([*wording.quotation(text)]) == 1
