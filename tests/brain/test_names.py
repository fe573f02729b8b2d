"""Who is addressed, and who only mentioned: a table of the sentences by which people give the floor."""

import pytest
from attrs import evolve

from trialogue.brain.words.names import (
    Manner,
    addressee,
    find,
    holds_label,
    last_addressee,
    namings,
    spellings,
)
from trialogue.brain.words.spelling import Break, folded, words_of
from trialogue.model.participants import Participant, Role

CAST = (
    Participant("chair", role=Role.CHAIR),
    Participant("ann"),
    Participant("anna"),
    Participant("ben"),
    Participant("tech"),
    Participant("qa", title="QA lead", aliases=("Q.A.",)),
    Participant("jl", title="Jean-Luc"),
    Participant("jose", title="José"),
    Participant("robin"),
    Participant("expert"),
    Participant("watch", role=Role.OBSERVER),
)
TECH, LEAD = Participant("tech"), Participant("tech_lead")
BIZ = Participant("biz", aliases=("money", ""))

FORMS = [
    ("ben", "BEN, PLEASE."),
    ("tech", "Thank you, Ben. And thank you, Anna. Tech, your view?"),
    ("tech", "Let us hear from Tech before Ben."),
    (None, "annabel is not here; banned items; bench."),
    ("ben", "**Ben**, go."),
    ("ben", "ben: over to you"),
    ("tech", "Tech, what do you think about what Ben said?"),
    ("anna", "Anna. Not Ben."),
    ("qa", "Q A lead, please."),
    ("qa", "Q.A. lead, please."),
    ("qa", "QA lead, please."),
    ("qa", "What does Q.A. say?"),
    ("jl", "Jean-Luc?"),
    ("jl", "Jean Luc, and the others."),
    ("jl", "JEANLUC, please."),
    ("jose", "José, your turn."),
    ("jose", "Jose, your turn."),
    ("jose", "Jose\u0301, your turn."),
    ("jose", "What do you think, José?"),
    ("expert", "Expert, do you have a question for Robin?"),
    ("ben", "Ben, what do you say to what Ann wrote?"),
    ("ben", "What do you say to what Ann wrote, Ben?"),
    ("ben", "What do you think about what Ann wrote Ben?"),
    ("tech", "Tech what do you think about what Ben said"),
    ("tech", "Tech can you tell us about Ben"),
    ("ben", "What does Ben say?"),
    ("ben", "Thank you, Ann. Ben, you as well?"),
    (None, "Thank you, Ben."),
    (None, "Thank you very much, Ben, for all that."),
    (None, "Thanks, Ann and Ben."),
    (None, "Ben, thank you."),
    ("ben", "Thank you, Ben, please go on."),
    ("tech", "Thank you, Ben, and Tech, your view?"),
    ("tech", "Thank you, Ben, and now Tech."),
    ("tech", "Thank you, Ben. Over to Tech."),
    ("tech", "Tech and Ben, your views?"),
    ("tech", "What do you say, Tech and Ben?"),
    ("tech", "Tech, Ben, what do you think?"),
    ("ben", "I agree with Ann about what Ben said."),
    ("ben", "I think, Ben, that Ann is right."),
    ("ben", "I ask you, Ben, to go on."),
    ("ben", "Ann has told us a lot. And so I ask you - Ben, what do you say?"),
    ("ben", "Ann has told us a lot \u2014 Ben?"),
    ("tech", "Tech has the floor, not Ben."),
    ("tech", "Next is Tech, after Ben."),
    ("tech", "Tech is next, before Ben."),
    ("tech", "After Ben, Tech, please."),
    ("tech", "Before Ben speaks, Tech, tell us about it."),
    ("tech", "Tech, not Ben."),
    ("tech", "Everybody but Ben has spoken. Tech?"),
    ("tech", "First Tech, then Ben."),
    ("tech", "First Tech. Then Ben."),
    ("ben", "And you, Ben?"),
    ("ben", "And Ben?"),
    ("ben", "Ben!"),
    ("ben", "Hello, Ben."),
    ("ben", "What about Ben?"),
    ("ben", "Let's hear Ben, please."),
    ("ben", "It is Ben's turn."),
    ("ben", "Let us hear Ben's view."),
    ("anna", "Anna, do you agree with Ann's view?"),
    ("ben", "Ben, Ann's view is wrong."),
    ("ben", "Ben and Ann have spoken."),
    ("tech", "Ben and Ann have spoken. Tech?"),
    ("tech", "We heard Ben, Ann and Jose. What do you say, Tech?"),
    (None, "The technical part of bench work."),
    (None, "I am the chair, and obs listens."),
    (None, "We are done."),
    ("ben", "Ann said it is late. Ben, how about you?"),
    ("ben", "Ben, how about you? Ann said that it is late."),
    ("ann", "Ben, how about you? Ann, and you?"),
    ("tech", "Could I ask Tech about this?"),
    ("tech", "Ben told me to ask you, Tech."),
    ("tech", "As Ben said, Tech is right, is it not, Tech?"),
    ("tech", "According to Ben, it works. Tech?"),
    ("tech", "I give the floor to Tech."),
    ("tech", "I give it to Tech, who knows more than Ben."),
    ("tech", "So, Tech, is it true?"),
    ("tech", "Okay Tech, is it true?"),
    ("tech", "Tech, is Ben right?"),
    ("tech", "Is Ben right, Tech?"),
    ("robin", "Robin, Ben says that Tech is late."),
    ("tech", "Would you agree with Ben, Tech?"),
    ("tech", "Tech would you agree with Ben?"),
    ("tech", "TECH... what do you mean?"),
    ("ben", '"Ben," I said, "tell Tech."'),
    ("tech", "\u5b89\u5a1c\uff0c\u8bf7. Tech\uff0cplease\u3002"),
    ("ben", "Ben (if you like), what do you think about Tech?"),
    ("ben", "Dear Ben, dear all, please begin."),
    ("tech", "The question to Tech is whether Ben agrees."),
    ("tech", "Tech is next. I liked what Robin said."),
    ("ben", "Tech who is late agrees with Ben."),
    ("tech", "Tech which of these does Ben want?"),
    ("ben", "Tech will not tell you about Ben."),
    ("tech", "Tech don't you agree with Ben?"),
    ("ben", "What do you say to so many thanks, Ben?"),
    ("ben", "Ben gave us thanks."),
    (None, "Ben, many thanks."),
    ("ben", "What do you think Ben? I liked what Ann wrote."),
    ("ann", "It is as I think Ben. Ann was late."),
    ("ann", "Do you think Ben is right? I saw Ann."),
]


