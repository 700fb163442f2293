"""The CO-NECT help page that the policy is taken from, clause by clause.

`text` is the document's own words, to the character; `` … `` marks what is left out between two
pieces. `reading` is how we understand them. `decided` is what the document does not say and had to
be settled: what, the parameter of the policy that settles it otherwise, and its default; ``"-"``
is no parameter. What follows from a decision never cites the clause as its source.
"""

from __future__ import annotations

from ordercancel.rules.sources import Clause, Document

__all__ = ["CONECT_HELP"]

CONECT_HELP = Document(
    "CO-NECT ヘルプ: 発注側のキャンセルリクエスト機能",
    (
        Clause(
            "conect.0.channel",
            section="冒頭",
            text="※この機能は発注フォームを通じたご注文でご利用になれます。",
            reading=(
                "conect.2-1.enable widens it: orders by form and by mail. Orders of any other "
                "channel (phone, FAX, entered by the seller) are refused."
            ),
            decided=(
                (
                    "which channels may request",
                    "channels",
                    "('order_form', 'mail')",
                ),
            ),
        ),
        Clause(
            "conect.0.permitted",
            section="冒頭",
            text="※受注側でキャンセルリクエストを許可している場合のみご利用になれます。",
            reading="Read when the request is made.",
            decided=(
                (
                    (
                        "a seller who switches it off later leaves an open request decidable; "
                        "otherwise approving and rejecting are refused while it is off, and the "
                        "request waits"
                    ),
                    "recheck_permission",
                    "False",
                ),
                (
                    "a seller whom the directory does not know does not permit",
                    "-",
                    "-",
                ),
            ),
        ),
        Clause(
            "conect.1-1.button",
            section="1-1",
            text="該当する注文の「キャンセルリクエスト」をクリックします。",
        ),
        Clause(
            "conect.1-1.is-a-request",
            section="1-1",
            text=(
                "キャンセルの「リクエスト」を送信する機能です。リクエスト確認後に、キャ"
                "ンセルを受け付けるか否かは受注側の判断となります。"
            ),
        ),
        Clause(
            "conect.1-1.shipped",
            section="1-1",
            text=(
                "受注側が対象の注文を出荷済ステータスに変更すると、キャンセルリクエスト"
                "ボタンは非表示となります。"
            ),
            reading="The button is hidden: a shipped order refuses a request.",
            decided=(
                (
                    (
                        "an open request is closed as superseded when the seller ships, the "
                        "buyer is told, approval afterwards is refused; otherwise the move to "
                        "ship is refused until the request is answered (an order that the host "
                        "tells to be shipped closes it in any case)"
                    ),
                    "shipping_supersedes",
                    "True",
                ),
            ),
        ),
        Clause(
            "conect.1-1.one-reason",
            section="1-1",
            text=(
                "画面下部の「キャンセル理由」を一つ選択し、「キャンセルをリクエストする"
                "」をクリックします。"
            ),
            reading=(
                "Exactly one reason of the catalogue. The button reads "
                "「キャンセルをリクエストする」."
            ),
            decided=(
                (
                    "the reasons beside その他 (they are in a picture)",
                    "request_reasons",
                    "REQUEST_REASONS",
                ),
            ),
        ),
        Clause(
            "conect.1-1.other-20",
            section="1-1",
            text="「その他」を選択した場合はキャンセル理由(20文字以内)を入力してください。",
            reading="With その他 the text is required, 1 to 20 characters inclusive.",
        ),
        Clause(
            "conect.1-1.after",
            section="1-1",
            text="「キャンセルをリクエストする」をクリックすると、下記画面が表示されます。",
            decided=(
                (
                    "the sentence after the request (it is in a picture)",
                    "wording",
                    "ours",
                ),
            ),
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
            reading="No deadline and no automatic answer.",
            decided=(
                (
                    "who has a request open cannot ask again",
                    "-",
                    "-",
                ),
                (
                    "after a rejection the buyer may ask again until the order ships",
                    "may_ask_again",
                    "True",
                ),
                (
                    "the buyer cannot withdraw a request",
                    "may_withdraw",
                    "False",
                ),
            ),
        ),
        Clause(
            "conect.1-1.check-approved",
            section="1-1",
            text="※必ずキャンセルリクエストが承認されたか確認してください。",
            reading=(
                "A notice that the buyer reads with the open request, together with "
                "conect.1-1.not-until-approved."
            ),
        ),
        Clause(
            "conect.1-2.approved-label",
            section="1-2",
            text=(
                "「キャンセルリクエストが承認され取引停止されました」という表示がされ、"
                "注文状況が「取引中止」ステータスに変わります。 … "
                "この画面の「注文状況」にも同じ内容が表示されます。"
            ),
        ),
        Clause(
            "conect.1-2.approved-mail",
            section="1-2",
            text=(
                "事業者に登録されているメールアドレス宛に、 … 「【受発注システム "
                "CO-NECT】オーダーがキャンセルされました」 … という件名のメールが届きます。 … "
                "メールの宛先についてはこちらをご確認ください。"
            ),
            reading=(
                "To the addresses registered for the buying business. The other page is not "
                "part of the documents."
            ),
            decided=(
                (
                    "all registered addresses",
                    "-",
                    "-",
                ),
                (
                    "the body of the mail",
                    "wording",
                    "ours",
                ),
            ),
        ),
        Clause(
            "conect.1-2.rejected-label",
            section="1-2",
            text=(
                "「発注履歴」画面の該当の注文に「キャンセルできませんでした」という表示"
                "がされます。"
            ),
        ),
        Clause(
            "conect.1-2.rejected-detail",
            section="1-2",
            text=(
                "この画面の「注文状況」に「キャンセル却下」ステータスとその右側に受注側"
                "が理由を入力した場合その内容が表示されます。"
            ),
            reading="A label of the order's page; the order itself stays what it was.",
        ),
        Clause(
            "conect.1-2.rejected-mail",
            section="1-2",
            text=(
                "事業者に登録されているメールアドレス宛に、 … 「【受発注システム "
                "CO-NECT】キャンセルできませんでした。」 … という件名のメールが届きます。"
            ),
            decided=(
                (
                    "all registered addresses",
                    "-",
                    "-",
                ),
                (
                    "the body of the mail",
                    "wording",
                    "ours",
                ),
            ),
        ),
        Clause(
            "conect.2-1.enable",
            section="2-1",
            text=(
                "発注側からの商品キャンセルの希望を受け付ける場合、事前の設定が必要です。 … "
                "「注文キャンセルの受付を許可」を、「許可」にしてください。 … "
                "発注側がCO-NECTを通じて発注(発注フォームからの発注およびメール発注)し"
                "た注文の、キャンセル受付が可能となります。"
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
                "事業者に登録されているメールアドレス宛に、 … 「【受発注システム "
                "CO-NECT】キャンセルリクエストがありました(テスト一号店)」 … "
                "という件名のメールが届きます。"
            ),
            reading="The parenthesis is a variable: the name of the party that ordered.",
            decided=(
                (
                    "all registered addresses of the selling business",
                    "-",
                    "-",
                ),
                (
                    "the body of the mail",
                    "wording",
                    "ours",
                ),
            ),
        ),
        Clause(
            "conect.2-3.where",
            section="2-3",
            text=(
                "該当の注文の「受け付ける」または「詳細」をクリックし、「受注詳細」画面"
                "へ遷移すると、キャンセルリクエストの承認または拒否ができます。"
            ),
            reading=(
                "The seller decides on the order's own page; both answers are offered together."
            ),
        ),
        Clause(
            "conect.2-3.buyer-reason-shown",
            section="2-3",
            text="発注側で理由を入力した場合表示されます。",
            reading="The seller sees the buyer's words where there are any.",
            decided=(
                (
                    "the seller sees the chosen reason as well",
                    "-",
                    "-",
                ),
            ),
        ),
        Clause(
            "conect.2-3.approve",
            section="2-3",
            text=(
                "「承認する」を選択し、取引中止を行うと、注文キャンセルが完了します。 … "
                "「承認する」をクリックすると、以下のような確認画面が表示されます。"
            ),
            reading="One atomic command, after a confirmation.",
            decided=(
                (
                    "the sentence of the confirmation (it is in a picture)",
                    "wording",
                    "ours",
                ),
            ),
        ),
        Clause(
            "conect.2-3.approved-seller-label",
            section="2-3",
            text=(
                "「受注一覧」画面では、キャンセルリクエストを承認したことで「取引中止」"
                "ステータスの表示に変わります。 … "
                "また、「受注詳細」画面では画像のように表示され、取引が中止されたことが"
                "確認できます。"
            ),
        ),
        Clause(
            "conect.2-3.reject-popup",
            section="2-3",
            text=(
                "「拒否する」を選択すると、「キャンセルリクエストを拒否します」ポップア"
                "ップが画面上に表示されます。 … "
                "「拒否を実行」をクリックするとキャンセルリクエストを拒否することができます。"
            ),
            reading=(
                "The button 拒否する, the sentence of the confirmation, and its button 拒否を実行."
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
                "「受注詳細」画面の「受注ステータス」に「キャンセルのリクエストを却下し"
                "ました。」と理由を入力した場合はその内容が表示されます。"
            ),
        ),
    ),
)
