"""The rest of the Qoo10 guide, by which nothing is decided: no sentence is left out."""

from __future__ import annotations

from ordercancel.domain.texts import Text
from ordercancel.rules.sources import Remark

REMARKS = (
    Remark(
        Text(
            "実際に発送されたかどうかは、本システムからは分からない",
            "this system cannot see whether goods have really left",
        ),
        "虚偽の発送処理を行っていることが確認された場合",
    ),
    Remark(
        Text("見出しと目次", "Headings and table of contents"),
        """\
キャンセル要請の 拒否
目次
1. キャンセル要請の拒否とその注意事項
2. どこからできますか？
3. キャンセル拒否の操作方法
4. その他参考事項
キャンセル要請の拒否
■ 注意事項
2.どこからできますか？
3.キャンセル拒否の操作方法
4.その他参考事項
《例 メール》
《例 アプリ》
""",
    ),
    Remark(
        Text("画面への行き方", "The way to a screen"),
        """\
J・QSMにログイン
<https://qsm.qoo10.jp/GMKT.INC.GSM.Web/Login.aspx>
配送/キャンセル/未受取 > キャンセル/返品/未受取
に表示されている数字をクリックすると、「キャンセル/返品/未受取」のメニューに移動します。
②[キャンセル要請]に表示されている数字をクリックします。
数字をクリックするとキャンセル要請が入っている注文が③グリッドに表示されますので、処理をしたい該当注文をダブルクリックで選択します。
ダブルクリックで選択をすると「取引情報」に注文情報が表示されます。
""",
    ),
    Remark(
        Text(
            "返品・交換・未受取など、別の種類のクレーム",
            "Other claims: returns, exchanges, non-receipt",
        ),
        """\
返品要請
交換要請
未受取通知
返品中
交換中
キャンセル & 未受取
返品
返品完了
交換
交換申請/確認
交換遅延
通知受付
確認遅延
未受取理由
返品回収方法
""",
    ),
    Remark(
        Text("画面の項目の名称", "Names of fields on a screen"),
        """\
下図①
クレーム
クレームの撤回
選択
<input type="checkbox"/>
キャンセル拒否理由
qsm.qoo10.jp の内容
状態別に照会
選択条件照会
""",
    ),
    Remark(
        Text("別の案内へのリンクとお問い合わせ先", "Links to other guides, and where to ask"),
        """\
> [クレーム要請の撤回ガイド](#)
さらに疑問やご不明な点がある場合は、下記までお問合せ下さい。
問い合わせ先：
[Qoo10へお問い合わせ](#) > カテゴリー-[QSM操作] > [クレーム管理(返品・交換・未受取)]
""",
    ),
)
