/** How charts look: lines keep their width and text its size however wide the chart is drawn. */
export const chartStyle = `
.shapes{position:absolute}
figure{margin:2.25rem 0 2.5rem}
h2+figure{margin-top:0}
.chart{margin-top:.75rem}
svg{display:block;overflow:visible}
svg text{font-size:12px;fill:var(--muted);font-variant-numeric:tabular-nums}
svg .tick{text-anchor:middle}
svg .end{fill:var(--ink);font-weight:600}
.grid{stroke:var(--grid);stroke-width:1;shape-rendering:crispEdges;stroke-dasharray:none}
.base{stroke:var(--line);stroke-width:1;shape-rendering:crispEdges}
${[0, 1, 2, 3, 4].map((i) => `.series-${i}{color:var(--series-${i})}`).join('')}
.line{fill:none;stroke:currentColor;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.line.quantile{color:var(--ink);stroke-width:1.5}
g.quantile{color:var(--ink)}
g.quantile .mark{stroke-width:1}
.dash-1{stroke-dasharray:9 4}
.dash-2{stroke-dasharray:2 4}
.dash-3{stroke-dasharray:11 4 2 4}
.dash-4{stroke-dasharray:5 4}
.line.dotted{stroke-width:1.5;stroke-dasharray:1 4;opacity:.9}
.line.asked{stroke:var(--ink);opacity:1}
.line.started{stroke:var(--ink);stroke-width:1.25;stroke-dasharray:4 3;stroke-linejoin:miter}
.mark{fill:currentColor;stroke:var(--page);stroke-width:1.25;stroke-dasharray:none}
.mark.hollow{fill:var(--page);stroke:currentColor;stroke-width:2}
.mark.tick{stroke:currentColor;stroke-width:2.25}
.row svg .range{stroke:currentColor;stroke-width:3;stroke-linecap:round;opacity:.45;stroke-dasharray:none}
.interval line{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:none}
${[0, 1, 2, 3, 4, 5].map((i) => `.density-${i}{fill:var(--density-${i})}`).join('')}
.cursor{stroke:var(--muted);stroke-width:1;pointer-events:none}
.bounds{fill:none;stroke:var(--ink);stroke-width:1.4;stroke-dasharray:none}
.marker line{stroke:var(--tone,var(--ink));stroke-width:1.5;stroke-dasharray:4 3}
.marker text{fill:var(--tone,var(--ink));font-weight:600}
.span{fill:var(--tone-surface)}
.faint{fill:var(--page);stroke:var(--ink);stroke-width:1;opacity:.55;stroke-dasharray:none}
.fill.solid,.bar.solid{fill:currentColor}
.fill.light,.bar.light{fill:currentColor;opacity:.38}
.fill.failed,.bar.failed{fill:var(--bad)}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:1.4rem 1.6rem;align-items:end}
.panels.single{grid-template-columns:minmax(0,1fr)}
.panels.pair{grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr))}
.panel{min-width:0;container-type:inline-size}
.panel-title{display:flex;justify-content:space-between;gap:.75rem;margin:0 0 .2rem;font-size:.9rem;max-width:none;align-items:baseline}
.panel-title>:last-child{color:var(--muted);font-size:.8125rem;flex:none}
.panel-name small{white-space:nowrap}
.plot{display:grid;grid-template-columns:auto minmax(0,1fr) auto}
.axis-title{margin:.15rem 0 0;text-align:center;color:var(--muted);font-size:.8125rem;max-width:none}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;color:var(--muted);font-size:.875rem;margin-bottom:.6rem;max-width:none}
.key span{display:inline-flex;align-items:center;gap:.4rem}
.key:not(.series) .mark,.key:not(.series) .line,.key:not(.series) .bar{color:var(--muted)}
.axis-title+.rows{margin-top:1.4rem}
.rows{container-type:inline-size}
.row{display:grid;grid-template-columns:12.5rem minmax(0,1fr) 8.5rem;align-items:center;column-gap:1rem}
.long-names .row{grid-template-columns:17.5rem minmax(0,1fr) 8.5rem}
.row-plot{position:relative;align-self:stretch;min-height:34px}
.row-plot>svg{position:absolute;inset:0}
.head-row .row-text{color:var(--muted);font-size:.8125rem}
.row-name{overflow-wrap:break-word;font-size:.9rem;line-height:1.2;font-weight:600;text-align:right}
.row-name small{font-weight:400;margin-left:.35rem;white-space:nowrap}
.row-text{font-variant-numeric:tabular-nums;font-size:.9rem;white-space:nowrap}
.axis-row svg{border-top:1px solid var(--line)}
@container (max-width:560px){
.row,.long-names .row{grid-template-columns:minmax(0,1fr) auto;column-gap:.75rem;margin-top:.35rem}
.row-name{grid-column:1/-1;text-align:left}
.row-text{width:6.6rem;text-align:right;white-space:normal}
.axis-row,.long-names .axis-row{grid-template-columns:minmax(0,1fr) 6.6rem}
.axis-row span,.head-row span:first-child{display:none}
.row-plot{min-height:26px}
}
@container (max-width:420px){.tick.minor{display:none}}
`;
