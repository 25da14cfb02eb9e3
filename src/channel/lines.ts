/** File descriptor of the control channel in a process of ours: an extra pipe. */
export const controlFd = 3;

/** One message, as it passes: a JSON object a line. */
export function encodeLine(message: object): string {
  return `${JSON.stringify(message)}\n`;
}

/** Cuts a stream of UTF-8 chunks into lines; the returned function takes a chunk and gives the lines that it completes. */
export function lineSplitter(): (chunk: Uint8Array) => string[] {
  const decoder = new TextDecoder();
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };
}
