// The list of steps: each edge as a sentence, more of them on demand, and its keys.
'use strict';

/** @param {Page} page */
function steps(page) {
  /** Its buttons by edge. @type {Map<number, HTMLElement>} */
  const listed = new Map;
  /** @param {HTMLElement[]} buttons */
  const add = buttons => buttons.forEach(button => listed.set(Number(button.dataset.edge), button));
  add(all('#steps [data-edge]'));

  $('further')?.addEventListener('click', () => { // the next steps of a long list
    const waiting = first('#steps .rest');
    if (!waiting) return;
    const part = parsed(waiting.textContent ?? '', 'text/html').body;
    const buttons = /** @type {HTMLElement[]} */ ([...part.querySelectorAll('[data-edge]')]);
    add(buttons);
    waiting.replaceWith(...part.childNodes);
    /** @type {HTMLElement} */ ($('further')).hidden = !first('#steps .rest');
    page.filters.show();
    buttons[0].focus();
  });
  $('steps').addEventListener('keydown', event => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const buttons = [...listed.values()], n = buttons.findIndex(button => button === document.activeElement);
    const next = by && n >= 0 ? buttons[n + by] : null;
    if (!next) return;
    event.preventDefault();
    next.focus();
    page.pick('e' + next.dataset.edge, true);
  });
  $('skip').addEventListener('click', event => {
    event.preventDefault();
    page.openTab('steps');
    $('steps').focus();
  });
  return {listed};
}
