/** Colour and width for a stream: NO_COLOR (no-color.org) and a stream that is no terminal are respected. */
export function terminalStyle(stream: NodeJS.WriteStream): { color: boolean; width: number } {
  const color = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return { color, width: stream.columns || 100 };
}
