import { customProperties, dark, light } from './palette.ts';
import { chartStyle } from './style-charts.ts';
import { mostTextColumns } from './table.ts';

/** The page's style sheet. Colours come from the palettes alone; the theme button sets `data-theme` on the root. */
export function styleSheet(): string {
  return `
:root{color-scheme:light;${customProperties(light)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${customProperties(dark)}}}
:root[data-theme=dark]{color-scheme:dark;${customProperties(dark)}}
${layout}${components}${tables}${chartStyle}
@media print{:root,:root:not([data-theme=light]),:root[data-theme=dark]{color-scheme:light;${customProperties(light)}}${print}}
`;
}

/** Cells that are numbers: by their own class, or by the class of a table whose last columns are all numbers. */
function numbersFrom(cell: string, within: string): string {
  const columns = Array.from(
    { length: mostTextColumns },
    (_, i) => `.numbers-${i + 1} ${cell}:nth-child(n+${i + 2})`,
  );
  return [`${within}.number`, ...columns].join(',');
}

const layout = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
.sheet{max-width:1400px;margin:0 auto;padding:1.5rem clamp(.9rem,2.5vw,2rem) 4rem}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:2.5rem}
@media (min-width:1080px){.columns{grid-template-columns:190px minmax(0,1100px)}}
nav{display:none}
@media (min-width:1080px){nav{display:block}nav ol{position:sticky;top:1.5rem}}
nav ol{list-style:none;margin:0;padding:0;font-size:.9rem}
nav a{display:block;padding:.32rem .75rem;border-left:2px solid var(--line);color:var(--muted);text-decoration:none}
nav a:hover,nav a.here{color:var(--ink);border-color:var(--ink)}
a{color:var(--link)}
section{margin:0 0 3.25rem;scroll-margin-top:1rem}
h1,h2,h3{line-height:1.2;text-wrap:balance;margin:0}
h2{font-size:1.5rem;letter-spacing:-.012em;margin-bottom:1rem;padding-bottom:.5rem;border-bottom:1px solid var(--line)}
h3{font-size:1.125rem;margin:2.25rem 0 .35rem}
figcaption h3{margin-top:0}
p,ul,dl{margin:0 0 1rem}
p,li{max-width:72ch;text-wrap:pretty}
.note{color:var(--muted);font-size:.94rem}
small{font-size:.8125rem;color:var(--muted)}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
progress{display:block;width:100%;height:.75rem;accent-color:var(--link)}
.live{max-width:1164px}
.live section{margin-bottom:2.25rem}
.live-bar{max-width:none;margin:1rem 0 .5rem}
.live-facts dd{font-size:1.25rem;font-weight:600}
footer{color:var(--muted);font-size:.875rem;border-top:1px solid var(--line);padding-top:1rem}
.name{font-weight:600}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.no-script .script-only{display:none}
:root:not(.no-script) .no-script-only{display:none}
[hidden]{display:none!important}
`;

const components = `
.verdict{position:relative;border-radius:14px;padding:1.5rem clamp(1rem,2.5vw,1.9rem) 1.25rem;margin-bottom:2.25rem;background:var(--surface);border:1px solid var(--line);border-left:8px solid var(--tone)}
.good{--tone:var(--good);--tone-surface:var(--good-surface)}
.warning{--tone:var(--warning);--tone-surface:var(--warning-surface)}
.bad{--tone:var(--bad);--tone-surface:var(--bad-surface)}
.plain{--tone:var(--muted);--tone-surface:var(--surface)}
.verdict.good,.verdict.warning,.verdict.bad{background:linear-gradient(100deg,var(--tone-surface),var(--surface) 60%)}
.verdict .word{display:flex;align-items:center;gap:1rem;padding-right:8rem}
.verdict .word .glyph{flex:none;display:grid;place-items:center;width:3.5rem;height:3.5rem;border-radius:50%;background:var(--tone);color:var(--page);font-size:1.8rem;font-weight:700;line-height:1}
.verdict h1::first-letter{text-transform:uppercase}
.verdict h1{font-size:clamp(1.9rem,4.5vw,2.75rem);letter-spacing:-.025em;color:var(--tone);line-height:1.05}
.verdict .scenario{margin:0 0 .15rem;color:var(--muted);font-weight:600}
.verdict .reasons{margin:1rem 0 0;padding-left:1.2rem}
.verdict .description{margin:.9rem 0 0;color:var(--muted)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,8.1rem),1fr));gap:.75rem 1.5rem;margin:1.25rem 0 0}
.facts dt{font-size:.8125rem;color:var(--muted)}
.facts dd{margin:0;font-variant-numeric:tabular-nums;font-size:.95rem}
.verdict .facts>div:first-child{grid-column:span 2}
@media (max-width:640px){tbody th{min-width:5.5rem;max-width:9rem}}
@media (max-width:420px){.facts{grid-template-columns:1fr 1fr}.verdict .word{padding-right:0}}
.machine{margin-top:.75rem}
.theme{position:absolute;top:1.1rem;right:1.1rem}
@media (max-width:640px){.theme{position:static;margin-top:1rem}}
button{font:inherit;font-size:.85rem;color:var(--ink);background:var(--raised);border:1px solid var(--line);border-radius:7px;padding:.3rem .75rem;cursor:pointer}
button:hover{border-color:var(--muted)}
.answer{list-style:none;padding:0;font-size:1.1rem;margin:0}
.answer li{display:grid;grid-template-columns:1.9rem 1fr;margin-bottom:.7rem;max-width:76ch}
.answer .glyph{color:var(--tone);font-weight:700}
.answer strong{font-weight:700;font-variant-numeric:tabular-nums}
.badge{display:inline-block;color:var(--tone);background:var(--tone-surface);border-radius:6px;padding:.05rem .5rem;font-size:.875rem;font-weight:600}
.badge.plain{background:none;padding-left:0}
.callout{background:var(--surface);border-left:4px solid var(--line);padding:.8rem 1rem;border-radius:0 8px 8px 0;max-width:80ch;font-size:.95rem}
.warnings{padding-left:1.2rem}
.warnings li{margin-bottom:.5rem}
.warnings em{color:var(--muted)}
details>summary{cursor:pointer;color:var(--muted);font-size:.9rem;padding:.35rem 0}
details>summary:hover{color:var(--ink)}
details.variant{border:1px solid var(--line);border-radius:10px;padding:.25rem 1rem;margin-bottom:.6rem}
details.variant>summary{font-size:1rem;color:var(--ink)}
details.variant>summary .badge{margin-left:.5rem}
section>h2 .permalink{font-weight:400;color:var(--muted);text-decoration:none;opacity:0}
section>h2:hover .permalink,.permalink:focus-visible{opacity:1}
.filter{margin:0 0 1.5rem;border:1px solid var(--line);border-radius:10px;padding:.25rem 1rem}
.filter fieldset{border:0;padding:.25rem 0;margin:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;max-height:14rem;overflow:auto;font-size:.9rem}
.filter legend{color:var(--muted);font-size:.8125rem;padding:0}
.tip{position:absolute;z-index:2;pointer-events:none;max-width:20rem;padding:.25rem .6rem;border-radius:6px;background:var(--ink);color:var(--page);font-size:.8125rem;line-height:1.35}
.download{margin-right:.75rem}
.inputs{display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;margin:1rem 0}
.inputs label{display:grid;gap:.15rem;font-size:.875rem;color:var(--muted)}
.inputs input{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--muted);border-radius:7px;padding:.3rem .5rem;width:8rem;font-variant-numeric:tabular-nums}
.code{position:relative}
.code .copy{position:absolute;top:.6rem;right:.6rem}
pre{margin:0;padding:1rem;background:var(--surface);border:1px solid var(--line);border-radius:10px;overflow:auto;max-height:32rem;line-height:1.45;overflow-wrap:normal;white-space:pre}
`;

const tables = `
.table{margin:.5rem 0 1rem}
.scroll{overflow-x:auto;position:relative}
table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:normal}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem;border-bottom:1px solid var(--grid)}
thead th{font-size:.8125rem;font-weight:600;color:var(--muted);border-bottom:1px solid var(--line);vertical-align:bottom}
thead .number{white-space:normal;min-width:4.2rem}
thead .groups th{border-bottom:0;padding-bottom:0;color:var(--ink)}
thead .groups td{border-bottom:0}
tbody th{font-weight:600;min-width:9.5rem;max-width:22rem;overflow-wrap:anywhere;position:sticky;left:0;background:var(--page)}
td{max-width:26rem;overflow-wrap:break-word}
${numbersFrom('td', '')}{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
${numbersFrom('thead th[scope=col]', 'thead ')}{text-align:right;min-width:4.2rem}
td small{display:block;line-height:1.3;white-space:normal;min-width:8ch}
th small{font-weight:400}
.words{text-align:left!important;white-space:normal!important}
.absent{color:var(--muted)}
.cause{display:block;overflow-wrap:anywhere;min-width:9rem}
.cause small{display:inline}
${[0, 1, 2, 3, 4].map((shade) => `.heat-${shade}{background:var(--heat-${shade})}.heat-${shade} small{color:var(--ink)}`).join('')}
.contradiction{outline:3px solid var(--bad);outline-offset:-3px;background:var(--bad-surface);font-weight:700}
.contradiction small{color:var(--ink)}
.wrong{display:block;color:var(--bad);font-size:.8125rem}
.remark{min-width:11.5rem}
.unbroken{white-space:nowrap!important}
.wrong-figure{color:var(--bad);font-weight:700}
.attention{color:var(--warning);font-weight:700}
.copies{margin:.5rem 0 0}
`;

const print = `
@page{size:A4;margin:14mm 13mm}
html{font-size:12.5px}
body{font-size:12.5px}
nav,button,.script-only,.permalink,.tip,details.fold:not([open]){display:none!important}
.sheet{padding:0;max-width:none}
section{margin-bottom:1.5rem}
figure{margin:1rem 0 1.25rem}
.verdict,.panel,.rows,.row,tr,.callout{break-inside:avoid}
.panels{grid-template-columns:repeat(3,minmax(0,1fr));gap:.75rem 1rem}
.answer{font-size:1.05rem}
.answer li{margin-bottom:.4rem}
h2,h3,figcaption,.key,.note{break-after:avoid}
figcaption,.note{break-inside:avoid}
svg text{font-size:10.5px}
.scroll{overflow:visible}
table{font-size:.82rem}
th,td{padding:.25rem .4rem}
thead th{white-space:normal}
tbody th,td,thead th{min-width:0!important}
pre{white-space:pre-wrap;max-height:none;overflow-wrap:anywhere;columns:2;column-gap:1.5rem;font-size:9.5px;padding:.75rem}
.verdict,.badge,.bar,.fill,td{print-color-adjust:exact;-webkit-print-color-adjust:exact}
`;