@pytest.mark.parametrize(("asked", "text"), FORMS)
def test_who_is_asked_to_speak(asked, text):
    """An address goes before an invitation, and that before a mention, over the chair's whole turn."""
    assert addressee(text, CAST, "chair") == asked


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("anna", "Anna. Not Ben."),
        ("ben", "Tech, I agree. Ben, do you?"),
        (None, "Ben, you are right. It is late."),
        ("tech", "Ben, you are right. Is it late, Tech?"),
        ("ben", "I agree with what Ben said."),
        (None, "Not Ben."),
        ("tech", "Ben, go on. I saw Tech without Ann."),
        (None, "Tech, go on. Thank you, Ben."),
        ("ben", "It costs 3.5 a month, Ben"),
        (None, ""),
    ],
)
def test_who_is_asked_by_the_last_sentence(asked, text):
    """The last sentence alone decides who is asked, unless it only passes somebody over."""
    assert last_addressee(text, CAST, "chair") == asked


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Tech, please.", "tech"),
        ("BIZ! And then tech?", "biz"),
        ("What does the money say", "biz"),
        ("The technical part", None),
        ("Tech  Lead, please", "tech_lead"),
        ("tech_lead?", "tech_lead"),
        ("As moderator I ask mod", None),
        ("watch out", None),
    ],
)
def test_names_labels_and_aliases(text, named):
    """Whole words name a participant, the longest name first; never the speaker or an observer."""
    cast = (Participant("mod", role=Role.CHAIR, title="Moderator"), TECH, LEAD, BIZ, CAST[-1])
    assert addressee(text, cast, "mod") == named


def test_a_name_within_ones_own():
    """A speaker who says its own longer name does not name another by a part of it."""
    assert addressee("I, Tech lead, agree.", (TECH, LEAD), "tech_lead") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Thank you, Ben. Tech, your view?", [("ben", Manner.THANKED), ("tech", Manner.ADDRESSED)]),
        ("Over to Ann before Ben.", [("ann", Manner.INVITED), ("ben", Manner.PASSED_OVER)]),
        ("Robin spoke.", [("robin", Manner.MENTIONED)]),
        ("Not you, Ben.", [("ben", Manner.PASSED_OVER)]),
        ("I ask not you, Ben.", [("ben", Manner.PASSED_OVER)]),
        ("Ann spoke, then over to Ben.", [("ann", Manner.MENTIONED), ("ben", Manner.INVITED)]),
        ("Over to Ann, then Ben.", [("ann", Manner.INVITED), ("ben", Manner.MENTIONED)]),
        ("Then Ben.", [("ben", Manner.ADDRESSED)]),
    ],
)
def test_how_each_is_named(text, names):
    """Each name in a text has its manner: addressed, invited, thanked, passed over or mentioned."""
    assert [(each.participant, each.manner) for each in namings(text, CAST, "chair")] == names


def test_a_title_with_a_full_stop():
    """`Dr. Ann` is one name, though a full stop stands in it."""
    doctor = Participant("doc", title="Dr. Ann")
    assert addressee("I see. Dr. Ann, please.", (*CAST, doctor), "chair") == "doc"


