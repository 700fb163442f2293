"""The Qoo10 guide that the policy is taken from, clause by clause.

`text` is the document's own words, to the character; `` … `` marks what is left out between two
pieces. `reading` is how we understand them. `decided` is what the document does not say and had to
be settled: what, the parameter of the policy that settles it otherwise, and its default; ``"-"``
is no parameter. What follows from a decision never cites the clause as its source.
"""

from __future__ import annotations

from ordercancel.rules.sources import Clause, Document

__all__ = ["QOO10_GUIDE"]

QOO10_GUIDE = Document(
    "Qoo10 J·QSM ガイド: キャンセル要請の拒否",
    (
        Clause(
            "qoo10.1.may-reject",
            section="1",
            text=(
                "既に発送の手配を行っているご注文において、発送処理を行う前にお客様より"
                "入れ違いでキャンセル要請が入ってしまった場合等、キャンセルを受けること"
                "が難しいご注文に対しショップ側でキャンセルを拒否することができます。"
            ),
        ),
        Clause(
            "qoo10.1.only-if-impracticable",
            section="1",
            text=(
                "既に実際に発送を行っていたり、オーダーメイド商品、発送の準備が完了して"
                "いる場合など、キャンセルを受けることが実質的に困難な場合にのみご利用を"
                "お願い致します。"
            ),
            reading=(
                "The first three reasons of qoo10.3.reasons are these cases; その他 serves "
                "other cases in which cancelling is impracticable, not 「その他の理由」 of "
                "qoo10.1.otherwise-ask-withdrawal. The seller affirms it (qoo10.3.confirm)."
            ),
        ),
        Clause(
            "qoo10.1.otherwise-ask-withdrawal",
            section="1",
            text=(
                "その他の理由によりキャンセルを拒否されたい場合はクレームの撤回要請機能"
                "をご活用ください。"
            ),
            reading="The seller may ask the buyer to withdraw the open request (撤回要請).",
            decided=(
                (
                    (
                        "the buyer accepts, and the request is withdrawn; or declines "
                        "(撤回保留, of which the document has only the word), and the request "
                        "stays open and decidable"
                    ),
                    "-",
                    "-",
                ),
                (
                    (
                        "after 撤回保留 the seller may ask again, any number of times, never "
                        "while asked; the buyer may still accept"
                    ),
                    "-",
                    "-",
                ),
                (
                    "the buyer cannot withdraw without being asked to",
                    "may_withdraw",
                    "False",
                ),
                (
                    "what the seller writes with it: optional, up to 500 characters",
                    "withdrawal_text",
                    "TextBounds(0, 500)",
                ),
            ),
        ),
        Clause(
            "qoo10.1.ship-same-day",
            section="1",
            text=(
                "キャンセル拒否後は該当注文の発送処理を速やかに行ってください。拒否をし"
                "た当日以内に発送処理がされていなかったり、虚偽の発送処理を行っているこ"
                "とが確認された場合、Qoo10出店規約に従いペナルティー措置が施行されるこ"
                "とがございます。"
            ),
            reading=(
                "To be shipped (発送処理) until the end of the calendar day of the rejection in "
                "Asia/Tokyo, even when rejected at 23:59. 注文制作商品 is not exempt. The "
                "penalty is Qoo10's, by its terms: nothing is penalised by the library. "
                "虚偽の発送処理 cannot be seen by the library: the page says that it is not "
                "checked."
            ),
            decided=(
                (
                    (
                        "the seller is told so on rejecting, sees it beside the order until it "
                        "is met, and as missed afterwards; that it was missed is recorded once"
                    ),
                    "-",
                    "-",
                ),
            ),
        ),
        Clause(
            "qoo10.1.instant-new",
            section="1",
            text=(
                "[新規注文]のご注文や、 … "
                "お客様がキャンセルを要請されると即時キャンセル完了となりますので、キャ"
                "ンセル拒否機能はご利用頂けません。"
            ),
            decided=(
                (
                    (
                        "新規注文 is an order whose planned ship date (発送予定日) has not been "
                        "entered; entering it makes it 配送要請"
                    ),
                    "-",
                    "-",
                ),
            ),
        ),
        Clause(
            "qoo10.1.instant-delayed",
            section="1",
            text=(
                "入力された発送予定日までに発送処理がされず[配送遅延]となったご注文はお"
                "客様がキャンセルを要請されると即時キャンセル完了となります … "
                "（キャンセルを拒否することはできません。）"
            ),
            reading=(
                "Delayed from 00:00 Asia/Tokyo of the day after the planned ship date. It "
                "follows from the clock: an order whose stored status lags behind is judged as "
                "delayed. The sentence speaks of orders that ARE delayed when the buyer asks."
            ),
            decided=(
                (
                    (
                        "a request that was open before its order was late stays decidable "
                        "('decidable': the seller approves, rejects and then ships the same "
                        "day, or asks to withdraw; the order is not marked 配送遅延 while the "
                        "request is open, and reads 配送要請 after a rejection, "
                        "qoo10.3.back-to-shipping, until it is marked); or it can only be "
                        "approved, and an ask to withdraw that was made before can still be "
                        "answered ('approve_only'); or it is approved by itself at 00:00, or "
                        "when it is marked 配送遅延 ('approved')"
                    ),
                    "late_while_open",
                    "'decidable'",
                ),
            ),
        ),
        Clause(
            "qoo10.1.truthful-reason",
            section="1",
            text=(
                "キャンセル拒否を行う際に理由を選択(または記入)頂きますが、お客様にも通"
                "知がされる内容となりますので、事実と異なる理由が記入されているとクレー"
                "ムの原因となります。慎重に理由の選択(記入)を行って頂きますようお願い致します。"
            ),
            reading="The notice that the seller reads beside the reasons, in these words.",
        ),
        Clause(
            "qoo10.3.queue",
            section="3-1",
            text="お客様よりキャンセル要請が入るとJ・QSMトップのリストに表示がされます。",
            decided=(
                (
                    "the seller is told by the app as well",
                    "wording",
                    "ours",
                ),
                (
                    (
                        "who has a request open cannot ask again, also where the order has "
                        "become late in the meantime"
                    ),
                    "ask_again_while_open",
                    "False",
                ),
            ),
        ),
        Clause(
            "qoo10.3.front-list",
            section="3-1",
            text="クレーム/お問い合わせ … キャンセルリクエスト … キャンセル中",
            reading=(
                "キャンセルリクエスト counts open requests. The other numbers of the list are "
                "other claims."
            ),
            decided=(
                (
                    (
                        "キャンセル中 counts cancellations that are granted and not settled "
                        "yet, such as a refund that is not confirmed"
                    ),
                    "-",
                    "-",
                ),
            ),
        ),
        Clause(
            "qoo10.3.counters",
            section="3-2",
            text=(
                "キャンセル要請 … 撤回要請 … 撤回保留 … キャンセル拒否完了 … "
                "※キャンセル・返品・未受取の受付日から4日が過ぎても完了・確認されていないもので"
            ),
            reading=(
                "Counters per seller for the cancellation states (returns, exchanges and "
                "non-receipt are other claims). The sentence breaks off."
            ),
            decided=(
                (
                    (
                        "a request received on the 15th and still open is overdue from the 20th "
                        "00:00 Asia/Tokyo (four whole days later); the counter and the row say "
                        "so; nothing is decided by itself"
                    ),
                    "overdue_after_days",
                    "4",
                ),
            ),
        ),
        Clause(
            "qoo10.3.grid",
            section="3-3",
            text=(
                "処理状態 … キャンセル/返品完了日 … キャンセル/返品理由 … キャンセル/返品要請日 "
                "… 注文日 … 発送日 … 注文番号 … カート番号 … 商品 … キャンセル・処理要請 … "
                "注文キャンセル … 2022/08/15 … 762544202 … 250040690 … 931204"
            ),
            reading=(
                "A row of the seller's queue carries these under these headings, as in the "
                "document's example. 未受取理由 and 返品回収方法 belong to other claims and are "
                "left out. 処理状態 reads キャンセル・処理要請 for an open request; "
                "注文キャンセル is a reason of the buyer's."
            ),
            decided=(
                (
                    "the other reasons of the buyer",
                    "request_reasons",
                    "REQUEST_REASONS",
                ),
                (
                    "what 処理状態 reads in other states",
                    "wording",
                    "ours",
                ),
            ),
        ),
        Clause(
            "qoo10.3.choose",
            section="3-4",
            text=(
                "「取引情報」を確認後、画面を下がって頂くと「キャンセル拒否」の項目があ"
                "りますので、キャンセル拒否理由を④プルダウンより選択します。"
            ),
            reading="Exactly one reason.",
        ),
        Clause(
            "qoo10.3.reasons",
            section="3-4",
            text="商品発送完了 … 発送準備完了 … 注文制作商品 … その他",
        ),
        Clause(
            "qoo10.3.other-30",
            section="3-4",
            text=(
                "※理由「その他」を選択した場合は、枠内に直接理由の入力をお願い致します"
                "。（30文字以上での入力が必要） … "
                "その他選択の場合、30文字以上入力お願い致します。"
            ),
            reading="Required with その他 only, 30 characters or more inclusive.",
            decided=(
                (
                    "at most 500 characters",
                    "other_maximum",
                    "500",
                ),
            ),
        ),
        Clause(
            "qoo10.3.other-hint",
            section="3-4",
            text="お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
            reading="A hint beside その他, not a further reason.",
            decided=(
                (
                    "the hint itself, which has exactly 30 characters, is refused as a reason",
                    "-",
                    "-",
                ),
            ),
        ),
        Clause(
            "qoo10.3.shown-at-once",
            section="3-5",
            text=(
                "⑤【キャンセル拒否】ボタンをクリックします。 … "
                "キャンセル拒否時、即時でキャンセルお客様が確認する内容になります。 … "
                "キャンセル … キャンセルの撤回要請 … キャンセル拒否"
            ),
            reading=(
                "Beside the reasons stand this sentence and three buttons: キャンセルの撤回要請 "
                "asks the buyer to withdraw, キャンセル拒否 rejects."
            ),
            decided=(
                (
                    (
                        "キャンセル approves (the document never describes approving: its "
                        "result, its messages and its labels are ours)"
                    ),
                    "-",
                    "-",
                ),
            ),
        ),
        Clause(
            "qoo10.3.confirm",
            section="3-6",
            text=(
                "確認のポップアップが開きますので、⑥【OK】ボタンをクリックします。 … "
                "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセ"
                "ル拒否しますか？"
            ),
            reading=(
                "The rejection carries the seller's affirmation; without it, it is refused and "
                "the question is the message. The pop-up's キャンセル only closes it."
            ),
        ),
        Clause(
            "qoo10.3.done",
            section="3-7",
            text="下図ポップアップが表示されて処理完了です。 … キャンセル拒否完了",
            reading="What the seller reads when the rejection is done.",
        ),
        Clause(
            "qoo10.3.back-to-shipping",
            section="3-7",
            text=(
                "[キャンセル要請]からも該当注文が削除され[配送要請]ステータスへ戻ります"
                "ので、発送処理を進めて頂くようお願い致します。"
            ),
            reading=(
                "The order leaves the queue of requests and is 配送要請 again, with the planned "
                "ship date that it had. It does not become a new order and regains no instant "
                "cancellation by it."
            ),
            decided=(
                (
                    (
                        "the seller answers before 発送処理 (the move is refused until then); "
                        "otherwise it closes the open request; an order that the host tells to "
                        "be shipped closes it in any case"
                    ),
                    "shipping_supersedes",
                    "False",
                ),
            ),
        ),
        Clause(
            "qoo10.4.notified",
            section="4",
            text=(
                "キャンセル拒否が完了すると、Qoo10アプリ内やメールでお客様へ案内がされます。 … "
                "キャンセル拒否の理由がお客様へ案内されますので、誤った内容で処理されな"
                "いようご注意ください。"
            ),
            reading=(
                "Two messages, app and mail, each with the reason; the last half is a notice to "
                "the seller."
            ),
            decided=(
                (
                    "subjects and bodies (they are in pictures)",
                    "wording",
                    "ours",
                ),
            ),
        ),
        Clause(
            "qoo10.4.no-second-request",
            section="4",
            text=(
                "一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すこ"
                "とはできません。"
            ),
            reading=(
                "Per order, for ever, and it outweighs the instant right of an order that later "
                "becomes delayed (its own named rule)."
            ),
            decided=(
                (
                    "a withdrawn request does not bar another",
                    "withdrawal_bars",
                    "False",
                ),
            ),
        ),
    ),
)
