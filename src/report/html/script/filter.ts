/**
 * Variants and cohorts switched on and off: in charts by the places that elements tell, in tables by the names in the columns "Variant"
 * and "Cohort".
 */
export const filterScript = `
const filter = document.querySelector('#filter');
if (filter) {
  const boxes = [...filter.querySelectorAll('input')];
  const off = { variant: new Set(), cohort: new Set() };
  const names = { variant: new Set(), cohort: new Set() };
  const apply = () => {
    for (const kind of ['variant', 'cohort']) {
      const own = boxes.filter((box) => box.dataset.kind === kind && !box.checked);
      off[kind] = new Set(own.map((box) => box.value));
      names[kind] = new Set(own.map((box) => box.dataset.name));
    }
    for (const element of document.querySelectorAll('[data-variant], [data-cohort]'))
      element.toggleAttribute('hidden', off.variant.has(element.dataset.variant) || off.cohort.has(element.dataset.cohort));
    for (const table of document.querySelectorAll('main table')) {
      const titles = [...table.tHead.rows[table.tHead.rows.length - 1].cells].map((cell) => cell.textContent);
      const [variant, cohort] = [titles.indexOf('Variant'), titles.indexOf('Cohort')];
      if (variant < 0 && cohort < 0) continue;
      for (const row of table.tBodies[0].rows)
        row.hidden = (variant >= 0 && names.variant.has(row.cells[variant].textContent)) || (cohort >= 0 && names.cohort.has(row.cells[cohort].textContent));
    }
    const hidden = boxes.filter((box) => !box.checked).length;
    filter.querySelector('[role=status]').textContent = hidden === 0 ? '' : hidden + ' of ' + boxes.length + ' hidden';
  };
  filter.addEventListener('change', apply);
  filter.addEventListener('click', ({ target }) => {
    const { all } = target.dataset;
    if (!all) return;
    for (const box of boxes) if (box.dataset.kind === target.dataset.kind) box.checked = all === 'on';
    apply();
  });
}
`;
