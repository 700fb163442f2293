"""How the clauses of the document are read, and what was decided where they are silent.

The ids are those of `ordercancel.policies.qoo10.document`. What follows from a reading cites its
clause as *read*. What follows from a decision never cites the clause as its source: it names the
clause that is silent, and the parameter of the policy that decides otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.commands import Withdraw
from ordercancel.domain.texts import Text
from ordercancel.rules.sources import WORDING, Gap

READINGS: Mapping[str, Text] = {
    "qoo10.1.only-if-impracticable": Text(
        "qoo10.3.reasons の初めの三つの理由が、これらの場合に当たる。「その他」は、ほか"
        "にキャンセルを受けることが困難な場合のためのもので、"
        "qoo10.1.otherwise-ask-withdrawal の「その他の理由」とは異なる。困難であること"
        "はショップが確認する（qoo10.3.confirm）。",
        "The first three reasons of qoo10.3.reasons are these cases; その他 serves "
        "other cases in which cancelling is impracticable, not 「その他の理由」 of "
        "qoo10.1.otherwise-ask-withdrawal. The seller affirms it (qoo10.3.confirm).",
    ),
    "qoo10.1.otherwise-ask-withdrawal": Text(
        "ショップは、回答待ちの要請を撤回するようお客様に求めることができる（撤回要請）。",
        "The seller may ask the buyer to withdraw the open request (撤回要請).",
    ),
    "qoo10.1.ship-same-day": Text(
        "拒否をした日（日本時間の暦日）が終わるまでに発送処理を行う。23時59分に拒否をし"
        "た場合も同じ。注文制作商品も例外ではない。ペナルティーはQoo10が出店規約に従っ"
        "て施行するものであり、本システムは何も科さない。虚偽の発送処理は本システムか"
        "らは分からないため、確認しない。",
        "To be shipped (発送処理) until the end of the calendar day of the rejection "
        "in Asia/Tokyo, even when rejected at 23:59. 注文制作商品 is not exempt. The "
        "penalty is Qoo10's, by its terms: this system penalises nothing. 虚偽の"
        "発送処理 (feigned shipping) cannot be seen by this system, so it is not checked.",
    ),
    "qoo10.1.instant-delayed": Text(
        "発送予定日の翌日0時（日本時間）から、配送遅延として扱う。時刻によって決まるた"
        "め、記録上の状態がまだ配送遅延でなくても同じ。原文は、お客様が要請した時にすで"
        "に遅延している注文について述べている。",
        "Delayed from 00:00 Asia/Tokyo of the day after the planned ship date. It "
        "follows from the clock: an order that is not marked as delayed yet is judged as "
        "delayed. The sentence speaks of orders that ARE delayed when the buyer asks.",
    ),
    "qoo10.1.truthful-reason": Text(
        "理由の選択欄に添えてショップに表示する注意書き。原文のまま用いる。",
        "The notice that the seller reads beside the reasons, in these words.",
    ),
    "qoo10.3.front-list": Text(
        "「キャンセルリクエスト」は回答待ちの要請の件数。リストのほかの件数は、別の種類"
        "のクレームのもの。",
        "キャンセルリクエスト counts open requests. The other numbers of the list are "
        "other claims.",
    ),
    "qoo10.3.counters": Text(
        "キャンセルの状態別の、ショップごとの件数（返品・交換・未受取は別の種類のクレー"
        "ム）。原文は途中で終わっている。",
        "Counters per seller for the cancellation states (returns, exchanges and "
        "non-receipt are other claims). The sentence breaks off.",
    ),
    "qoo10.3.grid": Text(
        "ショップの一覧の行は、原文の例のとおり、これらの見出しで表示する。「未受取理由"
        "」と「返品回収方法」は別の種類のクレームのもので、設けない。回答待ちの要請の処"
        "理状態は「キャンセル・処理要請」。「注文キャンセル」はお客様の理由の一つ。",
        "A row of the seller's queue carries these under these headings, as in the "
        "document's example. 未受取理由 and 返品回収方法 belong to other claims and "
        "are left out. 処理状態 reads キャンセル・処理要請 for an open request; 注文キ"
        "ャンセル is a reason of the buyer's.",
    ),
    "qoo10.3.choose": Text(
        "理由は必ず一つだけ選ぶ。",
        "Exactly one reason.",
    ),
    "qoo10.3.other-30": Text(
        "「その他」の場合のみ入力が必須で、30文字以上。30文字ちょうども可。",
        "Required with その他 only, 30 characters or more inclusive.",
    ),
    "qoo10.3.other-hint": Text(
        "「その他」に添える案内であり、選べる理由ではない。",
        "A hint beside その他, not a further reason.",
    ),
    "qoo10.3.shown-at-once": Text(
        "理由の選択欄に、この文と三つのボタンを添える。「キャンセルの撤回要請」はお客様"
        "に撤回を求め、「キャンセル拒否」は要請を拒否する。",
        "Beside the reasons stand this sentence and three buttons: キャンセルの撤回要請"
        " asks the buyer to withdraw, キャンセル拒否 rejects.",
    ),
    "qoo10.3.confirm": Text(
        "拒否にはショップの確認が必要。確認がなければ拒否できず、この問いがそのまま表示"
        "される。ポップアップの「キャンセル」は、ポップアップを閉じるだけ。",
        "The rejection carries the seller's affirmation; without it, it is refused and "
        "the question is the message. The pop-up's キャンセル only closes it.",
    ),
    "qoo10.3.done": Text(
        "拒否が完了した時に、ショップに表示される文。",
        "What the seller reads when the rejection is done.",
    ),
    "qoo10.3.back-to-shipping": Text(
        "注文は要請のリストから外れ、入力済みの発送予定日のまま配送要請に戻る。新規注文"
        "になるわけではなく、即時キャンセルの対象にも戻らない。",
        "The order leaves the queue of requests and is 配送要請 again, with the "
        "planned ship date that it had. It does not become a new order and regains no "
        "instant cancellation by it.",
    ),
    "qoo10.4.notified": Text(
        "アプリとメールで1通ずつ、どちらにも理由を記す。後半はショップへの注意書き。",
        "Two messages, app and mail, each with the reason; the last half is a notice "
        "to the seller.",
    ),
    "qoo10.4.no-second-request": Text(
        "注文ごとに、期限なく適用する。その後に配送遅延となった注文の即時キャンセルにも"
        "優先する（そのためのルールがある）。",
        "Per order, for ever, and it outweighs the instant right of an order that "
        "later becomes delayed (its own named rule).",
    ),
}
"""How each clause is read that can be taken in two ways."""

DECIDED: Mapping[str, tuple[Gap, ...]] = {
    "qoo10.1.otherwise-ask-withdrawal": (
        Gap.of(
            "お客様が応じると、要請は撤回される。応じない場合（撤回保留。原文にあるのは"
            "この語のみ）、要請は回答待ちのまま残り、引き続きショップが判断できる",
            "the buyer accepts, and the request is withdrawn; or declines (撤回保留, "
            "of which the document has only the word), and the request stays open and "
            "decidable",
        ),
        Gap.of(
            "撤回保留の後も、ショップは何度でも撤回を求めることができる。ただし、お客様"
            "の回答を待つ間は重ねて求められない。お客様は、保留した後でも応じることがで"
            "きる",
            "after 撤回保留 the seller may ask again, any number of times, never while "
            "asked; the buyer may still accept",
        ),
        Gap.of(
            "お客様は、撤回を求められていない要請を自ら撤回できない",
            "the buyer cannot withdraw without being asked to",
            "may_withdraw",
            "False",
            on=(Withdraw,),
        ),
        Gap.of(
            "撤回要請に添える文は任意で、500文字以内",
            "what the seller writes with it: optional, up to 500 characters",
            "withdrawal_text",
            "TextBounds(0, 500)",
        ),
    ),
    "qoo10.1.ship-same-day": (
        Gap.of(
            "拒否をした時にショップへ知らせ、発送処理が済むまで注文に表示し、間に合わな"
            "かった場合はその旨を表示する。間に合わなかったことは一度だけ記録する",
            "the seller is told so on rejecting, sees it beside the order until it is "
            "met, and as missed afterwards; that it was missed is recorded once",
        ),
    ),
    "qoo10.1.instant-new": (
        Gap.of(
            "新規注文とは、発送予定日が入力されていない注文のこと。入力すると配送要請となる",
            "新規注文 is an order whose planned ship date (発送予定日) has not been "
            "entered; entering it makes it 配送要請",
        ),
    ),
    "qoo10.1.instant-delayed": (
        Gap.of(
            "遅延する前に入った要請は、遅延した後もショップが判断する。承認すること、拒否し"
            "て当日中に発送すること、撤回を求めることができる。回答待ちの間は注文を配送遅延"
            "に変更できず、拒否した後は、配送遅延に変更されるまで配送要請のまま表示する"
            "（qoo10.3.back-to-shipping）。初期の設定（'decidable'）を変えると、承認のみで"
            "きるようにすること（'approve_only'。すでに撤回を求めていれば、お客様は応じるこ"
            "とができる）、または発送予定日の翌日0時か配送遅延への変更時に自動で承認すること"
            "（'approved'）ができる。",
            "by default, a request that was open before its order was late stays for the "
            "seller to decide ('decidable'): they approve, reject and then ship the same "
            "day, or ask to withdraw; while the request is open the order cannot be "
            "marked 配送遅延, and after a rejection it reads 配送要請 until it is marked "
            "(qoo10.3.back-to-shipping). The switch has two other positions. "
            "'approve_only': the request can only be approved, and an ask to withdraw "
            "that was made before can still be answered. 'approved': it is approved by "
            "itself at 00:00, or when the order is marked 配送遅延.",
            "late_while_open",
            "'decidable'",
        ),
    ),
    "qoo10.3.queue": (
        Gap.of("アプリでもショップに知らせる", "the seller is told by the app as well", WORDING),
        Gap.of(
            "要請中は、その間に配送遅延となった場合も、重ねて要請できない",
            "who has a request open cannot ask again, also where the order has become "
            "late in the meantime",
            "ask_again_while_open",
            "False",
        ),
    ),
    "qoo10.3.front-list": (
        Gap.of(
            "「キャンセル中」は、キャンセルが決まり、返金がまだ完了していない件数。返金の状況が記録"
            "される場合にのみ表示する",
            "キャンセル中 counts cancellations that are granted and whose refund is not "
            "settled yet; it is shown where the shop keeps track of refunds",
        ),
    ),
    "qoo10.3.counters": (
        Gap.of(
            "15日に受け付け、回答がないままの要請は、20日0時（日本時間）から「対応期日超"
            "過」となる（満4日の経過後）。一覧の行に表示し、件数には超過した数を添える。自"
            "動的に決まることはない",
            "a request received on the 15th and still open is overdue from the 20th "
            "00:00 Asia/Tokyo (four whole days later); its row in the queue says so, "
            "and each number says how many of its orders are overdue; nothing is "
            "decided by itself",
            "overdue_after_days",
            "4",
        ),
    ),
    "qoo10.3.grid": (
        Gap.of(
            "「注文キャンセル」以外のお客様の理由",
            "the other reasons of the buyer",
            "request_reasons",
            "REQUEST_REASONS",
        ),
        Gap.of("原文の例にない処理状態の表記", "what 処理状態 reads in other states", WORDING),
    ),
    "qoo10.3.other-30": (
        Gap.of("500文字以内とする", "at most 500 characters", "other_maximum", "500"),
    ),
    "qoo10.3.other-hint": (
        Gap.of(
            "案内の文そのもの（ちょうど30文字）は、理由として受け付けない",
            "the hint itself, whose Japanese words are exactly 30 characters, is refused "
            "as a reason",
        ),
    ),
    "qoo10.3.shown-at-once": (
        Gap.of(
            "「キャンセル」は要請を承認する（承認についての記載は原文になく、その結果・"
            "通知・表示は当方で定めた）",
            "キャンセル approves (the document never describes approving: its result, "
            "its messages and its labels are ours)",
        ),
    ),
    "qoo10.3.back-to-shipping": (
        Gap.of(
            "ショップは発送処理の前に回答する（回答するまで発送処理はできない）。切り替"
            "えると、発送処理によって要請が無効となる。外部のシステムから発送済と知らさ"
            "れた注文では、いずれの場合も要請は無効となる",
            "by default the seller answers before 発送処理 (shipping is refused until "
            "then); with the switch, shipping closes the open request instead; where "
            "another system reports an order as shipped, that closes the request in any "
            "case",
            "shipping_supersedes",
            "False",
        ),
    ),
    "qoo10.4.notified": (
        Gap.of(
            "件名と本文（原文では画像の中にある）",
            "subjects and bodies (they are in pictures)",
            WORDING,
        ),
    ),
    "qoo10.4.no-second-request": (
        Gap.of(
            "撤回された要請は、再度の要請を妨げない",
            "a withdrawn request does not bar another",
            "withdrawal_bars",
            "False",
        ),
    ),
}
"""What the document leaves open, and how it was settled."""
