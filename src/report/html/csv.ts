/**
 * A cell for a spreadsheet. A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection");
 * numbers stay numbers.
 */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const oneLine = value.replace(/[\u0000-\u001f\u007f]+/g, ' ');
  return /^[\s\u200b-\u200f\ufeff]*[=+\-@|%＝＋－＠]/u.test(value) ? `'${oneLine}` : oneLine;
}
