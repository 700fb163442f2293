"""The CO-NECT help page that the policy is taken from, clause by clause.

Here are the document's own words, to the character: each clause under its id and its place, with a
line for each piece of it that stands by itself. How they are read, and what was decided where they
are silent, is in `ordercancel.policies.conect.readings`.
"""

from __future__ import annotations

from ordercancel.policies.conect.readings import DECIDED, READINGS
from ordercancel.policies.conect.remarks import REMARKS
from ordercancel.policies.documents import document

_CLAUSES = """
conect.0.channel | 冒頭
※この機能は発注フォームを通じたご注文でご利用になれます。

conect.0.permitted | 冒頭
※受注側でキャンセルリクエストを許可している場合のみご利用になれます。

conect.1-1.button | 1-1
該当する注文の「キャンセルリクエスト」をクリックします。

conect.1-1.is-a-request | 1-1
キャンセルの「リクエスト」を送信する機能です。リクエスト確認後に、キャンセルを受け付けるか否かは受注側の判断となります。

conect.1-1.shipped | 1-1
受注側が対象の注文を出荷済ステータスに変更すると、キャンセルリクエストボタンは非表示となります。

conect.1-1.one-reason | 1-1
画面下部の「キャンセル理由」を一つ選択し、「キャンセルをリクエストする」をクリックします。

conect.1-1.other-20 | 1-1
「その他」を選択した場合はキャンセル理由(20文字以内)を入力してください。

conect.1-1.after | 1-1
「キャンセルをリクエストする」をクリックすると、下記画面が表示されます。

conect.1-1.pending-label | 1-1
「発注履歴」画面では「キャンセルリクエスト中」と表示されます。

conect.1-1.not-until-approved | 1-1
※受注側がキャンセルリクエストを承認しなければ、注文のキャンセルはされません。

conect.1-1.check-approved | 1-1
※必ずキャンセルリクエストが承認されたか確認してください。

conect.1-2.approved-label | 1-2
「キャンセルリクエストが承認され取引停止されました」という表示がされ、注文状況が「取引中止」ステータスに変わります。
この画面の「注文状況」にも同じ内容が表示されます。

conect.1-2.approved-mail | 1-2
事業者に登録されているメールアドレス宛に、
「【受発注システム CO-NECT】オーダーがキャンセルされました」
という件名のメールが届きます。
メールの宛先についてはこちらをご確認ください。

conect.1-2.rejected-label | 1-2
「発注履歴」画面の該当の注文に「キャンセルできませんでした」という表示がされます。

conect.1-2.rejected-detail | 1-2
この画面の「注文状況」に「キャンセル却下」ステータスとその右側に受注側が理由を入力した場合その内容が表示されます。

conect.1-2.rejected-mail | 1-2
事業者に登録されているメールアドレス宛に、
「【受発注システム CO-NECT】キャンセルできませんでした。」
という件名のメールが届きます。

conect.2-1.enable | 2-1
発注側からの商品キャンセルの希望を受け付ける場合、事前の設定が必要です。
「注文キャンセルの受付を許可」を、「許可」にしてください。
発注側がCO-NECTを通じて発注(発注フォームからの発注およびメール発注)した注文の、キャンセル受付が可能となります。

conect.2-2.seller-label | 2-2
該当の注文に「発注者がキャンセルを希望しています」と表示されます。

conect.2-2.seller-mail | 2-2
事業者に登録されているメールアドレス宛に、
「【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)」
という件名のメールが届きます。

conect.2-3.where | 2-3
該当の注文の「受け付ける」または「詳細」をクリックし、「受注詳細」画面へ遷移すると、キャンセルリクエストの承認または拒否ができます。

conect.2-3.buyer-reason-shown | 2-3
発注側で理由を入力した場合表示されます。

conect.2-3.approve | 2-3
「承認する」を選択し、取引中止を行うと、注文キャンセルが完了します。
「承認する」をクリックすると、以下のような確認画面が表示されます。

conect.2-3.approved-seller-label | 2-3
「受注一覧」画面では、キャンセルリクエストを承認したことで「取引中止」ステータスの表示に変わります。
また、「受注詳細」画面では画像のように表示され、取引が中止されたことが確認できます。

conect.2-3.reject-popup | 2-3
「拒否する」を選択すると、「キャンセルリクエストを拒否します」ポップアップが画面上に表示されます。
「拒否を実行」をクリックするとキャンセルリクエストを拒否することができます。

conect.2-3.reject-20 | 2-3
拒否の理由(20文字まで)を任意で入力することが可能です。

conect.2-3.rejected-seller-label | 2-3
「受注詳細」画面の「受注ステータス」に「キャンセルのリクエストを却下しました。」と理由を入力した場合はその内容が表示されます。
"""

CONECT_HELP = document(
    "CO-NECT ヘルプ: 発注側のキャンセルリクエスト機能", _CLAUSES, READINGS, DECIDED, REMARKS
)
