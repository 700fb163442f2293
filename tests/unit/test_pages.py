"""The page of a policy: a shop without any document, and whatever its users wrote."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import Reject, RequestCancellation, Text
from ordercancel.domain.texts import Lang
from ordercancel.explain import html_page, markdown_page, pictures
from ordercancel.explain.survey import Survey
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Choice,
    Clause,
    Document,
    Forbid,
    Gap,
    Lifecycle,
    Notification,
    Obliges,
    Policy,
    Reason,
    Refer,
    Rule,
    Texts,
    buyer,
    clause,
    decided,
    operator,
    own_rule,
    reading,
    seller,
    status,
)
from ordercancel.rules.notifications import PLACEHOLDERS
from ordercancel.rules.sources import Remark
from unit.tiny import DOCUMENT, REFERS, tiny

PAGE = markdown_page(SHOP, "en")


def chapter(page: str, title: str) -> list[str]:
    """The lines of a chapter, without empty ones."""
    text = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [line for line in text.splitlines() if line]


def test_five_sentences_say_what_a_shop_does() -> None:
    """Who may cancel, when, until when, who decides, and what then."""
    assert chapter(PAGE, "In five sentences") == [
        "1. **Who**: The buyer / the seller may ask to cancel an order.",
        (
            "1. **When**: Asked by the buyer, it is cancelled at once if order status is placed "
            "or packed, and less than 30 min after the order. Asked by the buyer, the seller "
            "decides if order status is placed or packed, and 30 min or more after the order. "
            "Asked by the seller, it is cancelled at once if order status is placed or packed."
        ),
        (
            "1. **Until when**: Only while the order is: placed / packed. Once it is shipped / "
            "cancelled, nobody can ask any more."
        ),
        (
            "1. **Who decides**: The seller approves or rejects. At 1 d after the request: the "
            "request is approved. At the end of the day 7 d after the planned ship date: the "
            "order is cancelled: not shipped."
        ),
        (
            "1. **What then**: A cancelled order is “cancelled”, for good. After a rejection the "
            "order goes on, and the buyer may ask again."
        ),
    ]


def test_a_situation_says_what_each_may_do_and_what_they_read_where_they_may_not() -> None:
    """Roles that may do the same share a column, situations that are alike a row."""
    told = chapter(PAGE, "What may be done, by situation")
    ask = "**Request cancellation**"
    assert told[1:3] == [
        "| Order | Request | The buyer | The seller | An operator / the system |",
        "| --- | --- | --- | --- | --- |",
    ]
    assert told[3] == (
        f"| placed | none yet | ○ {ask} → cancelled at once "
        f"_(if less than 30 min after the order)_<br>△ {ask} → the seller to decide "
        f"_(if 30 min or more after the order)_ "
        f"| ○ {ask} → cancelled at once<br>○ **pack** | ○ **pack** |"
    )
    assert told[7] == (
        f"| packed | cancellation requested | × {ask}: “A cancellation request is already open.”"
        f"<br>○ **Withdraw the request** | ○ {ask} → cancelled at once<br>○ **Approve**"
        "<br>○ **Reject**<br>× **ship**: “answer first” | × **ship**: “answer first” |"
    )
    assert len(told) == 11


def test_rules_and_deadlines_stand_with_what_they_answer_at_their_boundaries() -> None:
    told = chapter(PAGE, "The rules, and situations at their boundaries")
    whom = "Whether it is cancelled is for the seller to decide."
    asked, due = "(order status: placed, the order 1 April 10:00, now 1 April", "2 April 10:"
    for line in (
        f"{asked} 10:29:59) | ○ **cancelled at once** | The order is cancelled at once. |",
        f"{asked} 10:30) | △ **the seller to decide** | {whom} |",
        f"now {due}29:59 | **not yet** | The deadline has not come due. |",
        f"now {due}30 | **due** | the request is approved |",
        "| “other” with 0 characters | × **not accepted** | Please enter up to 100 characters. |",
        "| “other” with 100 characters | ○ **accepted** |  |",
    ):
        assert any(each.endswith(line) for each in told), line
    assert (
        "| the buyer: “Request cancellation” (order status: shipped / cancelled, "
        "the order 1 April 10:00, now 1 April 10:00) | × **not possible** "
        "| The order cannot be cancelled in its present status. |"
    ) in told
    assert (
        "| “other” with 101 characters | × **not accepted** "
        "| Please enter up to 100 characters. You typed 101. |"
    ) in told


def test_the_rules_of_the_library_stand_once() -> None:
    for each in ("own_request", "answer", "advance", "one_open_request"):
        assert PAGE.count(f"`standard.{each}`") == 1


def test_a_policy_without_a_document_has_no_chapter_of_one() -> None:
    assert "Side by side" not in PAGE
    assert "What the document does not say" not in PAGE


def test_pictures_show_what_can_occur_alone() -> None:
    """With who brings it about, where not everybody does, and deadlines by their names."""
    order, request = pictures(SHOP, "en")
    assert order.edges == (
        (None, "placed", ""),
        ("placed", "packed", "pack"),
        ("packed", "shipped", "ship"),
        ("placed", "cancelled", "cancelled"),
        ("packed", "cancelled", "cancelled"),
    )
    assert [code for code, _ in request.nodes] == [
        "pending",
        "approved",
        "rejected",
        "withdrawn",
        "superseded",
    ]
    assert ("pending", "approved", "deadline “seller silent”") in request.edges
    assert ("pending", "withdrawn", "Withdraw the request (the buyer)") in request.edges
    assert (None, "approved", "Request cancellation") in request.edges


def test_what_is_passed_on_is_told() -> None:
    """A rejection that somebody else decides, and a deadline that only tells."""
    page = markdown_page(FLEA_MARKET, "en")
    assert "○ **Reject**" in page
    assert "△ **Reject** → an operator to decide" in page
    assert "passed on to somebody else" in page
    assert any(source == to for source, to, _ in pictures(FLEA_MARKET, "en")[1].edges)
    assert "| a message goes out |" in markdown_page(MUST_SHIP, "en")


def test_a_policy_that_nobody_may_cancel_under_says_so() -> None:
    bare = Policy(
        name="bare",
        zone="UTC",
        orders=Lifecycle(moves={"go": ("a", "b")}),
        rules=(),
        texts=Texts(counters=()),
        notifications=(),
    )
    page = markdown_page(bare, "en")
    assert "**Who**: Nobody may ask to cancel an order." in page
    assert "**Until when**: In no status of an order." in page
    assert "There is nobody who answers requests." in page
    assert "Nobody is told anything." in page
    assert "There is none: nothing is decided by the passing of time alone." in page
    assert len(pictures(bare, "en")) == 1


def test_a_policy_without_an_end_says_so() -> None:
    """Where an order can be cancelled in every status but the last one."""
    rule = Rule("asks", on=RequestCancellation, when=buyer, effect=Refer(operator))
    orders = Lifecycle(moves={"go": ("a", "b")}, cancellable=("a", "b"))
    page = markdown_page(Policy(name="p", zone="UTC", orders=orders, rules=[rule]), "en")
    assert "Only while the order is: a / b. Once it is cancelled, nobody can ask any more." in page
    assert "| own |" not in page


GUIDE = Document(
    "Guide",
    (
        Clause(
            "g.1",
            section="2-1",
            text="Ask. And be answered … by mail",
            reading=Text("g.2による。", "As in g.2."),
            decided=(Gap("once alone", "ask_twice", "False"), Gap("by mail")),
        ),
        Clause("g.2", section="3", text="Wait.", decided=(Gap("for a day", "wait"),)),
        Clause("g.3", section="冒頭", text="Hello."),
    ),
    (Remark("a greeting", "Dear reader\nYours"), Remark("nobody can see that", "be answered")),
)


def test_each_sentence_stands_beside_what_follows_from_it() -> None:
    """By whose word: what the document says, how it is read, what was decided where it is silent.

    What nothing follows from is marked, and so is what no sentence stands behind.
    """
    page = markdown_page(
        tiny(
            rules=(
                attrs.evolve(REFERS, source=clause("g.1")),
                Rule(
                    "t.no",
                    on=Reject,
                    when=seller,
                    effect=Forbid("wrong_actor"),
                    source=reading("g.1"),
                ),
                Rule(
                    "t.ours",
                    on=Reject,
                    when=buyer,
                    effect=Forbid("wrong_actor"),
                    source=own_rule("why"),
                ),
                Rule(
                    "t.dec",
                    on=Reject,
                    when=operator,
                    effect=Forbid("wrong_actor"),
                    source=decided("g.2", parameter="wait"),
                ),
            ),
            documents=(GUIDE,),
        ),
        "en",
    )
    told = chapter(page, "Side by side with the document")
    assert told[:8] == [
        "Of 7 sentences, headings and fields of the document, 6 are accounted for.",
        "- becomes a rule: 3",
        "- leaves something open that was decided: 1",
        "- has nothing to do with deciding: 2",
        "- nothing follows from it: 1",
        "- of these, a part is not checked by this system: 1",
        "### Guide",
        "#### becomes a rule",
    ]
    assert told[8:11] == ["> Ask. And be answered … by mail", ">", "> — section 2-1"]
    for line in (
        "- **our reading** — As in section 3.",
        "- **decided** — once alone",
        "- **not checked** — “be answered”: nobody can see that",
        "> — 冒頭",
        "**a greeting**",
        "- Dear reader",
    ):
        assert line in told
    assert any(line.startswith("- **our reading** — **Rejecting**") for line in told)
    assert told[told.index("> Hello.") + 3] == "nothing follows from it"
    own = chapter(page, "Rules that no sentence stands behind")
    assert any(line.startswith("**own rule** — ") and line.endswith("(why)") for line in own)
    assert any(line.startswith("**decided** — ") for line in own)
    assert chapter(page, "What the document does not say, and was decided")[2:] == [
        "| section 2-1 | once alone | `ask_twice=False` |",
        "| section 2-1 | by mail | none |",
        "| section 3 | for a day | `wait` |",
    ]


EVIL = "<script>alert(1)</script>|\"'`*_[x](y)\\ & {it} -->"


def evil() -> Policy:
    """A policy whose every text is whatever its users wrote."""
    orders = Lifecycle(
        moves={"go<b>": ("a<b>", "b|c")}, cancellable="a<b>", shipped="b|c", names={"a<b>": EVIL}
    )
    named = EVIL.replace("{it}", "it")
    return Policy(
        name="e<i>",
        zone="UTC",
        title=EVIL,
        source=EVIL,
        documents=(
            Document(
                EVIL,
                (Clause("c.1", section=EVIL, text=EVIL, reading=EVIL),),
                (Remark(EVIL, EVIL),),
            ),
        ),
        orders=orders,
        rules=[
            Rule(
                "r|<u>", on=RequestCancellation, when=buyer & status.is_in("a<b>"), effect=CANCEL
            ),
            Rule(
                "s",
                on=RequestCancellation,
                when=seller,
                effect=Forbid("no<s>"),
                source=clause("c.1"),
            ),
            Rule("t", on=Reject, when=seller, effect=PERMIT),
        ],
        reasons=[Reason("x<a>", named, when=buyer, text=(1, 3), hint=EVIL)],
        texts=Texts(refusals={"no<s>": EVIL}, moves={"go<b>": EVIL}),
    )


class Tags(HTMLParser):
    """Every tag with its attributes, and every text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_whatever_users_wrote_is_words_and_no_markup(lang: str) -> None:
    """In HTML no tag and no attribute comes from a text, and the text stands there as it is."""
    plain = Tags(html_page(SHOP, lang) + html_page(tiny(documents=(DOCUMENT,)), lang))
    seen = Tags(html_page(evil(), lang))
    assert seen.tags - plain.tags == set()
    assert seen.attributes - plain.attributes == set()
    assert any(EVIL in text for text in seen.texts)


