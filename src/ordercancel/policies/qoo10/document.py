"""The Qoo10 guide that the policy is taken from, clause by clause.

Here are the document's own words, to the character; `` … `` marks what is left out between two
pieces. How they are read, and what was decided where they are silent, is in
`ordercancel.policies.qoo10.readings`.
"""

from __future__ import annotations

from ordercancel.policies.qoo10.readings import DECIDED, READINGS
from ordercancel.policies.qoo10.remarks import REMARKS
from ordercancel.rules.sources import Clause, Document


def _clause(clause_id: str, section: str, text: str) -> Clause:
    """A clause with how it is read and what was decided of it."""
    return Clause(
        clause_id,
        section=section,
        text=text,
        reading=READINGS.get(clause_id),
        decided=DECIDED.get(clause_id, ()),
    )


QOO10_GUIDE = Document(
    "Qoo10 J·QSM ガイド: キャンセル要請の拒否",
    (
        _clause(
            "qoo10.1.may-reject",
            "1",
            "既に発送の手配を行っているご注文において、発送処理を行う前にお客様より入れ"
            "違いでキャンセル要請が入ってしまった場合等、キャンセルを受けることが難しい"
            "ご注文に対しショップ側でキャンセルを拒否することができます。",
        ),
        _clause(
            "qoo10.1.only-if-impracticable",
            "1",
            "既に実際に発送を行っていたり、オーダーメイド商品、発送の準備が完了している"
            "場合など、キャンセルを受けることが実質的に困難な場合にのみご利用をお願い致"
            "します。",
        ),
        _clause(
            "qoo10.1.otherwise-ask-withdrawal",
            "1",
            "その他の理由によりキャンセルを拒否されたい場合はクレームの撤回要請機能をご"
            "活用ください。",
        ),
        _clause(
            "qoo10.1.ship-same-day",
            "1",
            "キャンセル拒否後は該当注文の発送処理を速やかに行ってください。拒否をした当"
            "日以内に発送処理がされていなかったり、虚偽の発送処理を行っていることが確認"
            "された場合、Qoo10出店規約に従いペナルティー措置が施行されることがございま"
            "す。",
        ),
        _clause(
            "qoo10.1.instant-new",
            "1",
            "[新規注文]のご注文や、 … お客様がキャンセルを要請されると即時キャンセル完"
            "了となりますので、キャンセル拒否機能はご利用頂けません。",
        ),
        _clause(
            "qoo10.1.instant-delayed",
            "1",
            "入力された発送予定日までに発送処理がされず[配送遅延]となったご注文はお客様"
            "がキャンセルを要請されると即時キャンセル完了となります … （キャンセルを拒"
            "否することはできません。）",
        ),
        _clause(
            "qoo10.1.truthful-reason",
            "1",
            "キャンセル拒否を行う際に理由を選択(または記入)頂きますが、お客様にも通知が"
            "される内容となりますので、事実と異なる理由が記入されているとクレームの原因"
            "となります。慎重に理由の選択(記入)を行って頂きますようお願い致します。",
        ),
        _clause(
            "qoo10.3.queue",
            "3-1",
            "お客様よりキャンセル要請が入るとJ・QSMトップのリストに表示がされます。",
        ),
        _clause(
            "qoo10.3.front-list",
            "3-1",
            "クレーム/お問い合わせ … キャンセルリクエスト … キャンセル中",
        ),
        _clause(
            "qoo10.3.counters",
            "3-2",
            "キャンセル要請 … 撤回要請 … 撤回保留 … キャンセル拒否完了 … ※キャンセル・"
            "返品・未受取の受付日から4日が過ぎても完了・確認されていないもので",
        ),
        _clause(
            "qoo10.3.grid",
            "3-3",
            "処理状態 … キャンセル/返品完了日 … キャンセル/返品理由 … キャンセル/返品要"
            "請日 … 注文日 … 発送日 … 注文番号 … カート番号 … 商品 … キャンセル・処理要"
            "請 … 注文キャンセル … 2022/08/15 … 762544202 … 250040690 … 931204",
        ),
        _clause(
            "qoo10.3.choose",
            "3-4",
            "「取引情報」を確認後、画面を下がって頂くと「キャンセル拒否」の項目がありま"
            "すので、キャンセル拒否理由を④プルダウンより選択します。",
        ),
        _clause(
            "qoo10.3.reasons",
            "3-4",
            "商品発送完了 … 発送準備完了 … 注文制作商品 … その他",
        ),
        _clause(
            "qoo10.3.other-30",
            "3-4",
            "※理由「その他」を選択した場合は、枠内に直接理由の入力をお願い致します。（"
            "30文字以上での入力が必要） … その他選択の場合、30文字以上入力お願い致しま"
            "す。",
        ),
        _clause(
            "qoo10.3.other-hint",
            "3-4",
            "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
        ),
        _clause(
            "qoo10.3.shown-at-once",
            "3-5",
            "⑤【キャンセル拒否】ボタンをクリックします。 … キャンセル拒否時、即時でキャ"
            "ンセルお客様が確認する内容になります。 … キャンセル … キャンセルの撤回要請"
            " … キャンセル拒否",
        ),
        _clause(
            "qoo10.3.confirm",
            "3-6",
            "確認のポップアップが開きますので、⑥【OK】ボタンをクリックします。 … キャン"
            "セル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しま"
            "すか？",
        ),
        _clause(
            "qoo10.3.done",
            "3-7",
            "下図ポップアップが表示されて処理完了です。 … キャンセル拒否完了",
        ),
        _clause(
            "qoo10.3.back-to-shipping",
            "3-7",
            "[キャンセル要請]からも該当注文が削除され[配送要請]ステータスへ戻りますので"
            "、発送処理を進めて頂くようお願い致します。",
        ),
        _clause(
            "qoo10.4.notified",
            "4",
            "キャンセル拒否が完了すると、Qoo10アプリ内やメールでお客様へ案内がされます"
            "。 … キャンセル拒否の理由がお客様へ案内されますので、誤った内容で処理され"
            "ないようご注意ください。",
        ),
        _clause(
            "qoo10.4.no-second-request",
            "4",
            "一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことは"
            "できません。",
        ),
    ),
    REMARKS,
)