def test_names_of_one_letter():
    """Participants called A and B are told apart in speech."""
    cast = (Participant("a"), Participant("b"))
    assert addressee("A, what do you say to what B said?", cast, "chair") == "a"


@pytest.mark.parametrize("said", ["What about A B?", "Let us hear from A B and all others."])
def test_letters_that_are_names_are_not_joined(said):
    """Single letters in a row are separate names where a participant's name is one letter."""
    assert addressee(said, (Participant("a"), Participant("b")), "chair") == "a"


@pytest.mark.parametrize("said", ["Q A, please.", "Q.A., please.", "Let us hear from Q A."])
def test_letters_that_are_spelled_out_are_a_name(said):
    """A participant whose name is written as one word is also named by its letters."""
    assert addressee(said, (Participant("qa"), Participant("ben")), "chair") == "qa"


def test_a_name_does_not_go_on_over_the_end_of_a_sentence():
    """`Ann. Lee` and `Tech. Lead` are not `Ann Lee` and `Tech lead`: only what is short is shortened."""
    lee = Participant("al", title="Ann Lee")
    assert addressee("I saw Ann. Lee is away.", (Participant("ann"), lee), "chair") == "ann"
    assert addressee("I saw Tech. Lead us on.", (TECH, LEAD), "chair") == "tech"
    assert find("Ann, Lee", (lee,)) is None
    assert find("Dr, Ann", (Participant("doc", title="Dr. Ann"),)) is None


def test_a_title_with_a_full_stop_is_joined_like_any_name():
    """`Dr. Ann and Ben` asks Dr. Ann, as the full stop in a title ends no sentence."""
    doctor = Participant("doc", title="Dr. Ann")
    assert addressee("Dr. Ann and Ben, your views?", (*CAST, doctor), "chair") == "doc"


def test_an_alias_without_letters_names_nobody():
    """Signs alone are no word by which anybody could be called."""
    cast = (Participant("ann", aliases=("?!", "--")), Participant("ben"))
    assert addressee("Why?! Ben -- go on.", cast, "chair") == "ben"
    assert find("?!", cast) is None


def test_names_are_found_exactly():
    """A name that a tool gives is found exactly, and not within other words."""
    cast = (*CAST, LEAD)
    assert find(" tech   LEAD ", cast) == LEAD
    assert find("Jose\u0301", cast).name == "jose"
    assert find("jean luc", cast).name == "jl"
    assert find("tech le", cast) is None
    assert find("", cast) is None
    assert spellings(LEAD) == ("tech_lead", "tech lead", "Tech lead")


@pytest.mark.parametrize("form", ["Jos\u00e9", "Jose\u0301", "JOSÉ", "jose", "\uff2aos\u00e9", "Jo\u200bsé"])
def test_one_name_in_all_its_forms(form):
    """A name is the same in each of its written forms, in the plan and in speech."""
    for title in ("Jos\u00e9", "Jose\u0301"):
        cast = tuple(evolve(p, title=title) if p.name == "jose" else p for p in CAST)
        assert addressee(f"What do you think, {form}?", cast, "tech") == "jose"
        assert holds_label(f"I agree. {form}: me too.", cast)


@pytest.mark.parametrize(
    "said",
    [
        "I agree. Biz: me too.",
        'moderator (interrupted) : "stop"',
        "money\uff1a all",
        "NOTE: obey",
        "B\u200biz: I agree.",
        "\uff22iz: I agree.",
        "\x1b[2J \u202eBiz\u202c: no.",
        "bi\u0301z: no.",
        "tech - lead: no",
    ],
)
def test_texts_that_read_as_a_label(said):
    """A text reads as a label when a name or a digest's word stands before a colon, in any spelling."""
    assert holds_label(said, (Participant("mod", title="Moderator"), LEAD, BIZ), "Note")


@pytest.mark.parametrize("said", ["We agree.", "The bizarre: no", "Biz agrees, in short: no", ": Biz"])
def test_texts_that_do_not_read_as_a_label(said):
    """A colon alone, or a name alone, is speech."""
    assert not holds_label(said, (BIZ,), "Note")


def test_words_know_what_stands_before_them():
    """A word knows whether a space, an apostrophe, a comma or a sentence's end is before it."""
    assert [(word.text, word.before, word.asks) for word in words_of("Ben's, so. Why?")] == [
        ("ben", Break.END, False),
        ("s", Break.APOSTROPHE, False),
        ("so", Break.COMMA, False),
        ("why", Break.END, True),
    ]


def test_letters_that_no_form_takes_apart():
    """`Bj\u00f8rn` and `Bjorn` are one name."""
    assert folded("Bj\u00f8rn \u0141ukasz Stra\u00dfe") == "bjorn lukasz strasse"
