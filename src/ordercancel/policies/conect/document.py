"""The CO-NECT help page that the policy is taken from, clause by clause.

Here are the document's own words, to the character; `` … `` marks what is left out between two
pieces. How they are read, and what was decided where they are silent, is in
`ordercancel.policies.conect.readings`.
"""

from __future__ import annotations

from ordercancel.policies.conect.readings import DECIDED, READINGS
from ordercancel.policies.conect.remarks import REMARKS
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


CONECT_HELP = Document(
    "CO-NECT ヘルプ: 発注側のキャンセルリクエスト機能",
    (
        _clause(
            "conect.0.channel",
            "冒頭",
            "※この機能は発注フォームを通じたご注文でご利用になれます。",
        ),
        _clause(
            "conect.0.permitted",
            "冒頭",
            "※受注側でキャンセルリクエストを許可している場合のみご利用になれます。",
        ),
        _clause(
            "conect.1-1.button",
            "1-1",
            "該当する注文の「キャンセルリクエスト」をクリックします。",
        ),
        _clause(
            "conect.1-1.is-a-request",
            "1-1",
            "キャンセルの「リクエスト」を送信する機能です。リクエスト確認後に、キャンセ"
            "ルを受け付けるか否かは受注側の判断となります。",
        ),
        _clause(
            "conect.1-1.shipped",
            "1-1",
            "受注側が対象の注文を出荷済ステータスに変更すると、キャンセルリクエストボタ"
            "ンは非表示となります。",
        ),
        _clause(
            "conect.1-1.one-reason",
            "1-1",
            "画面下部の「キャンセル理由」を一つ選択し、「キャンセルをリクエストする」を"
            "クリックします。",
        ),
        _clause(
            "conect.1-1.other-20",
            "1-1",
            "「その他」を選択した場合はキャンセル理由(20文字以内)を入力してください。",
        ),
        _clause(
            "conect.1-1.after",
            "1-1",
            "「キャンセルをリクエストする」をクリックすると、下記画面が表示されます。",
        ),
        _clause(
            "conect.1-1.pending-label",
            "1-1",
            "「発注履歴」画面では「キャンセルリクエスト中」と表示されます。",
        ),
        _clause(
            "conect.1-1.not-until-approved",
            "1-1",
            "※受注側がキャンセルリクエストを承認しなければ、注文のキャンセルはされません。",
        ),
        _clause(
            "conect.1-1.check-approved",
            "1-1",
            "※必ずキャンセルリクエストが承認されたか確認してください。",
        ),
        _clause(
            "conect.1-2.approved-label",
            "1-2",
            "「キャンセルリクエストが承認され取引停止されました」という表示がされ、注文"
            "状況が「取引中止」ステータスに変わります。 … この画面の「注文状況」にも同"
            "じ内容が表示されます。",
        ),
        _clause(
            "conect.1-2.approved-mail",
            "1-2",
            "事業者に登録されているメールアドレス宛に、 … 「【受発注システム CO-NECT】"
            "オーダーがキャンセルされました」 … という件名のメールが届きます。 … メール"
            "の宛先についてはこちらをご確認ください。",
        ),
        _clause(
            "conect.1-2.rejected-label",
            "1-2",
            ("「発注履歴」画面の該当の注文に「キャンセルできませんでした」という表示がされます。"),
        ),
        _clause(
            "conect.1-2.rejected-detail",
            "1-2",
            "この画面の「注文状況」に「キャンセル却下」ステータスとその右側に受注側が理"
            "由を入力した場合その内容が表示されます。",
        ),
        _clause(
            "conect.1-2.rejected-mail",
            "1-2",
            "事業者に登録されているメールアドレス宛に、 … 「【受発注システム CO-NECT】"
            "キャンセルできませんでした。」 … という件名のメールが届きます。",
        ),
        _clause(
            "conect.2-1.enable",
            "2-1",
            "発注側からの商品キャンセルの希望を受け付ける場合、事前の設定が必要です。 …"
            " 「注文キャンセルの受付を許可」を、「許可」にしてください。 … 発注側が"
            "CO-NECTを通じて発注(発注フォームからの発注およびメール発注)した注文の、キ"
            "ャンセル受付が可能となります。",
        ),
        _clause(
            "conect.2-2.seller-label",
            "2-2",
            "該当の注文に「発注者がキャンセルを希望しています」と表示されます。",
        ),
        _clause(
            "conect.2-2.seller-mail",
            "2-2",
            "事業者に登録されているメールアドレス宛に、 … 「【受発注システム CO-NECT】"
            "キャンセルリクエストがありました(テスト一号店)」 … という件名のメールが届"
            "きます。",
        ),
        _clause(
            "conect.2-3.where",
            "2-3",
            "該当の注文の「受け付ける」または「詳細」をクリックし、「受注詳細」画面へ遷"
            "移すると、キャンセルリクエストの承認または拒否ができます。",
        ),
        _clause(
            "conect.2-3.buyer-reason-shown",
            "2-3",
            "発注側で理由を入力した場合表示されます。",
        ),
        _clause(
            "conect.2-3.approve",
            "2-3",
            "「承認する」を選択し、取引中止を行うと、注文キャンセルが完了します。 … 「"
            "承認する」をクリックすると、以下のような確認画面が表示されます。",
        ),
        _clause(
            "conect.2-3.approved-seller-label",
            "2-3",
            "「受注一覧」画面では、キャンセルリクエストを承認したことで「取引中止」ステ"
            "ータスの表示に変わります。 … また、「受注詳細」画面では画像のように表示さ"
            "れ、取引が中止されたことが確認できます。",
        ),
        _clause(
            "conect.2-3.reject-popup",
            "2-3",
            "「拒否する」を選択すると、「キャンセルリクエストを拒否します」ポップアップ"
            "が画面上に表示されます。 … 「拒否を実行」をクリックするとキャンセルリクエ"
            "ストを拒否することができます。",
        ),
        _clause(
            "conect.2-3.reject-20",
            "2-3",
            "拒否の理由(20文字まで)を任意で入力することが可能です。",
        ),
        _clause(
            "conect.2-3.rejected-seller-label",
            "2-3",
            "「受注詳細」画面の「受注ステータス」に「キャンセルのリクエストを却下しまし"
            "た。」と理由を入力した場合はその内容が表示されます。",
        ),
    ),
    REMARKS,
)
