"""The CO-NECT help page that the policy is taken from, clause by clause.

`text` is the document's own line. Where it is silent, ambiguous or contradictory, `reading` says
how we read it; the policy follows the readings, as named rules or as parameters.
"""

from __future__ import annotations

from ordercancel.rules.sources import Clause, Document

CONECT_HELP = Document(
    "CO-NECT ヘルプ: 発注側のキャンセルリクエスト機能",
    (
        Clause(
            "conect.0.channel",
            section="冒頭",
            text="※この機能は発注フォームを通じたご注文でご利用になれます。",
            reading=(
                "Contradicts conect.2-1.enable, which names form and mail orders. Default: both "
                "the order form and mail order channels may request; a policy parameter "
                "`channels`. Orders of any other channel (phone, FAX, entered by the seller) are "
                "refused."
            ),
        ),
        Clause(
            "conect.0.permitted",
            section="冒頭",
            text="※受注側でキャンセルリクエストを許可している場合のみご利用になれます。",
            reading=(
                "Read when the request is made. A seller who switches it off later leaves a "
                "pending request decidable."
            ),
        ),
        Clause(
            "conect.1-1.is-a-request",
            section="1-1",
            text=(
                "キャンセルの「リクエスト」を送信する機能です。リクエスト確認後に、キャンセルを受"
                "け付けるか否かは受注側の判断となります。"
            ),
        ),
        Clause(
            "conect.1-1.shipped",
            section="1-1",
            text=(
                "受注側が対象の注文を出荷済ステータスに変更すると、キャンセルリクエストボタンは非"
                "表示となります。"
            ),
            reading=(
                "A shipped order refuses a request. Silent on a request that is pending when the "
                "seller ships: it closes as superseded by the shipment, the buyer is told, and "
                "approval afterwards is refused."
            ),
        ),
        Clause(
            "conect.1-1.one-reason",
            section="1-1",
            text=(
                "画面下部の「キャンセル理由」を一つ選択し、「キャンセルをリクエストする」をクリッ"
                "クします。"
            ),
            reading=(
                "Exactly one reason of the catalogue. The document does not list the reasons "
                "(they are in a picture) except その他: ship a sensible default catalogue, marked "
                "as ours, replaceable by the user."
            ),
        ),
        Clause(
            "conect.1-1.other-20",
            section="1-1",
            text="「その他」を選択した場合はキャンセル理由(20文字以内)を入力してください。",
            reading="With その他 the text is required, 1 to 20 characters inclusive.",
        ),
        Clause(
            "conect.1-1.pending-label",
            section="1-1",
            text="「発注履歴」画面では「キャンセルリクエスト中」と表示されます。",
        ),
        Clause(
            "conect.1-1.not-until-approved",
            section="1-1",
            text="※受注側がキャンセルリクエストを承認しなければ、注文のキャンセルはされません。",
            reading=(
                "No deadline and no automatic answer. One open request per order. After a "
                "rejection the document is silent: the buyer may ask again until the order ships "
                "(policy parameter). Withdrawal by the buyer is not described: off by default "
                "(policy parameter)."
            ),
        ),
        Clause(
            "conect.1-2.approved-label",
            section="1-2",
            text=(
                "「キャンセルリクエストが承認され取引停止されました」という表示がされ、注文状況が"
                "「取引中止」ステータスに変わります。"
            ),
            reading=(
                "取引停止, 取引中止 and キャンセル name one terminal state of the order, 取引中止."
            ),
        ),
        Clause(
            "conect.1-2.approved-mail",
            section="1-2",
            text=(
                "事業者に登録されているメールアドレス宛に、「【受発注システム CO-NECT】オーダーが"
                "キャンセルされました」という件名のメールが届きます。"
            ),
            reading="To every address registered for the buying business.",
        ),
        Clause(
            "conect.1-2.rejected-label",
            section="1-2",
            text=(
                "「発注履歴」画面の該当の注文に「キャンセルできませんでした」という表示がされます"
                "。"
            ),
        ),
        Clause(
            "conect.1-2.rejected-detail",
            section="1-2",
            text=(
                "この画面の「注文状況」に「キャンセル却下」ステータスとその右側に受注側が理由を入"
                "力した場合その内容が表示されます。"
            ),
        ),
        Clause(
            "conect.1-2.rejected-mail",
            section="1-2",
            text=(
                "「【受発注システム "
                "CO-NECT】キャンセルできませんでした。」という件名のメールが届きます。"
            ),
        ),
        Clause(
            "conect.2-1.enable",
            section="2-1",
            text=(
                "「注文キャンセルの受付を許可」を、「許可」にしてください。… 発注側がCO-NECTを通"
                "じて発注(発注フォームからの発注およびメール発注)した注文の、キャンセル受付が可能"
                "となります。"
            ),
            reading="Off until the seller permits it.",
        ),
        Clause(
            "conect.2-2.seller-label",
            section="2-2",
            text="該当の注文に「発注者がキャンセルを希望しています」と表示されます。",
        ),
        Clause(
            "conect.2-2.seller-mail",
            section="2-2",
            text=(
                "「【受発注システム "
                "CO-NECT】キャンセルリクエストがありました(テスト一号店)」という件名のメールが届きます。"
            ),
            reading=(
                "The parenthesis is a variable: the name of the buying business. To every address "
                "registered for the selling business."
            ),
        ),
        Clause(
            "conect.2-3.buyer-reason-shown",
            section="2-3",
            text="発注側で理由を入力した場合表示されます。",
        ),
        Clause(
            "conect.2-3.approve",
            section="2-3",
            text="「承認する」を選択し、取引中止を行うと、注文キャンセルが完了します。",
            reading="One atomic command; the confirmation is the screen's.",
        ),
        Clause(
            "conect.2-3.approved-seller-label",
            section="2-3",
            text=(
                "「受注一覧」画面では、キャンセルリクエストを承認したことで「取引中止」ステータス"
                "の表示に変わります。"
            ),
        ),
        Clause(
            "conect.2-3.reject-20",
            section="2-3",
            text="拒否の理由(20文字まで)を任意で入力することが可能です。",
            reading="Optional, free text alone, 0 to 20 characters inclusive.",
        ),
        Clause(
            "conect.2-3.rejected-seller-label",
            section="2-3",
            text=(
                "「受注詳細」画面の「受注ステータス」に「キャンセルのリクエストを却下しました。」"
                "と理由を入力した場合はその内容が表示されます。"
            ),
        ),
    ),
)
"""The help article on the buying side's cancellation requests."""
