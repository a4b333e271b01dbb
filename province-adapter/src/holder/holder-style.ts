/** Of the page. Modules are black and the ground carries the colour: measured, see docs/benchmarks.md. */
export const HOLDER_STYLE = `:root { color-scheme: light; --ground: #fff; --band: #5b6570; --ink: #fff; font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f4; color: #16202a; }
.green { --ground: #d4f5dc; --band: #00703c; --ink: #fff; }
.yellow { --ground: #fff0a6; --band: #ffc400; --ink: #1c1500; }
.red { --ground: #ffdad7; --band: #b3151b; --ink: #fff; }
header, main, footer { max-width: 30rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; align-items: center; justify-content: space-between; gap: .75rem; padding-block: .75rem; }
h1 { font-size: 1.1rem; margin: 0; }
h2 { font-size: 1rem; margin: 0 0 .35rem; }
a { color: #0b4f9c; }
nav.family, nav.forms { display: flex; gap: .5rem; overflow-x: auto; padding-block: .25rem; }
nav a { flex: 1 0 auto; padding: .5rem .75rem; min-height: 2.75rem; border-radius: .6rem; background: #fff; border: 2px solid transparent; text-align: center; text-decoration: none; color: inherit; }
nav a[aria-current] { border-color: #0b4f9c; font-weight: 600; }
nav small { display: block; color: #4a5560; font-weight: 400; }
.card { background: #fff; border-radius: 1rem; overflow: hidden; margin-block: .5rem; box-shadow: 0 1px 3px #0003; }
.band { display: flex; align-items: center; justify-content: center; gap: .75rem; padding: .35rem 1rem; background: var(--band); color: var(--ink); }
.band #shape { font-size: 2.75rem; line-height: 1; }
.band #word { font-size: 2rem; font-weight: 700; }
.band #word-other { font-size: 1rem; }
.code { background: var(--ground); padding: .5rem; text-align: center; }
#qr { display: block; max-width: 100%; width: 20rem; margin: 0 auto; background: var(--ground); }
#qr path { fill: #000; }
#qr.away { visibility: hidden; }
#message:empty { display: none; }
#message, .refusal { background: #fff; border: 2px solid #b3151b; border-radius: .5rem; padding: .5rem; margin: .5rem 0; }
progress { width: 100%; height: .5rem; accent-color: #16202a; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: .1rem .75rem; margin: 0; padding: .75rem 1rem; }
.facts dt { color: #4a5560; white-space: nowrap; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.name { font-size: 1.5rem; }
.hint { margin: 0; padding: 0 1rem .75rem; color: #4a5560; font-size: .9rem; }
section { background: #fff; border-radius: 1rem; padding: .75rem 1rem; margin-block: .75rem; }
section p { margin: .25rem 0; }
section ul { margin: 0; padding-left: 1.1rem; overflow-wrap: anywhere; }
form.login { display: grid; gap: .35rem; background: #fff; border-radius: 1rem; padding: 1rem; }
label { font-weight: 600; }
input, select, button { font: inherit; min-height: 2.75rem; padding: .4rem .6rem; border: 1px solid #7b8794; border-radius: .5rem; width: 100%; background: #fff; }
button { background: #0b4f9c; border-color: #0b4f9c; color: #fff; font-weight: 600; cursor: pointer; }
button.plain { background: none; border: none; color: #0b4f9c; width: auto; padding-inline: 0; }
.standin { font-size: .85rem; color: #4a5560; border-left: 4px solid #ffc400; padding-left: .6rem; }
.foot { display: flex; justify-content: space-between; align-items: center; gap: 1rem; font-size: .85rem; color: #4a5560; }
:focus-visible { outline: 3px solid #0b4f9c; outline-offset: 2px; }
@media (min-width: 60rem) {
  header, main, footer { max-width: 62rem; }
  main[data-member] { display: grid; grid-template-columns: 26rem 1fr; gap: 0 1.5rem; align-items: start; }
  main[data-member] > nav.family { grid-column: 1 / -1; }
  main[data-member] > .show { grid-row: 2 / span 5; }
  main[data-member] > section { grid-column: 2; }
  main.login { max-width: 30rem; }
}
`;

/** Of the printed sheet, A6 upright. */
export const SHEET_STYLE = `@page { size: 105mm 148mm; margin: 0; }
:root { --ground: #fff; --band: #5b6570; --ink: #fff; }
* { box-sizing: border-box; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
html, body { margin: 0; background: #fff; color: #000; font: 3.4mm/1.35 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
.green { --ground: #d4f5dc; --band: #00703c; --ink: #fff; }
.yellow { --ground: #fff0a6; --band: #ffc400; --ink: #1c1500; }
.red { --ground: #ffdad7; --band: #b3151b; --ink: #fff; }
.sheet { width: 105mm; height: 147.5mm; padding: 5mm; display: flex; flex-direction: column; gap: 2mm; overflow: hidden; break-after: avoid; }
.band { display: flex; align-items: center; justify-content: center; gap: 4mm; background: var(--band); color: var(--ink); border-radius: 2mm; padding: 1mm 3mm; }
.band .shape { font-size: 11mm; line-height: 1; }
.band .word { font-size: 8mm; font-weight: 700; }
.band .word-other { font-size: 4.5mm; }
.code { background: var(--ground); border: 1mm solid var(--band); border-radius: 2mm; align-self: center; padding: 1mm; }
.code svg { display: block; width: 80mm; height: 80mm; background: var(--ground); }
.code path { fill: #000; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3mm 3mm; margin: 0; }
dt { color: #333; }
dd { margin: 0; font-weight: 700; overflow-wrap: anywhere; }
dd.name { font-size: 5mm; }
.only { border-top: .4mm solid #000; padding-top: 1.2mm; margin-top: auto; text-align: center; font-weight: 700; }
dd small { font-weight: 400; font-size: 3mm; white-space: nowrap; }
.only small { display: block; font-weight: 400; font-size: 3mm; }
.screen { padding: 5mm; display: flex; gap: 5mm; }
.screen button, .screen a { font: 600 16px system-ui, sans-serif; padding: 10px 18px; border-radius: 8px; border: 1px solid #0b4f9c; background: #0b4f9c; color: #fff; text-decoration: none; }
@media print { .screen { display: none; } }
@media screen { html, body { background: #eef1f4; } .sheet { max-width: 100%; margin: 0 auto; background: #fff; } .screen { justify-content: center; } }
`;
