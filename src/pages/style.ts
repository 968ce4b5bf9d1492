// The stylesheet of all pages.
import { createHash } from 'node:crypto'

export const STYLE = `
:root { color-scheme: light; --ink: #1a1a1a; --faint: #555; --line: #c8c8c8; --link: #0b4f9c; --ground: #f5f6f8 }
* { box-sizing: border-box }
body { margin: 0; color: var(--ink); background: #fff;
  font: 1rem/1.7 system-ui, "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif }
.wide { max-width: 62rem; margin: 0 auto; padding: 0 1rem }
header.top { background: #0b2a4a; color: #fff }
header.top .wide { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; padding-block: .8rem }
header.top a { color: #fff }
header.top .name { font-size: 1.15rem; font-weight: 600; text-decoration: none; margin-right: auto }
.skip { position: absolute; left: -999rem }
.skip:focus { left: 1rem; top: .5rem; background: #fff; color: var(--link); padding: .3rem .6rem }
a { color: var(--link); text-underline-offset: .15em }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid #f2b100; outline-offset: 2px }
main.wide { padding-block: 1.2rem 3rem }
h1 { font-size: 1.7rem; line-height: 1.35; margin: .6rem 0; overflow-wrap: anywhere }
h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; line-height: 1.4 }
.faint { color: var(--faint) }
.path { margin: .8rem 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .2rem .6rem }
.path li + li::before { content: "›"; margin-right: .6rem; color: var(--faint) }
form.search { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; background: var(--ground); padding: 1rem }
form.search label { flex: 1 1 14rem; font-weight: 600 }
input[type=search] { display: block; width: 100%; font: inherit; padding: .45rem .6rem; border: 1px solid #767676;
  border-radius: 4px }
button { font: inherit; padding: .45rem 1.2rem; border: 0; border-radius: 4px; background: var(--link); color: #fff;
  cursor: pointer }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .95rem }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere }
thead th { border-bottom-width: 2px; white-space: nowrap }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.columns { columns: 16rem; padding-left: 1.2rem }
.list { padding-left: 1.2rem }
figure { margin: 1rem 0 }
figure img { max-width: 100%; height: auto; border: 1px solid var(--line) }
.notice { border-left: 5px solid #b35c00; background: #fff6ea; padding: .6rem 1rem; margin: 1rem 0 }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 1rem 0 }
.facts dt { color: var(--faint) }
.facts dd { margin: 0; overflow-wrap: anywhere }
.document { border: 1px solid var(--line); padding: 1rem 1.5rem 2rem; margin: 1rem 0 }
.document h2 { font-size: 1.1rem }
.document p { text-indent: 2em; margin: .3rem 0; overflow-wrap: anywhere }
.document table { table-layout: fixed; font-size: .82rem; line-height: 1.35; min-width: 40rem }
.document th, .document td { border: 1px solid #555; padding: .3rem .2rem; font-weight: normal; text-align: center;
  vertical-align: middle }
.document th[scope=row], .document th[scope=rowgroup] { text-align: left; padding-left: .4rem; white-space: normal }
.document th[scope=col], .document th[scope=colgroup], .document td.corner { background: var(--ground) }
footer { border-top: 1px solid var(--line); padding: 1rem 0 2rem; font-size: .9rem; color: var(--faint) }
@page { size: A4; margin: 16mm 14mm }
@media print {
  header.top, footer, form.search, .path, .screen { display: none }
  .document { border: 0; padding: 0 }
  .document table { min-width: 0; font-size: 8.5pt }
  tr, figure { break-inside: avoid }
  a { color: inherit; text-decoration: none }
}
`

export const STYLE_ADDRESS = `/pages/style-${createHash('sha256').update(STYLE).digest('base64url').slice(0, 10)}.css`
