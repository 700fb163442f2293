"""The style of a page: for wide screens, phones and paper, in light and dark."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --dim: #535d6b; --line: #d5dae2; --paper: #fff;
  --quote: #faf6ec; --go: #12603a; --wait: #7a4f00; --stop: #9c1f27; --link: #1b4f9c }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #a7b0bd; --line: #3a4250;
  --paper: #14171c; --quote: #20242c; --go: #74d3a0; --wait: #f0c060; --stop: #ff9a9a;
  --link: #9cc3ff } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 4rem; background: var(--paper);
  color: var(--ink); line-break: strict; overflow-wrap: anywhere; font: 1rem/1.75 "Hiragino Sans",
  "Noto Sans CJK JP", "Noto Sans JP", Meiryo, IPAPGothic, system-ui, sans-serif }
h1 { font-size: 1.7rem; line-height: 1.35; margin: 0 0 .5rem }
h2 { font-size: 1.35rem; line-height: 1.4; margin: 3rem 0 .8rem; padding-top: .8rem;
  border-top: 2px solid var(--line) }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem }
h4 { font-size: 1rem; margin: 0 0 .3rem }
p, ul, ol { margin: .4rem 0 .8rem }
ul, ol { padding-left: 1.5rem }
a { color: var(--link) }
small, .where, figcaption, header p { color: var(--dim); font-size: .85rem }
code { font: .85em/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere }
nav ol { columns: 2; column-gap: 2rem }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 1.2rem; font-size: .94rem;
  line-height: 1.6 }
th, td { border-top: 1px solid var(--line); padding: .45rem .9rem .45rem 0; text-align: left;
  vertical-align: top; overflow-wrap: break-word }
th { border: 0; color: var(--dim); font-size: .85rem; font-weight: 600 }
td:first-child { min-width: 5.5em }
b.go { color: var(--go) }
b.wait { color: var(--wait) }
b.stop { color: var(--stop) }
b.badge { border: 1px solid var(--line); border-radius: .3rem; padding: 0 .4rem; color: var(--dim);
  font-size: .8rem; font-weight: 600; margin-right: .5rem }
figure { margin: 1rem 0; overflow-x: auto }
figure svg { display: block; max-width: 100%; height: auto }
details { margin: 0 0 1.5rem; font-size: .9rem }
summary { color: var(--link); cursor: pointer }
svg text { font-family: inherit }
svg text.halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px }
.clause { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr);
  border-top: 1px solid var(--line) }
.clause > div { padding: 1.2rem 0 1.2rem 1.4rem }
blockquote { margin: 0; padding: 1.2rem; background: var(--quote) }
blockquote p { margin: .2rem 0 }
@media (max-width: 46rem) {
  body { padding: 1.2rem 1rem 3rem }
  nav ol { columns: 1 }
  figure svg { max-width: none }
  .clause { display: block }
  .clause > div { padding: 1rem 0 1.6rem }
  table, tbody, tr, td { display: block }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  tr { border-top: 1px solid var(--line); padding: .5rem 0 }
  td { border: 0; padding: .15rem 0; display: grid; gap: .6rem; overflow-wrap: anywhere;
    grid-template-columns: 6.5rem minmax(0, 1fr) }
  td.empty { display: none }
  td::before { content: attr(data-label); color: var(--dim); font-size: .82rem }
}
@media print {
  :root { --ink: #000; --dim: #444; --line: #bbb; --paper: #fff; --quote: #f6f3ea; --link: #000;
    --go: #0b4d2c; --wait: #5e3d00; --stop: #7f1118 }
  html { font-size: 8.6pt }
  body { padding: 0; max-width: none }
  nav { display: none }
  tr, figure { break-inside: avoid }
  h2, h3, h4 { break-after: avoid }
  blockquote { -webkit-print-color-adjust: exact; print-color-adjust: exact }
  @page { size: A4; margin: 14mm }
}
""".strip()
"""One style sheet. The colours of words have a contrast of 4.5 or more with what is behind."""