def test_in_markdown_words_are_no_markup_either() -> None:
    """Tables keep their columns, and neither tags nor links nor code come from a text."""
    page = re.sub(r"```.*?```", "", markdown_page(evil(), "en"), flags=re.DOTALL)
    assert "<script>" not in page
    assert not re.search(r"(?<!\\)\[x\]\(y\)", page)
    widths: set[int] = set()
    for line in page.splitlines():
        if line.startswith("| "):
            widths.add(len(re.findall(r"(?<!\\)\|", line)))
        elif widths:
            assert len(widths) == 1, line
            widths = set()


def test_a_page_asks_for_nothing() -> None:
    """No address in it leads anywhere but within the page, and it needs no script."""
    page = html_page(SHOP, "en")
    assert set(re.findall(r'(?:src|href)="([^"#]*)', page)) == {""}
    assert "url(" not in page
    assert "<script" not in page


def test_both_forms_say_the_same() -> None:
    """The words of the HTML page are those of the Markdown page, in the same order."""
    html = html_page(SHOP, "en").partition("<main>")[2]
    html = re.sub(r"<svg.*?</svg>|<details>.*?</details>", "", html, flags=re.DOTALL)
    words = re.sub(r"<[^>]*>|&\w+;|&#\w+;", " ", html)
    mark = re.sub(r"```.*?```", "", PAGE.partition("\n## ")[2], flags=re.DOTALL)
    marked = re.sub(r"<br>|&\w+;|[*#|`>_\\-]|^1\. ", " ", mark, flags=re.MULTILINE)
    captions = ("The status of an order", "The status of a request")
    for caption in captions:
        words = words.replace(caption, "", 1)
    assert re.findall(r"\w+", words.replace("-", " ").replace("_", " ")) == re.findall(
        r"\w+", marked
    )


