/**
 * Of the page of a run that goes on: takes over what its own server sends, and changes nothing that is the same, so that focus, scrolling
 * and selection stay where they are. When the run has ended the page stays as it is.
 */
export const liveScript = `
const live = document.querySelector('#live');
const takeOver = (old, now) => {
  if (old.nodeType !== now.nodeType || old.nodeName !== now.nodeName) {
    old.replaceWith(now);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== now.data) old.data = now.data;
    return;
  }
  if (old.dataset.keep !== undefined) return;
  for (const name of old.getAttributeNames()) if (!now.hasAttribute(name)) old.removeAttribute(name);
  for (const name of now.getAttributeNames())
    if (old.getAttribute(name) !== now.getAttribute(name)) old.setAttribute(name, now.getAttribute(name));
  const [before, after] = [[...old.childNodes], [...now.childNodes]];
  after.forEach((child, i) => (before[i] ? takeOver(before[i], child) : old.append(child)));
  for (const child of before.slice(after.length)) child.remove();
};

const source = new EventSource('/changes');
let ended = false;
source.addEventListener('state', ({ data }) => {
  const state = JSON.parse(data);
  const now = live.cloneNode(false);
  now.innerHTML = state.markup;
  takeOver(live, now);
  document.title = state.title;
  ended = state.ended;
  if (ended) source.close();
});
source.addEventListener('error', () => {
  if (ended) return;
  source.close();
  document.querySelector('[role=status]').textContent = 'The run no longer answers: it has ended, or was stopped.';
});
`;
