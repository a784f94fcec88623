// Nodes to set: a list in which one finds a node and chooses its value, for a first run and for one that follows it.
'use strict';

/**
 * @param {Page} page
 * @param {() => Model} load
 * @param {ReturnType<typeof namesOf>} names
 * @param {'set' | 'then'} key of the list
 * @param {() => Settings} values what is set
 * @param {() => void} changed what follows a choice
 */
function settings(page, load, {names}, key, values, changed) {
  const ROWS = 40; // before "more"
  const part = $(`${key}-nodes`), field = $(`${key}-find`), list = $(`${key}-rows`);

  /** @param {number} node @param {string} id @param {string} label */
  function chooser(node, id, label) {
    const options = ['', ...load().levels[node], 'unknown'].map(one => make('option', {value: one, selected: (values().get(node) || '') === one}, one ? speak(one) : speak`as it follows`));
    const select = /** @type {HTMLSelectElement} */ (make('select', {id, onchange: () => {
      if (select.value) values().set(node, select.value);
      else values().delete(node);
      changed();
    }}, options));
    return [make('label', {for: id}, label), select];
  }
  function rows() { // one choice for each node that was found; those that are set come first
    const wanted = field.value.trim().toLowerCase(), set = values();
    /** @param {number} node */
    const fits = node => page.label(node).toLowerCase().includes(wanted) || !!names.get(node)?.some(one => one.toLowerCase().includes(wanted));
    const every = [...page.scene.nodes.keys()].filter(node => set.has(node) || fits(node));
    every.sort((a, b) => +set.has(b) - +set.has(a) || a - b);
    list.replaceChildren(...every.slice(0, ROWS).map(node => make('div', {class: 'set-row'}, ...chooser(node, `${key}-${node}`, page.label(node)))));
    $(`${key}-more`).textContent = every.length > ROWS ? speak`${every.length - ROWS} more: type a part of the name.` : every.length ? '' : speak`No node is called that.`;
  }
  function show() {
    const set = values();
    $(`${key}-count`).textContent = set.size ? speak`${set.size} set` : '';
    for (const select of list.querySelectorAll('select')) select.value = set.get(+select.id.slice(key.length + 1)) || '';
    if (part.open && !list.children.length) rows();
  }
  field.addEventListener('input', rows);
  part.addEventListener('toggle', () => { // built anew at each opening, and never under the reader's hand
    if (!part.open) list.replaceChildren();
    else if (!list.children.length) rows();
  });
  return {show, chooser};
}
