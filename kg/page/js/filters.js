// Filters: which steps are lit, by claim, species, source and kind.
'use strict';

/** @param {Page} page */
function filters(page) {
  const {scene, state} = page;
  /** @type {HTMLInputElement[]} */
  const boxes = all('[data-facet]');
  /** The choices of a box's facet that are on. @param {HTMLElement} box */
  const chosen = box => state.filter[scene.facets.findIndex(facet => facet.key === box.dataset.of)];

  function show() {
    const {filtering, passes} = page.light;
    const on = filtering(), count = [...scene.edges.keys()].filter(passes).length;
    $('passing').textContent = on ? speak`${count} of ${scene.edges.length} steps are lit.` : speak`All ${scene.edges.length} steps are lit.`;
    $('unfilter').hidden = !on;
    for (const [n, button] of page.steps.listed) button.parentElement?.classList.toggle('faded', on && !passes(n));
    for (const box of boxes) box.checked = chosen(box).has(Number(box.dataset.facet));
  }

  for (const box of boxes) box.addEventListener('change', () => {
    const choice = Number(box.dataset.facet);
    if (box.checked) chosen(box).add(choice);
    else chosen(box).delete(choice);
    show();
    page.show(false);
  });
  $('unfilter').addEventListener('click', () => {
    state.filter.forEach(set => set.clear());
    show();
    page.show(false);
    $('explore').focus({preventScroll: true});
  });
  return {show};
}
