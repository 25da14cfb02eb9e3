import { createHash } from 'node:crypto';
import { html, type Markup, trusted } from './markup.ts';
import { pageScript } from './script/page.ts';
import { reloadScript } from './script/reload.ts';
import { styleSheet } from './style.ts';

/** How a page is used: `served` reloads when its source changes, and asks its own server for that and for nothing else. */
export type PageOptions = { served?: boolean };

/** The page of results. */
export function documentOf(title: string, body: Markup, { served = false }: PageOptions = {}): Markup {
  const script = served ? `${pageScript}${reloadScript}` : pageScript;
  return frameOf(title, html`<div class="sheet">${body}</div>`, { script, connects: served });
}

/** `connects`: the script asks the server that the page came from, and no other. `head`: what else stands in the head. */
export type Frame = { script: string; connects: boolean; head?: Markup };

/**
 * The frame of every page. Nothing is fetched: the policy allows the one style sheet and the one script, by their hashes, and nothing else.
 */
export function frameOf(title: string, body: Markup, { script, connects, head }: Frame): Markup {
  const style = styleSheet();
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; img-src data:; base-uri 'none'; form-action 'none'${connects ? "; connect-src 'self'" : ''}`;
  return html`${trusted('<!doctype html>')}
<html lang="en" class="no-script"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${title}</title><link rel="icon" href="data:,">${head}
<style>${trusted(style)}</style></head>
<body>${body}
<script>${trusted(script)}</script></body></html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}
