import { stringify } from 'yaml';
import type { Result } from '../../../result/index.ts';
import { labelOf } from '../../findings/labels.ts';
import { count } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { bytesCell, countCell, nameCell } from '../cells.ts';
import { html, lines, type Markup } from '../markup.ts';
import { renderTable } from '../table.ts';
import type { Section } from './section.ts';

/** Longer text in the plan is cut on the page (never in result.json), and so is a plan of more characters than this. */
const longestText = 300;
const longestPlan = 40_000;

export const planSection: Section = {
  id: 'plan',
  title: 'What was run',
  render: (result) =>
    html`${targets(result)}<h3>The machine</h3>${machine(result)}<h3>The plan</h3>${plan(result)}`,
};

function targets({ variants }: Result): Markup {
  const labels = [...new Set(variants.flatMap((variant) => Object.keys(variant.labels)))].slice(0, 12);
  return renderTable({
    caption: 'Variants and their targets',
    columns: [
      { title: 'Variant' },
      ...labels.map((title) => ({ title: neutralise(title, 40) })),
      { title: 'Identities', numeric: true },
      { title: 'Revoked', numeric: true },
      { title: 'CRL', numeric: true },
      { title: 'Version' },
      { title: 'Address' },
    ],
    rows: variants.map(({ name, labels: own, target, corpus }) => [
      nameCell(name),
      ...labels.map((label) => nameCell(labelOf(own, label), 40)),
      countCell(corpus.identities),
      countCell(corpus.crlEntries),
      bytesCell(corpus.crlBytes),
      nameCell(target.version, 90),
      nameCell(target.address, 60),
    ]),
  });
}

function machine({ environment }: Result): Markup {
  const { certstorm, runtime, openssl, cpu, cores, memoryMiB, kernel, platform, fileDescriptorLimit } =
    environment;
  const facts: [string, string][] = [
    ['certstorm', certstorm],
    ['Runtime', runtime],
    ['OpenSSL', openssl],
    ['CPU', `${neutralise(cpu, 80)}, ${count(cores)} cores`],
    ['Memory', `${count(memoryMiB)} MiB`],
    ['Kernel', kernel],
    ['Platform', platform],
    ['Open files', fileDescriptorLimit === undefined ? 'unknown' : `${count(fileDescriptorLimit)} allowed`],
  ];
  return html`<dl class="facts machine">${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${neutralise(text, 100)}</dd></div>`)}</dl>`;
}

function plan({ scenario }: Result): Markup {
  const whole = stringify(cutTexts(scenario), { lineWidth: 100, aliasDuplicateObjects: false });
  const text =
    whole.length > longestPlan
      ? `${whole.slice(0, longestPlan)}\n# … the rest is in result.json, which this page holds`
      : whole;
  const rows = text.split('\n').length;
  return html`<p class="note">The scenario with every default filled in; <code>result.json</code> holds the same.</p><details class="fold plan"${rows <= 90 && html` open`}><summary>Plan as YAML, ${count(rows)} lines</summary><div class="code"><button type="button" class="copy script-only" data-copy="text">Copy</button><pre tabindex="0">${lines(text)}</pre></div></details>`;
}

function cutTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longestText ? neutralise(value, longestText) : value;
  if (Array.isArray(value)) return value.map(cutTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [neutralise(key, longestText), cutTexts(part)]),
  );
}
