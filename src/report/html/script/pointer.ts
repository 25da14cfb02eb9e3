/** What the pointer is at: the value of a mark at once, and the same moment of the round in all charts over time. */
export const pointerScript = `
const tip = document.createElement('div');
tip.className = 'tip';
tip.hidden = true;
tip.setAttribute('aria-hidden', 'true');
document.body.append(tip);
document.addEventListener('pointerover', ({ target }) => {
  const mark = target.closest?.('.mark, .bar');
  const title = mark?.querySelector('title');
  tip.hidden = !title;
  if (!title) return;
  tip.textContent = title.textContent;
  const box = mark.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(innerWidth - tip.offsetWidth - 4, box.left + box.width / 2 - tip.offsetWidth / 2)) + scrollX + 'px';
  tip.style.top = box.top + scrollY - tip.offsetHeight - 8 + 'px';
});

const cursors = [];
const clear = () => {
  for (const line of cursors.splice(0)) line.remove();
};
document.addEventListener('pointermove', (event) => {
  const plot = event.target.closest?.('.panel.time svg.area');
  clear();
  if (!plot) return;
  const box = plot.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  if (share < 0 || share > 1) return;
  const atS = share * plot.closest('.panel').dataset.span;
  for (const other of document.querySelectorAll('.panel.time svg.area')) {
    const at = atS / other.closest('.panel').dataset.span;
    if (at > 1) continue;
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
    for (const [name, value] of Object.entries({ class: 'cursor', x1: 100 * at + '%', x2: 100 * at + '%', y1: 0, y2: '100%' }))
      line.setAttribute(name, value);
    other.append(line);
    cursors.push(line);
  }
});
document.addEventListener('pointerleave', clear);
`;
