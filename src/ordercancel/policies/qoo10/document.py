"""The Qoo10 guide that the policy is taken from, clause by clause.

`text` is the document's own line. Where it is silent, ambiguous or contradictory, `reading` says
how we read it; the policy follows the readings, as named rules or as parameters.
"""

from __future__ import annotations

from ordercancel.rules.sources import Clause, Document

QOO10_GUIDE = Document(
    "Qoo10 J·QSM ガイド: キャンセル要請の拒否",
    (
        Clause(
            "qoo10.1.may-reject",
            section="1",
            text=(
                "既に発送の手配を行っているご注文において、発送処理を行う前にお客様より入れ違いで"
                "キャンセル要請が入ってしまった場合等、キャンセルを受けることが難しいご注文に対し"
                "ショップ側でキャンセルを拒否することができます。"
            ),
        ),
        Clause(
            "qoo10.1.only-if-impracticable",
            section="1",
            text=(
                "既に実際に発送を行っていたり、オーダーメイド商品、発送の準備が完了している場合な"
                "ど、キャンセルを受けることが実質的に困難な場合にのみご利用をお願い致します。"
            ),
            reading=(
                "The four reasons of qoo10.3.reasons are the grounds. The seller must affirm it "
                "(qoo10.3.confirm)."
            ),
        ),
        Clause(
            "qoo10.1.otherwise-ask-withdrawal",
            section="1",
            text=(
                "その他の理由によりキャンセルを拒否されたい場合はクレームの撤回要請機能をご活用く"
                "ださい。"
            ),
            reading=(
                "The seller may ask the buyer to withdraw the open request (撤回要請). The buyer "
                "accepts (the request is withdrawn, the order goes back to the state and ship "
                "date it had) or holds (撤回保留, the request stays open and decidable)."
            ),
        ),
        Clause(
            "qoo10.1.ship-same-day",
            section="1",
            text=(
                "キャンセル拒否後は該当注文の発送処理を速やかに行ってください。拒否をした当日以内"
                "に発送処理がされていなかったり、虚偽の発送処理を行っていることが確認された場合、"
                "… ペナルティー措置が施行されることがございます。"
            ),
            reading=(
                "A duty to ship until the end of the calendar day of the rejection in Asia/Tokyo, "
                "even when rejected at 23:59. Missing it is recorded as a breach, once; nothing "
                "is penalised by itself. 注文制作商品 is not exempt."
            ),
        ),
        Clause(
            "qoo10.1.instant-new",
            section="1",
            text=(
                "[新規注文]のご注文や、… "
                "お客様がキャンセルを要請されると即時キャンセル完了となりますので、キャンセル拒否機能はご利用頂けません。"
            ),
            reading=(
                "新規注文 is an order whose planned ship date (発送予定日) has not been entered "
                "yet. Entering it makes it 配送要請."
            ),
        ),
        Clause(
            "qoo10.1.instant-delayed",
            section="1",
            text=(
                "入力された発送予定日までに発送処理がされず[配送遅延]となったご注文はお客様がキャ"
                "ンセルを要請されると即時キャンセル完了となります…（キャンセルを拒否することはで"
                "きません。）"
            ),
            reading=(
                "Delayed from 00:00 Asia/Tokyo of the day after the planned ship date. It follows "
                "from the clock: an order whose stored status lags behind is judged as delayed. A "
                "request that was already pending when its order became delayed cannot be "
                "rejected any more, only approved; it is not approved by itself (policy "
                "parameter)."
            ),
        ),
        Clause(
            "qoo10.1.truthful-reason",
            section="1",
            text=(
                "キャンセル拒否を行う際に理由を選択(または記入)頂きますが、お客様にも通知がされる"
                "内容となります"
            ),
        ),
        Clause(
            "qoo10.3.queue",
            section="3-1",
            text="お客様よりキャンセル要請が入るとJ・QSMトップのリストに表示がされます。",
        ),
        Clause(
            "qoo10.3.counters",
            section="3-2",
            text=(
                "キャンセル要請 / 撤回要請 / 撤回保留 / キャンセル拒否完了 … "
                "※キャンセル・返品・未受取の受付日から4日が過ぎても完了・確認されていないもので"
            ),
            reading=(
                "Counters per seller for the cancellation states (returns, exchanges and "
                "non-receipt are other claims). The sentence is cut: a request open for more than "
                "4 calendar days (Asia/Tokyo) counts as overdue; nothing is decided by itself."
            ),
        ),
        Clause(
            "qoo10.3.grid",
            section="3-3",
            text=(
                "処理状態 / キャンセル・返品完了日 / キャンセル・返品理由 / "
                "キャンセル・返品要請日 / 注文日 / 発送日 / 注文番号 / カート番号 / 商品"
            ),
            reading=(
                "A row of the seller's queue carries these. The document's example: 注文番号 "
                "762544202, カート番号 250040690, 要請日 and 注文日 2022/08/15."
            ),
        ),
        Clause(
            "qoo10.3.reasons",
            section="3-4",
            text="商品発送完了 / 発送準備完了 / 注文制作商品 / その他",
        ),
        Clause(
            "qoo10.3.other-30",
            section="3-4",
            text=(
                "※理由「その他」を選択した場合は、枠内に直接理由の入力をお願い致します。（30文字"
                "以上での入力が必要）"
            ),
            reading=(
                "Required with その他 only, 30 characters or more inclusive, with an upper bound "
                "of ours (500, policy parameter)."
            ),
        ),
        Clause(
            "qoo10.3.other-hint",
            section="3-4",
            text="お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
            reading="A hint beside その他, not further reasons.",
        ),
        Clause(
            "qoo10.3.shown-at-once",
            section="3-5",
            text="キャンセル拒否時、即時でキャンセルお客様が確認する内容になります。",
        ),
        Clause(
            "qoo10.3.confirm",
            section="3-6",
            text=(
                "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しま"
                "すか？"
            ),
            reading=(
                "The rejection carries the seller's affirmation; without it, it is refused and "
                "this text is the message."
            ),
        ),
        Clause(
            "qoo10.3.back-to-shipping",
            section="3-7",
            text=(
                "[キャンセル要請]からも該当注文が削除され[配送要請]ステータスへ戻りますので、発送"
                "処理を進めて頂くようお願い致します。"
            ),
            reading=(
                "The state and the planned ship date that the order had come back; it does not "
                "become a new order and regains no instant cancellation by it."
            ),
        ),
        Clause(
            "qoo10.4.notified",
            section="4",
            text=(
                "キャンセル拒否が完了すると、Qoo10アプリ内やメールでお客様へ案内がされます。… キ"
                "ャンセル拒否の理由がお客様へ案内されます"
            ),
            reading="Two messages, app and mail, each with the reason.",
        ),
        Clause(
            "qoo10.4.no-second-request",
            section="4",
            text=(
                "一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできま"
                "せん。"
            ),
            reading=(
                "Per order, for ever, and it outweighs the instant right of an order that later "
                "becomes delayed (its own named rule). A withdrawn request does not bar another "
                "(policy parameter)."
            ),
        ),
    ),
)
"""The shop guide to rejecting a cancellation request."""
