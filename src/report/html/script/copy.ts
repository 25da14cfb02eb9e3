/** Copies a table as CSV or Markdown, or a text as it is. */
export const copyScript = `
// A table says its exact figures where they are more than what is shown.
const plain = (cell) => {
  if (cell.dataset.csv !== undefined) return cell.dataset.csv;
  const text = cell.textContent;
  if (text === '–') return '';
  return /^[\\d\\u202f]+$/.test(text) ? text.replaceAll('\\u202f', '') : text;
};
const rowsOf = (table) => [...table.rows].filter((row) => !row.classList.contains('groups') && !row.hidden);

const csvOf = (table) =>
  rowsOf(table)
    .map((row) =>
      [...row.cells]
        .map((cell) => {
          const text = plain(cell);
          return /[",]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
        })
        .join(','),
    )
    .join('\\r\\n') + '\\r\\n';

// Every sign that Markdown or HTML could take for markup becomes a character reference.
const inert = (text) =>
  text.replace(/\\s+/g, ' ').replace(/[&<>"'\`*_{}[\\]#+!|~@\\\\$^:]/g, (sign) => '&#' + sign.charCodeAt(0) + ';');
const markdownOf = (table) => {
  const lines = rowsOf(table).map((row) => '| ' + [...row.cells].map((cell) => inert(cell.textContent.trim())).join(' | ') + ' |');
  const rule = '|' + ' --- |'.repeat(table.tHead.rows[table.tHead.rows.length - 1].cells.length);
  return [lines[0], rule, ...lines.slice(1)].join('\\n') + '\\n';
};

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
};

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button.copy');
  if (!button) return;
  const holder = button.closest('.table, .code');
  const how = button.dataset.copy;
  const text = how === 'text' ? holder.querySelector('pre').textContent : (how === 'csv' ? csvOf : markdownOf)(holder.querySelector('table'));
  const before = button.textContent;
  button.textContent = (await copy(text)) ? 'Copied' : 'Could not copy';
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
});
`;
