/** The figures of a report's page, read off its source as a reader would: cells of tables, and everything that is written around them. */
export type CellFigure = { table: string; row: string; column: string; shown: string; exact: number };

export function cellFigures(page: string): CellFigure[] {
  return tables(page).flatMap(({ caption, columns, rows }) =>
    rows.flatMap(([heading, ...cells]) =>
      cells.flatMap(({ shown, csv }, i) => {
        const exact = numberIn(csv);
        return exact === null
          ? []
          : [{ table: caption, row: heading?.shown ?? '', column: columns[i + 1] ?? '', shown, exact }];
      }),
    ),
  );
}

/**
 * What is written outside of tables, a piece for each element that holds text: sentences, titles, what marks tell when they are pointed at,
 * labels at the ends of lines. Left out are ticks, which are round numbers of the axes, and the plan, which is the scenario itself.
 */
export function writtenTexts(page: string): string[] {
  const bare = page
    .replace(/<head>.*?<\/head>/s, '')
    .replace(/<(script|style|table|pre|nav)\b.*?<\/\1>/gs, '')
    .replace(/<svg class="side".*?<\/svg>/gs, '')
    .replace(/<text class="tick[^>]*>[^<]*<\/text>/g, '')
    .replace(/<section id="plan".*?<\/section>/gs, '')
    .replace(/<(strong|b|em|code|small|wbr|span class="name")\b[^>]*>|<\/(strong|b|em|code|small|wbr)>/g, '');
  return [...bare.matchAll(/>([^<>]*\d[^<>]*)</g)].map(([, text = '']) => decoded(text).trim());
}

function tables(page: string) {
  return [...page.matchAll(/<table\b.*?<\/table>/gs)].map(([table]) => {
    const caption = /<caption>(.*?)<\/caption>/s.exec(table)?.[1] ?? '';
    const [head = '', body = ''] = table.split('</thead>');
    const heads = head.split('<tr').at(-1) ?? '';
    return {
      caption: textOf(caption),
      columns: cells(heads).map(({ shown }) => shown),
      rows: body.split('<tr').slice(1).map(cells),
    };
  });
}

function cells(row: string): { shown: string; csv: string }[] {
  return [...row.matchAll(/<(td|th)\b([^>]*)>(.*?)<\/\1>/gs)].map(([, , attributes = '', inner = '']) => {
    const shown = textOf(inner);
    const figure = textOf(inner.replace(/(?<=.)<(?:small|span class="wrong|b class="wrong).*/s, ''));
    const csv = / data-csv="([^"]*)"/.exec(attributes)?.[1];
    return { shown: figure, csv: csv === undefined ? shown : decoded(csv) };
  });
}

function textOf(markup: string): string {
  return decoded(markup.replace(/<[^>]*>/g, ''));
}

function decoded(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function numberIn(text: string): number | null {
  const plain = text.replaceAll('\u202f', '');
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(plain) ? Number(plain) : null;
}