def test_a_reason_says_for_whom_it_is() -> None:
    """By the roles that may choose it, or by what else it hangs on."""
    early = Reason("early", when=buyer & status.is_in("placed"))
    page = markdown_page(attrs.evolve(SHOP, reasons=(*SHOP.reasons, early)), "en")
    told = chapter(page, "Reasons and deadlines")
    assert "| out of stock | the seller | none |  | own rule |" in told
    assert (
        "| other | the buyer / the seller | required, 1 to 100 characters |  | own rule |" in told
    )
    assert any(
        each.startswith("| early | by the buyer, and order status is placed |") for each in told
    )


def test_a_fact_of_a_policy_s_own_is_told_by_its_label() -> None:
    """As a variable, in conditions and in situations; its words have names."""
    kind = Choice("kind", Text(en="kind of goods"), values=("made", "stock"), required=True)
    rule = Rule("made", on=RequestCancellation, when=kind.is_in("made"), effect=Forbid("made"))
    told = Notification(on="pending", to="seller", subject="s", body="{kind}")
    page = markdown_page(
        attrs.evolve(
            SHOP,
            facts=(kind,),
            rules=(*SHOP.rules, rule),
            notifications=(told,),
            texts=Texts(words={"kind.made": "made to order"}, facts={"placed_at": "ordering"}),
        ),
        "en",
    )
    assert "\\[kind of goods\\]" in page
    assert "kind of goods is made to order" in page
    assert "(kind of goods: made to order) | × **not possible** | made |" in page
    assert "less than 30 min after ordering" in page


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_variable_of_a_text_has_a_name(lang: str) -> None:
    """Nobody reads its code, whatever a message is made of."""
    body = Text(ja="".join(f"{{{each}}}" for each in sorted(PLACEHOLDERS)), en="{order_id}")
    body = Text(**dict.fromkeys(("ja", "en"), body["ja"]))
    told = Notification(on="pending", to="seller", subject="s", body=body)
    page = markdown_page(attrs.evolve(SHOP, notifications=(told,)), lang)
    named = re.findall(r"〔(\S+?)〕|\\\[(.+?)\\\]", page)
    assert len(named) == len(PLACEHOLDERS)
    assert not {each.replace("_", " ") for each in PLACEHOLDERS if "_" in each} & {
        ja or en for ja, en in named
    }


