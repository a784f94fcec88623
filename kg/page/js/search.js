// The search: labels, other names, identifiers and sentences, however Greek letters and hyphens are written.
'use strict';

/** @type {Record<string, [string, string]>} */
const GREEK = {α: ['alpha', 'a'], β: ['beta', 'b'], γ: ['gamma', 'g'], κ: ['kappa', 'k'], δ: ['delta', 'd']};

/** A text as it is compared: with Greek letters in full; and with their Latin initials, letters and digits only. @param {string} text */
function forms(text) {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const [full, short] = [0, 1].map(k => bare.replace(/[αβγκδ]/g, c => GREEK[c][k]));
  return [full, short.replace(/[^\p{L}\p{N}]/gu, '')];
}

/** @param {Page} page */
function search(page) {
  const MOST = 12, names = page.scene.names, field = $('find');
  /** The forms of all names. @type {string[][][] | undefined} */
  let known;
  /** What was found, what it is called, and the other name by which. @type {[Part, string, string][]} */
  let hits = [];
  let active = -1;

  function look() {
    known ??= names.map(row => row.slice(1).map(forms));
    const [full, short] = forms(field.value.trim());
    /** @param {string[]} form */
    const matches = form => form[0].includes(full) || short.length > 1 && form[1].includes(short);
    /** First those that begin so, then those whose label holds it, then those with another name. @type {typeof hits[]} */
    const ranked = [[], [], []];
    if (full) known.forEach((row, n) => {
      const k = row.findIndex(matches), [what, text, ...others] = names[n];
      if (k >= 0) ranked[k ? 2 : row[0][0].startsWith(full) ? 0 : 1].push([what, text, k ? others[k - 1] : '']);
    });
    const every = ranked.flat();
    hits = every.slice(0, MOST);
    active = hits.length ? 0 : -1;
    $('found-count').textContent = !full ? '' : every.length > MOST ? speak`${MOST} of ${every.length} shown` : speak`${every.length} found`;
    show();
  }
  function show() {
    const open = !!field.value.trim(), chosen = open && active >= 0;
    $('found').hidden = !open;
    field.setAttribute('aria-expanded', String(open));
    $('found').replaceChildren(...hits.map(([what, text, also], n) => {
      const kind = make('span', {class: 'meta'}, also || (what[0] === 'n' ? speak`node` : speak`step`));
      const option = make('li', {id: 'found-' + n, role: 'option', 'aria-selected': String(n === active), onclick: () => take(n)}, text, ' ', kind);
      option.addEventListener('mousedown', event => event.preventDefault());
      return option;
    }));
    if (open && !hits.length)
      $('found').append(make('li', {role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false'}, speak`Nothing is called that.`));
    if (chosen) {
      field.setAttribute('aria-activedescendant', 'found-' + active);
      $(`found-${active}`).scrollIntoView({block: 'nearest'});
    } else field.removeAttribute('aria-activedescendant');
  }
  /** @param {number} n */
  function take(n) {
    if (!hits[n]) return;
    const [what] = hits[n];
    shut();
    page.pick(what);
  }
  function shut() {
    field.value = '';
    hits = [];
    active = -1;
    $('found-count').textContent = '';
    show();
  }
  field.addEventListener('input', look);
  field.addEventListener('blur', () => {
    $('found').hidden = true;
    field.setAttribute('aria-expanded', 'false');
  });
  field.addEventListener('focus', () => field.value && look());
  field.addEventListener('keydown', event => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (by && hits.length) {
      active = (active + by + hits.length) % hits.length;
      show();
    } else if (event.key === 'Enter') take(active);
    else if (event.key === 'Escape') shut();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
