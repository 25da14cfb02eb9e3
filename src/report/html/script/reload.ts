/** Of a page that is served: loads it anew when the server says that its source has changed. */
export const reloadScript = `
new EventSource('/changes').addEventListener('change', () => location.reload());
`;