def test_a_policy_with_too_many_cases_says_that_it_shows_some() -> None:
    """Among them some of every status."""
    survey = Survey(SHOP, limit=10)
    assert not survey.is_complete
    assert survey.statuses == ("placed", "packed", "shipped", "cancelled")
    assert "There are too many cases to look at" in markdown_page(SHOP, "en", survey=survey)


def test_a_text_that_nobody_could_type_is_not_accepted() -> None:
    """Where a reason takes as much as the library reads, one character more is refused by that."""
    longest = Reason("all", when=buyer, text=(1, 4000))
    page = markdown_page(attrs.evolve(SHOP, reasons=(longest, *SHOP.reasons)), "en")
    assert "| “all” with 4000 characters | ○ **accepted** |" in page
    assert "| “all” with 4001 characters | × **not accepted** |" in page


def test_a_language_that_the_page_has_no_words_of_is_answered_in_english() -> None:
    page = html_page(SHOP, "de")
    assert page.startswith('<!doctype html>\n<html lang="de">')
    assert "<h2>In five sentences</h2>" in page


def test_the_small_policy_has_a_page_too() -> None:
    assert "## Side by side with the document" in markdown_page(tiny(documents=(DOCUMENT,)), "en")


@pytest.mark.parametrize(
    ("lang", "title", "lines"),
    [
        (
            "en",
            "What the host must do",
            [
                "- `revoke_coupon`: approved",
                "- `call`: rejected _(if order status is Sent)_",
            ],
        ),
        (
            "ja",
            "店舗側で行う処理",
            [
                "- `revoke_coupon`：承認",
                "- `call`：拒否 _（注文の状態が発送済の場合）_",
            ],
        ),
    ],
)
def test_what_the_host_must_do_is_listed(lang: Lang, title: str, lines: list[str]) -> None:
    """What, when, and under which condition; in a policy that declares nothing there is none."""
    policy = tiny(
        obligations=(
            Obliges("revoke_coupon", on="approved"),
            Obliges("call", on="rejected", when=status.is_in("sent")),
        )
    )
    assert chapter(markdown_page(policy, lang), title) == lines
    assert f"## {title}" not in markdown_page(tiny(), lang)
