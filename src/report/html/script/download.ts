/** Hands out the result that the page was made from. */
export const downloadScript = `
const packed = document.querySelector('#result-json');
for (const button of document.querySelectorAll('button.download'))
  button.addEventListener('click', async () => {
    const octets = Uint8Array.from(atob(packed.textContent), (sign) => sign.charCodeAt(0));
    const unpacked = new Blob([octets]).stream().pipeThrough(new DecompressionStream('gzip'));
    const result = JSON.parse(await new Response(unpacked).text());
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(result, null, 2) + '\\n'], { type: 'application/json' }));
    link.download = 'result.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
`;
