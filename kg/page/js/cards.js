// The evidence tab: the card of a node or an edge, which waits as text until it is asked for, and the way to the next.
'use strict';

/** @param {Page} page */
function cards(page) {
  const {scene, state} = page;
  const edges = [...new Set([...page.steps.listed.keys(), ...scene.edges.keys()])]; // in the order of the list
  const order = [...edges.map(n => 'e' + n), ...scene.nodes.map((_, n) => 'n' + n)];

  // Cards wait in <noscript>, so that a large page opens quickly; Python escaped them. In a large page they are compressed,
  // many to a block.
  /** @param {string} text */
  const read = text => /** @type {Element} */ (parsed(text, 'text/html').querySelector('.card'));
  /** @type {(what: Part) => string} */
  const selector = what => what && `.card[data-card="${what}"]`;
  /** @type {Map<string, Promise<string[]>>} */
  const packs = new Map;

  /** The cards of a block. @param {HTMLElement} block @returns {Promise<string[]>} */
  function unpacked(block) {
    let found = packs.get(block.id);
    if (!found) {
      found = inflated(block.textContent ?? '').json();
      packs.set(block.id, found);
    }
    return found;
  }
  /** Puts a card into the page, or null for one that comes a little later. @param {Part} what @returns {Promise<void> | null} */
  function load(what) {
    const waiting = first(`[data-later="${what}"]`), kind = what[0], n = +what.slice(1);
    if (waiting) waiting.replaceWith(read(waiting.textContent ?? ''));
    const block = !scene.drawn && !first(selector(what)) && $(`pack-${kind}${Math.floor(n / scene.pack)}`);
    return block ? unpacked(block).then(some => {
      if (!first(selector(what))) $('cards').append(read(some[n % scene.pack]));
    }) : null;
  }

  /** @param {number} by */
  function walk(by) {
    const n = order.indexOf(state.pick);
    page.pick(order[(n + by + order.length) % order.length]);
  }
  $('before').addEventListener('click', () => walk(-1));
  $('after').addEventListener('click', () => walk(1));

  /** The card that is shown, if there is one. */
  function show() {
    const {pick} = state, later = pick && load(pick), card = only('card', selector(pick));
    if (later) later.then(() => page.show(false));
    $('empty').hidden = !!pick;
    $('walk').hidden = !pick;
    if (pick) $('where').textContent = speak`${order.indexOf(pick) + 1} of ${order.length}`;
    return card;
  }
  return {show, walk};
}
