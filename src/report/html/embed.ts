import { gzipSync } from 'node:zlib';
import { html, type Markup, trusted } from './markup.ts';

/**
 * Data for the page's script, in an element that no browser runs. Characters that could end the element, or that nobody sees, stand as
 * JSON escapes.
 */
export function embeddedJson(id: string, value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>&\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return html`<script type="application/json" id="${id}">${trusted(text)}</script>`;
}

/** A text packed by gzip as base64; the browser unpacks it when somebody asks for it. */
export function embeddedGzip(id: string, text: string): Markup {
  return html`<script type="application/gzip" id="${id}">${trusted(gzipSync(text, { level: 9 }).toString('base64'))}</script>`;
}
