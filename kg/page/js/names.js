// Which node a text names: by its key, its label, a synonym or an identifier.
'use strict';

/** @param {Page} page */
function namesOf({scene, label}) {
  /** Every name of each node, by its number. @type {Map<number, string[]>} */
  const names = new Map(scene.names.filter(([what]) => what[0] === 'n').map(([what, ...some]) => [+what.slice(1), some]));
  /** Without capitals, hyphens and spaces. @param {string} text */
  const loose = text => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') || text;
  /** The node that a text names, or what is wrong with the text. @param {string} text @returns {number | string} */
  function named(text) {
    const key = scene.nodes.findIndex(n => n.key === text), wanted = loose(text);
    if (key >= 0) return key;
    const own = [...names.keys()].filter(node => [label(node), scene.nodes[node].key].some(one => loose(one) === wanted));
    const found = own.length ? own : [...names.keys()].filter(node => names.get(node)?.some(one => loose(one) === wanted));
    if (found.length === 1) return found[0];
    if (found.length) return `“${text}” names ${found.length} nodes: ${found.map(node => `${scene.nodes[node].key} (${label(node)})`).join(', ')}.`;
    const like = [...names].filter(([, some]) => wanted.length > 2 && some.some(one => loose(one).includes(wanted))).slice(0, 3);
    return `No node is called “${text}”.${like.length ? ` Is it ${like.map(([node]) => scene.nodes[node].key).join(' or ')}?` : ''}`;
  }
  return {names, named};
}
