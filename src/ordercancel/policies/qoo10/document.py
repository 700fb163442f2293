"""The Qoo10 guide that the policy is taken from, clause by clause.

Here are the document's own words, to the character: each clause under its id and its place, with a
line for each piece of it that stands by itself. How they are read, and what was decided where they
are silent, is in `ordercancel.policies.qoo10.readings`.
"""

from __future__ import annotations

from ordercancel.policies.documents import document
from ordercancel.policies.qoo10.readings import DECIDED, READINGS
from ordercancel.policies.qoo10.remarks import REMARKS

_CLAUSES = """
qoo10.1.may-reject | 1
既に発送の手配を行っているご注文において、発送処理を行う前にお客様より入れ違いでキャンセル要請が入ってしまった場合等、キャンセルを受けることが難しいご注文に対しショップ側でキャンセルを拒否することができます。

qoo10.1.only-if-impracticable | 1
既に実際に発送を行っていたり、オーダーメイド商品、発送の準備が完了している場合など、キャンセルを受けることが実質的に困難な場合にのみご利用をお願い致します。

qoo10.1.otherwise-ask-withdrawal | 1
その他の理由によりキャンセルを拒否されたい場合はクレームの撤回要請機能をご活用ください。

qoo10.1.ship-same-day | 1
キャンセル拒否後は該当注文の発送処理を速やかに行ってください。拒否をした当日以内に発送処理がされていなかったり、虚偽の発送処理を行っていることが確認された場合、Qoo10出店規約に従いペナルティー措置が施行されることがございます。

qoo10.1.instant-new | 1
[新規注文]のご注文や、
お客様がキャンセルを要請されると即時キャンセル完了となりますので、キャンセル拒否機能はご利用頂けません。

qoo10.1.instant-delayed | 1
入力された発送予定日までに発送処理がされず[配送遅延]となったご注文はお客様がキャンセルを要請されると即時キャンセル完了となります
（キャンセルを拒否することはできません。）

qoo10.1.truthful-reason | 1
キャンセル拒否を行う際に理由を選択(または記入)頂きますが、お客様にも通知がされる内容となりますので、事実と異なる理由が記入されているとクレームの原因となります。慎重に理由の選択(記入)を行って頂きますようお願い致します。

qoo10.3.queue | 3-1
お客様よりキャンセル要請が入るとJ・QSMトップのリストに表示がされます。

qoo10.3.front-list | 3-1
クレーム/お問い合わせ
キャンセルリクエスト
キャンセル中

qoo10.3.counters | 3-2
キャンセル要請
撤回要請
撤回保留
キャンセル拒否完了
※キャンセル・返品・未受取の受付日から4日が過ぎても完了・確認されていないもので

qoo10.3.grid | 3-3
処理状態
キャンセル/返品完了日
キャンセル/返品理由
キャンセル/返品要請日
注文日
発送日
注文番号
カート番号
商品
キャンセル・処理要請
注文キャンセル
2022/08/15
762544202
250040690
931204

qoo10.3.choose | 3-4
「取引情報」を確認後、画面を下がって頂くと「キャンセル拒否」の項目がありますので、キャンセル拒否理由を④プルダウンより選択します。

qoo10.3.reasons | 3-4
商品発送完了
発送準備完了
注文制作商品
その他

qoo10.3.other-30 | 3-4
※理由「その他」を選択した場合は、枠内に直接理由の入力をお願い致します。（30文字以上での入力が必要）
その他選択の場合、30文字以上入力お願い致します。

qoo10.3.other-hint | 3-4
お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）

qoo10.3.shown-at-once | 3-5
⑤【キャンセル拒否】ボタンをクリックします。
キャンセル拒否時、即時でキャンセルお客様が確認する内容になります。
キャンセル
キャンセルの撤回要請
キャンセル拒否

qoo10.3.confirm | 3-6
確認のポップアップが開きますので、⑥【OK】ボタンをクリックします。
キャンセル不可状態の場合のみキャンセル拒否処理をしてください。キャンセル拒否しますか？

qoo10.3.done | 3-7
下図ポップアップが表示されて処理完了です。
キャンセル拒否完了

qoo10.3.back-to-shipping | 3-7
[キャンセル要請]からも該当注文が削除され[配送要請]ステータスへ戻りますので、発送処理を進めて頂くようお願い致します。

qoo10.4.notified | 4
キャンセル拒否が完了すると、Qoo10アプリ内やメールでお客様へ案内がされます。
キャンセル拒否の理由がお客様へ案内されますので、誤った内容で処理されないようご注意ください。

qoo10.4.no-second-request | 4
一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできません。
"""

QOO10_GUIDE = document(
    "Qoo10 J·QSM ガイド: キャンセル要請の拒否", _CLAUSES, READINGS, DECIDED, REMARKS
)
