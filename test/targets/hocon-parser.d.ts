/** What is used of it here: it brings no types. */
declare module '@pushcorn/hocon-parser' {
  const parser: { parse(options: { text: string; strict: boolean }): Promise<unknown> };
  export = parser;
}
